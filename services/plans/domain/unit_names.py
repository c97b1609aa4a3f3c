"""Which unit does a name in a document mean?

Documents write one unit in many ways ("Quản lý Văn hóa - Gia đình", "Quản lý Văn hóa – Gia đình",
"Thể dục thể thao"/"Thể dục Thể thao"), and name groups ("Các phòng chuyên môn thuộc Sở"). Names
are compared without accents, case and punctuation; anything less certain is offered, not taken.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from shared.search_text import search_key

_CLOSE = 0.72
_GROUP = re.compile(r"^(?:cac|tat ca cac|toan bo cac|nhung) ")
_DIVISIONS = re.compile(r"\b(?:phong|phong chuyen mon|phong ban)\b")
_PUBLIC_UNITS = re.compile(r"\b(?:don vi|don vi truc thuoc|don vi su nghiep|trung tam)\b")
_OWNER_WORDS = (" thuoc so", " truc thuoc so", " cua so", " so")


class UnitKind(StrEnum):
    """Kinds of organisation units (loại đơn vị)."""

    PROVINCE = "province"  # UBND tỉnh
    DEPARTMENT = "department"  # sở, ban, ngành
    OFFICE = "office"  # văn phòng
    INSPECTORATE = "inspectorate"  # thanh tra
    DIVISION = "division"  # phòng chuyên môn
    PUBLIC_UNIT = "public_unit"  # đơn vị sự nghiệp trực thuộc
    COMMUNE = "commune"  # xã, phường, đặc khu
    OTHER = "other"


_KINDS = (
    ("van phong", UnitKind.OFFICE),
    ("thanh tra", UnitKind.INSPECTORATE),
    ("phong", UnitKind.DIVISION),
    ("so", UnitKind.DEPARTMENT),
    ("ubnd tinh", UnitKind.PROVINCE),
    ("uy ban nhan dan tinh", UnitKind.PROVINCE),
    ("xa", UnitKind.COMMUNE),
    ("phuong", UnitKind.COMMUNE),
    ("trung tam", UnitKind.PUBLIC_UNIT),
    ("bao tang", UnitKind.PUBLIC_UNIT),
    ("thu vien", UnitKind.PUBLIC_UNIT),
    ("truong", UnitKind.PUBLIC_UNIT),
    ("nha hat", UnitKind.PUBLIC_UNIT),
    ("doan", UnitKind.PUBLIC_UNIT),
    ("ban quan ly", UnitKind.PUBLIC_UNIT),
    ("vien", UnitKind.PUBLIC_UNIT),
    ("benh vien", UnitKind.PUBLIC_UNIT),
)


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit as far as its names matter."""

    code: str
    name: str
    kind: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownGroup:
    """A group with its members' codes."""

    code: str
    name: str
    members: tuple[str, ...]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a written name means: these units, perhaps through a group; else the closest names."""

    written: str
    unit_codes: tuple[str, ...] = ()
    group: str | None = None
    is_group_name: bool = False
    candidates: tuple[str, ...] = ()


def resolve(
    written: str, *, units: Sequence[KnownUnit], groups: Sequence[KnownGroup]
) -> Resolution:
    """Find the units that a name in a document means."""
    wanted = _variants(written)
    for unit in units:
        if wanted & _names(unit.name, unit.aliases):
            return Resolution(written, (unit.code,))
    for group in groups:
        if wanted & _names(group.name, group.aliases):
            return Resolution(written, group.members, group=group.code, is_group_name=True)
    if is_group_name(written):
        return _by_kind(written, units)
    return Resolution(written, candidates=_closest(written, units))


def is_group_name(written: str) -> bool:
    """Whether a name stands for several units ("Các …")."""
    return bool(_GROUP.match(search_key(written)))


def guess_kind(name: str) -> UnitKind:
    """The kind a unit's name suggests; a person can correct it."""
    key = search_key(name)
    for beginning, kind in _KINDS:
        if key == beginning or key.startswith(f"{beginning} "):
            return kind
    return UnitKind.OTHER


def make_code(name: str, *, taken: Iterable[str], prefix: str = "") -> str:
    """A code from the initials of a name ("Phòng Kế hoạch tài chính" → PKHTC), made unique."""
    initials = "".join(word[0] if word.isalpha() else word for word in search_key(name).split())
    code = (prefix + initials.upper())[:40] or "DV"
    used = set(taken)
    if code not in used:
        return code
    number = next(n for n in range(2, len(used) + 3) if f"{code}{n}" not in used)
    return f"{code}{number}"


def _by_kind(written: str, units: Sequence[KnownUnit]) -> Resolution:
    """A group nobody defined means all units of the kinds it names."""
    key = search_key(written)
    kinds = set()
    if _DIVISIONS.search(key):
        kinds.add(UnitKind.DIVISION)
    if _PUBLIC_UNITS.search(key):
        kinds.add(UnitKind.PUBLIC_UNIT)
    members = tuple(unit.code for unit in units if unit.kind in kinds)
    return Resolution(written, members, is_group_name=True)


def _names(name: str, aliases: Iterable[str]) -> set[str]:
    return set().union(*(_variants(text) for text in (name, *aliases)))


def _variants(name: str) -> set[str]:
    """A name's key, with and without the owner at its end ("Văn phòng Sở" = "Văn phòng")."""
    key = search_key(name)
    shorter = {key.removesuffix(words) for words in _OWNER_WORDS if key.endswith(words)}
    return {key, *shorter} - {""}


def _closest(written: str, units: Sequence[KnownUnit]) -> tuple[str, ...]:
    key = search_key(written)
    scored = sorted(
        (
            (
                max(
                    SequenceMatcher(None, key, other).ratio() for other in _names(u.name, u.aliases)
                ),
                u,
            )
            for u in units
        ),
        key=lambda pair: -pair[0],
    )
    return tuple(unit.code for score, unit in scored[:3] if score >= _CLOSE)
