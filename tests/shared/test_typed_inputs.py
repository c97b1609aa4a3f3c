"""Are values taken as they were written, or refused, but never quietly turned into others?"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

import pytest
from pydantic import AwareDatetime, TypeAdapter, ValidationError

from shared.web.inputs import Code, Count, Day, ExactNumber, Input, Instant, Line, Text


class Colour(StrEnum):
    RED = "red"


class Inner(Input):
    day: date


class Sample(Input):
    number: int | None = None
    truth: bool | None = None
    day: date | None = None
    at: AwareDatetime | None = None
    share: float | None = None
    id: UUID | None = None
    colour: Colour | None = None
    word: Literal["a", "b"] | None = None
    line: Line | None = None
    text: Text | None = None
    exact: ExactNumber | None = None
    count: Count | None = None
    code: Code | None = None
    inner: Inner | None = None
    many: list[Inner] = []


def refused(field: str, value: Any) -> bool:
    try:
        Sample.model_validate({field: value})
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", True), ("number", "5"), ("number", 5.5), ("number", "１"), ("number", [5]),
        ("share", True), ("share", "0.5"), ("truth", 1), ("truth", 0), ("truth", "yes"),
        ("truth", "true"), ("truth", 1.0), ("count", -1), ("count", 10**10),
        ("day", 0), ("day", 1700006400), ("day", "1700006400"), ("day", "2026-01-15T00:00:00"),
        ("day", "2026-1-5"), ("day", "15/01/2026"), ("day", "2026-02-29"), ("day", "0000-00-00"),
        ("day", "２０２６-01-15"), ("day", "2026-13-01"), ("day", 1e20), ("day", ""),
        ("day", "-2026-01-01"), ("day", "20260115"), ("day", "2026-01-15 "), ("day", True),
        ("at", 1700000000), ("at", "1700000000"), ("at", "2026-01-15"), ("at", "2026-01-15T08:00:00"),
        ("at", "2026-01-15T24:00:01Z"), ("at", "2026-01-15T08:00:00+24:00"), ("at", 1e308),
        ("at", "9999-12-31T23:59:59-14:00"), ("at", "0001-01-01T00:00:00+14:00"),
        ("inner", {"day": 5}), ("many", [{"day": "2026-01-01"}, {"day": 7}]),
        ("exact", "１"), ("exact", "1e5"), ("exact", "NaN"), ("exact", "-"), ("exact", "1."),
        ("exact", "1" * 15), ("exact", "0.1234567"), ("exact", 5), ("exact", ""), ("exact", "5\n"),
        ("code", "a b"), ("code", ""), ("code", "a\n"), ("code", "ê"), ("code", "../a"), ("code", "%00"),
        ("line", "a\nb"), ("line", "a\x00b"), ("line", "\x1b"), ("line", "a\u0085b"), ("line", "\ufffe"),
        ("line", "a\ue000"), ("line", ""), ("line", "x" * 501), ("text", "\x00"), ("text", "x" * 5001),
        ("line", "   "), ("line", "\t"),
        ("nobody", 1), ("colour", "blue"), ("word", "c"), ("id", 5),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_refused(field: str, value: Any) -> None:
    assert refused(field, value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", 5), ("number", -(2**70)), ("number", 5.0), ("share", 1), ("share", 0.5),
        ("truth", False), ("day", "2028-02-29"), ("day", "9999-12-31"), ("day", "0001-01-01"),
        ("at", "2026-01-15T08:00:00+07:00"), ("at", "2026-01-15t08:00:00z"),
        ("at", "2026-01-15T08:00:00.123456Z"), ("colour", "red"), ("word", "b"),
        ("exact", "-0.000001"), ("exact", "99999999999999.5"), ("code", "SVHTT_1.2-x"),
        ("line", "Sở VHTT: 100% – “đạt”"), ("text", "dòng 1\n\tdòng 2"), ("line", "👨‍👩‍👧"),
        ("id", "01980000-0000-7000-8000-000000000000"),
    ],
)  # fmt: skip
def test_a_value_of_its_kind_is_taken(field: str, value: Any) -> None:
    assert not refused(field, value)


def test_vietnamese_is_kept_in_one_form() -> None:
    """NFD from a Mac and NFC from Windows are the same name."""
    assert Sample(line="Quy\u0301").line == Sample(line="Qu\u00fd").line


def test_the_strictness_does_not_show_in_the_schema() -> None:
    schema = Sample.model_json_schema()["properties"]
    assert {"format": "date", "type": "string"} in schema["day"]["anyOf"]
    assert {"format": "date-time", "type": "string"} in schema["at"]["anyOf"]


@pytest.mark.parametrize("value", ["1700006400", "0", "2026-01-15T00:00:00", ""])
def test_days_and_instants_in_a_query_are_as_strict(value: str) -> None:
    for kind in (Day, Instant):
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python(value)
    assert TypeAdapter(Day).validate_python("2026-01-15") == date(2026, 1, 15)


def test_an_exact_number_is_never_a_float() -> None:
    assert Decimal(Sample(exact="0.1").exact or "") + Decimal("0.2") == Decimal("0.3")
