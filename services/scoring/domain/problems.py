"""What can be wrong with a criteria set, with inputs or with a printed table, and how is it said?

A problem is a stable code, a JSON pointer and parameters; the sentence, Vietnamese or English,
stands in `texts/problems.toml`. Values somebody typed are never part of a sentence; the criterion
is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from services.scoring.domain.texts import Language, sentence

Severity = Literal["error", "warning"]
Pointer = tuple[str | int, ...]

MAX_PROBLEMS = 200
_SHOWN_KEY = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong at one place; `params["criterion"]` names the criterion, if there is one."""

    pointer: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    severity: Severity = "error"

    def message(self, language: Language = "vi") -> str:
        """The sentence for a reader, with the criterion in front."""
        said = sentence("problems", self.code, language=language, params=self.params)
        criterion = self.params.get("criterion")
        if criterion is None:
            return said[:1].upper() + said[1:]
        return f"{'Tiêu chí' if language == 'vi' else 'Criterion'} {criterion}: {said}"

    def as_json(self) -> dict[str, object]:
        """Pointer, code, severity and both sentences."""
        return {
            "pointer": self.pointer,
            "code": self.code,
            "severity": self.severity,
            "vi": self.message("vi"),
            "en": self.message("en"),
        }


class InvalidData(ValueError):
    """Data that does not follow its format; `problems` lists everything that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{p.pointer}: {p.message('en')}" for p in problems))
        self.problems = list(problems)


class InvalidCriteriaSet(InvalidData):
    """The criteria set cannot be read, or cannot be computed (unknown parent, cycle…)."""


class InvalidInputs(InvalidData):
    """The inputs cannot be read, or the criteria set gives no answer for them."""


class InvalidPrintedResults(InvalidData):
    """The printed table cannot be read."""


class Report:
    """Collects problems while data is read; the caller raises once everything was seen."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.found = 0
        self.criterion: str | None = None

    def add(self, at: Pointer, code: str, /, **params: object) -> None:
        """Notes an error. All are counted in `found`; beyond MAX_PROBLEMS none is kept."""
        self._note(at, code, "error", params)

    def warn(self, at: Pointer, code: str, /, **params: object) -> None:
        """Notes a warning."""
        self._note(at, code, "warning", params)

    def _note(self, at: Pointer, code: str, severity: Severity, params: dict[str, object]) -> None:
        self.found += 1
        if len(self.problems) >= MAX_PROBLEMS:
            return
        if self.criterion is not None:
            params.setdefault("criterion", self.criterion)
        self.problems.append(Problem(json_pointer(at), code, params, severity))


def json_pointer(at: Pointer) -> str:
    """The pointer of RFC 6901; long or unprintable keys are shortened."""
    parts = (printable(str(part)).replace("~", "~0").replace("/", "~1") for part in at)
    return "".join(f"/{part}" for part in parts)


def printable(text: str) -> str:
    """The text as it may be shown in a message: bounded, without control characters."""
    kept = text if len(text) <= _SHOWN_KEY else text[:_SHOWN_KEY] + "…"
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in kept
    )
