"""Which text, codes and numbers may come in? Base types for all request models."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
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
ExactNumber = Annotated[str, StringConstraints(pattern=r"^-?\d{1,14}(\.\d{1,6})?$")]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]


class Input(BaseModel):
    """Base of request bodies: a field nobody knows is an error, not a shrug."""

    model_config = ConfigDict(extra="forbid")


class OnBehalf(Input):
    """Somebody else's answer, recorded by the caller: for whom, and how it came."""

    on_behalf_of: Line | None = None
    via: Annotated[str | None, StringConstraints(pattern="^(phone|zalo|meeting|paper)$")] = None
    reason: Text | None = None


Words = Annotated[str | None, StringConstraints(max_length=200)]
