"""What does a reminder rule (quy tắc nhắc) say? On which days, at what hour, to whom, how.

A rule is a row, so that an office changes its habits without a release; the one below is what an
installation begins with.
"""

from dataclasses import dataclass
from datetime import time
from uuid import UUID

OFFICER = "officer"
HEAD = "head"
EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Offset:
    """A day relative to the last day that is on time; negative is before it."""

    days: int
    working: bool = False

    @property
    def key(self) -> str:
        """How the offset is written: -7, 0, +1; working days as -3w."""
        number = f"{self.days:+d}" if self.days else "0"
        return f"{number}w" if self.working else number


@dataclass(frozen=True, slots=True)
class Repeat:
    """After the last offset: again every so many calendar days, at most so many times."""

    every_days: int
    max: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A reminder rule. `at` is local time in Asia/Ho_Chi_Minh."""

    id: UUID
    offsets: tuple[Offset, ...]
    repeat: Repeat | None
    roles_until_due: tuple[str, ...]
    roles_after_due: tuple[str, ...]
    channels: tuple[str, ...]
    at: time


@dataclass(frozen=True, slots=True)
class Selector:
    """Which obligations a rule is for; empty means all."""

    kinds: tuple[str, ...] = ()
    unit_code: str | None = None

    def matches(self, *, kind: str, unit_code: str, above: frozenset[str]) -> bool:
        """Whether an obligation is meant; `above` are the codes of the units its unit is within."""
        if self.kinds and kind not in self.kinds:
            return False
        return self.unit_code is None or self.unit_code == unit_code or self.unit_code in above


DEFAULT_OFFSETS = tuple(Offset(days) for days in (-7, -3, -1, 0, 1))
DEFAULT_REPEAT = Repeat(every_days=7, max=8)
DEFAULT_AT = time(8, 0)
