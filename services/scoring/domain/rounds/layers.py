"""Which figure counts where? Layers that are only ever added to, and the views made of them.

Self (tự chấm), appraised (thẩm định lần 1), explanation (giải trình), appraised again (lần 2),
survey (điều tra xã hội học, chỉ số ngoài), final (kết quả). Of one layer the newest entry counts;
older ones stay and are shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from services.scoring.domain.criteria_set import CriteriaSet
from services.scoring.domain.criterion import Criterion
from services.scoring.domain.rules.aggregate import AggregateOfOthers

Evidence = Mapping[str, Any]
View = Literal["self", "appraised", "reviewed"]


class Layer(StrEnum):
    """Who speaks, and when."""

    SELF = "self"
    APPRAISED_1 = "appraised_1"
    EXPLANATION = "explanation"
    APPRAISED_2 = "appraised_2"
    SURVEY = "survey"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Entry:
    """What was put on one line of one unit in one layer; `value` None leaves the line missing."""

    criterion: str
    layer: Layer
    value: Mapping[str, Any] | None
    reason: str = ""
    evidence: Sequence[Evidence] = ()
    # points lost with their reasons, as the appraiser named them: [{"points", "reason"}]
    deductions: Sequence[Mapping[str, str]] = ()
    points: str | None = None


@dataclass(frozen=True, slots=True)
class Exemption:
    """A criterion that does not concern a unit, with the document that says so."""

    criterion: str
    document_number: str
    reason: str


# the layers a view looks at, the first with an entry counts
_VIEWS: Mapping[View, tuple[Layer, ...]] = {
    "self": (Layer.SELF,),
    "appraised": (Layer.APPRAISED_1,),
    "reviewed": (Layer.APPRAISED_2, Layer.APPRAISED_1),
}
Newest = Mapping[tuple[str, Layer], Entry]


def newest(entries: Iterable[Entry]) -> Newest:
    """The newest entry of each line and layer; the entries come oldest first."""
    return {(entry.criterion, entry.layer): entry for entry in entries}


def is_computed(criterion: Criterion) -> bool:
    """Whether the line follows from other lines: nobody puts a value in."""
    return isinstance(criterion.rule, AggregateOfOthers)


def is_surveyed(criterion: Criterion) -> bool:
    """Whether the value comes from a survey or a system, not from the unit."""
    return criterion.scored_by in {"survey", "system"}


def is_self_scored(criterion: Criterion) -> bool:
    """Whether the unit scores the line itself."""
    return criterion.scored_by in {None, "self"} and not is_computed(criterion)


def is_appraised(criterion: Criterion) -> bool:
    """Whether an appraiser has to put a value on the line."""
    return not is_computed(criterion) and not is_surveyed(criterion)


def counting(criterion: Criterion, known: Newest, view: View) -> Entry | None:
    """The entry that counts for a line in a view."""
    layers = (Layer.SURVEY,) if is_surveyed(criterion) else _VIEWS[view]
    return next(
        (known[criterion.code, layer] for layer in layers if (criterion.code, layer) in known), None
    )


@dataclass(frozen=True)
class Sheet:
    """One unit's sheet (phiếu chấm): its entries, exemptions, and what the set may ask about it."""

    unit_code: str
    entries: Newest
    exemptions: Mapping[str, Exemption] = field(default_factory=dict)
    level: str | None = None
    facts: Mapping[str, bool] = field(default_factory=dict)

    def inputs(self, criteria_set: CriteriaSet, view: View) -> dict[str, Any]:
        """The inputs of a view in the file format of SPEC §5; an exemption outweighs any entry."""
        values: dict[str, Any] = {}
        for leaf in criteria_set.outline.leaves:
            exemption = self.exemptions.get(leaf.code)
            if exemption is not None:
                reason = f"{exemption.document_number}: {exemption.reason}"
                values[leaf.code] = {"not_applicable": True, "reason": reason}
                continue
            entry = counting(leaf, self.entries, view)
            if entry is not None and entry.value is not None:
                values[leaf.code] = dict(entry.value)
        inputs: dict[str, Any] = {"unit": self.unit_code, "values": values}
        if self.level is not None:
            inputs["level"] = self.level
        if self.facts:
            inputs["facts"] = dict(self.facts)
        return inputs

    def unappraised(self, criteria_set: CriteriaSet) -> list[str]:
        """The lines that still lack what the final result needs."""
        return [
            leaf.code
            for leaf in criteria_set.outline.leaves
            if leaf.code not in self.exemptions
            and not is_computed(leaf)
            and counting(leaf, self.entries, "reviewed") is None
        ]

    def not_ready(self, criteria_set: CriteriaSet) -> list[tuple[str, str]]:
        """What keeps the sheet from being submitted: the line, and the code of what is missing.

        Every line the unit scores has a value or says why not; where the criterion asks for
        evidence (tài liệu kiểm chứng), evidence or an explanation (giải trình) is attached.
        """
        found: list[tuple[str, str]] = []
        for leaf in criteria_set.outline.leaves:
            if not is_self_scored(leaf) or leaf.code in self.exemptions:
                continue
            entry = self.entries.get((leaf.code, Layer.SELF))
            if entry is None or (entry.value is None and not entry.reason):
                found.append((leaf.code, "line_not_scored"))
            elif leaf.evidence and leaf.evidence.required and not (entry.evidence or entry.reason):
                found.append((leaf.code, "evidence_or_explanation_missing"))
        return found


def leaves_of(criteria_set: CriteriaSet, code: str) -> tuple[str, ...]:
    """The leaves below a criterion; a leaf is below itself; nothing for an unknown code."""
    return criteria_set.outline.below.get(code, ())
