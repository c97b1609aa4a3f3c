"""Which text, codes and numbers may come in? Base types for all request models."""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidatorFunctionWrapHandler,
    field_validator,
)
from pydantic_core import PydanticCustomError

_REFUSED = {"Cc", "Cs", "Co", "Cn"}
_ALLOWED_CONTROLS = "\n\t"


def _clean(value: str) -> str:
    """NFC, without characters that databases, mail headers or readers choke on."""
    for char in value:
        if unicodedata.category(char) in _REFUSED and char not in _ALLOWED_CONTROLS:
            raise PydanticCustomError("control_characters", "control characters")
    return unicodedata.normalize("NFC", value).strip()


def _one_line(value: str) -> str:
    if not value:
        raise PydanticCustomError("string_too_short", "nothing but spaces", {"min_length": 1})
    if "\n" in value or "\t" in value:
        raise PydanticCustomError("one_line", "line breaks")
    return value


Text = Annotated[str, StringConstraints(max_length=5000), AfterValidator(_clean)]
Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500),
    AfterValidator(_clean),
    AfterValidator(_one_line),
]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
ExactNumber = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,14}(\.[0-9]{1,6})?$")]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]


_ISO = {
    date: (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "date_type"),
    datetime: (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:.*"), "datetime_type"),
}


def as_written(value: Any, kind: type) -> None:
    """Insist that a value read as this kind was written as one.

    Left alone, the library reads `true` as 1, "5" as 5, and 1700000000 as a day in 2023.
    """
    if kind in _ISO:
        form, code = _ISO[kind]
        if not isinstance(value, str) or not form.fullmatch(value):
            raise PydanticCustomError(code, "not as ISO 8601 writes it")
    elif kind is bool and not isinstance(value, bool):
        raise PydanticCustomError("bool_type", "not a truth value")
    elif kind in (int, float) and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise PydanticCustomError("int_type", "not a number")


def _in_range(value: datetime) -> datetime:
    try:
        value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("datetime_type", "outside the calendar") from None
    return value


def _day(value: Any) -> Any:
    as_written(value, date)
    return value


def _instant(value: Any) -> Any:
    as_written(value, datetime)
    return value


# for query parameters and members of lists; fields of an Input are held to this by themselves
Day = Annotated[date, BeforeValidator(_day)]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant), AfterValidator(_in_range)]


class Input(BaseModel):
    """Base of request bodies: a field nobody knows is an error, and nothing is quietly converted."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="wrap")
    @classmethod
    def _not_converted(cls, value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        result = handler(value)
        as_written(value, type(result))
        return _in_range(result) if isinstance(result, datetime) else result


class OnBehalf(Input):
    """Somebody else's answer, recorded by the caller: for whom, and how it came."""

    on_behalf_of: Line | None = None
    via: Annotated[str | None, StringConstraints(pattern="^(phone|zalo|meeting|paper)$")] = None
    reason: Text | None = None


Words = Annotated[str | None, StringConstraints(max_length=200)]
