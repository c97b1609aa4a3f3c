"""Are the units of a document named as one would name them: one lead, one spelling, no slips?"""

from collections.abc import Sequence
from difflib import SequenceMatcher

from services.plans.documents.notices import Where, in_tasks
from services.plans.documents.reading import Reading
from services.plans.documents.units import is_group, same_name

_ALIKE = 0.9
_SHORTEST = 8
_MOST_NAMES = 400
_SAME_WORD = 0.6
_LONGEST_SLIP = 2


def check_leads(leads: Sequence[str], where: Where, *, reading: Reading) -> None:
    """Warn of a task nobody leads, of several leads, and of a group that leads."""
    if not leads:
        reading.notices.add("lead_missing", where)
    if len(leads) > 1:
        reading.notices.add("multiple_leads", where, count=len(leads))
    for unit in leads:
        if is_group(unit):
            reading.notices.add("group_lead", where, unit=unit)


def check_names(reading: Reading) -> None:
    """Warn of one unit written in several ways, and of names that differ by a letter or two."""
    spellings: dict[str, dict[str, str]] = {}
    for task in reading.tasks:
        for unit in (*task.lead_units, *task.coordinating_units):
            spellings.setdefault(same_name(unit), {}).setdefault(unit, task.ordinal or "…")
    for ways in spellings.values():
        if len(ways) > 1:
            names = ", ".join(f"«{way}»" for way in ways)
            reading.notices.add("unit_spellings", in_tasks(ways.values()), names=names)
    _warn_of_lookalikes(spellings, reading)


def _warn_of_lookalikes(spellings: dict[str, dict[str, str]], reading: Reading) -> None:
    """«Phòng Kế hoạch Tài chín»: named once, and nearly the name of a unit named elsewhere."""
    names = [name for name in spellings if len(name) >= _SHORTEST]
    if len(names) > _MOST_NAMES:
        return
    for place, first in enumerate(names):
        for second in names[place + 1 :]:
            if not _are_alike(first, second):
                continue
            ways = {**spellings[first], **spellings[second]}
            values = {
                "first": next(iter(spellings[first])),
                "second": next(iter(spellings[second])),
            }
            reading.notices.add("unit_lookalike", in_tasks(ways.values()), **values)


def _are_alike(first: str, second: str) -> bool:
    """Whether two names differ by a slip of typing; other numbers and other words are other units."""
    if abs(len(first) - len(second)) > _LONGEST_SLIP or _digits(first) != _digits(second):
        return False
    changed = [(a, b) for a, b in zip(first.split(), second.split(), strict=False) if a != b]
    if len(first.split()) != len(second.split()) or len(changed) != 1:
        return False
    (a, b) = changed[0]
    near = SequenceMatcher(None, a, b).ratio() >= _SAME_WORD and min(len(a), len(b)) > _LONGEST_SLIP
    return near and SequenceMatcher(None, first, second).ratio() >= _ALIKE


def _digits(name: str) -> str:
    return "".join(letter for letter in name if letter.isdecimal())
