"""What is a task before its words are understood? Cells by role, lines as printed."""

import re
from dataclasses import dataclass, field

SHARED = ("lead", "coordination", "assignment", "output", "deadline", "note", "funding")
_ORDINAL = re.compile(r"\(?(?P<n>(?:\d{1,3}|[IVXLC]{1,6}|[A-ZĐ]|[a-zđ])(?:\.\d{1,3})*)[.)/]*\)?")


@dataclass(slots=True)
class TaskDraft:
    """The words of one task; `area` is number and title of the heading it stands under.

    `counted_on`: the ordinal is not printed. `unpaired`: roles whose blocks fit no single task.
    """

    ordinal: str | None
    title: list[str]
    cells: dict[str, list[str]]
    area: tuple[str | None, str] | None
    counted_on: bool = False
    ordinal_lines: tuple[str, ...] = ()
    unpaired: list[str] = field(default_factory=list)


def ordinal_of(lines: list[str]) -> str | None:
    """The number a cell of the column TT holds, without dots and brackets around it."""
    match = _ORDINAL.fullmatch(" ".join(lines).strip())
    return match["n"] if match else None
