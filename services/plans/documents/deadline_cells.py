"""When is a cell or phrase due? The words go to the deadline grammar, broken lines joined first."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from services.plans.documents.items import tidy
from services.plans.domain.calendar_seed import load_calendar_seed
from services.plans.domain.deadlines import Deadline, parse_deadline
from shared.working_calendar import WorkingCalendar

# A preview counts terms on the delivered calendar; the plan's own are counted when it is issued.
_CALENDAR = WorkingCalendar(load_calendar_seed())
_TWO_YEARS = (2001, 2003)


@dataclass(frozen=True, slots=True)
class DeadlineReader:
    """Reads deadlines of one document: its year fills in missing years."""

    year: int | None
    issued_on: date | None
    _known: dict[str, Deadline] = field(default_factory=dict, compare=False)

    def phrase(self, words: str) -> Deadline:
        """The deadline of one phrase; without any year known, only what needs none is understood."""
        found = self._known.get(words)
        if found is None:
            found = self._known[words] = self._understood(words)
        return found

    def _understood(self, words: str) -> Deadline:
        if self.year is not None:
            return self._parsed(words, self.year)
        first, second = (self._parsed(words, year) for year in _TWO_YEARS)
        return first if first == second else _not_understood(first)

    def _parsed(self, words: str, year: int) -> Deadline:
        return parse_deadline(
            words, year=year, issued_on=self.issued_on, add_working_days=_CALENDAR.add_working_days
        )

    def cell(self, lines: Sequence[str]) -> Deadline:
        """The deadline of a cell; its lines are one phrase if that makes sense, else several."""
        filled = [line for line in lines if line]
        whole = self.phrase(" ".join(filled))
        if whole.kind != "unrecognised" or len(filled) <= 1:
            return whole
        parts = self.phrase("; ".join(tidy(line) or line for line in filled))
        return whole if parts.kind == "unrecognised" else parts

    def unclear(self, lines: Sequence[str]) -> Deadline:
        """The words of a cell kept for a person to sort out; no due date is taken from them."""
        return _not_understood(self.phrase("; ".join(line for line in lines if line)))


def _not_understood(deadline: Deadline) -> Deadline:
    return replace(
        deadline,
        kind="unrecognised",
        starts_on=None,
        due_on=None,
        dates=None,
        exclusive=False,
        recurrence=None,
        relative=None,
        parts=None,
        confidence=0.0,
    )
