"""What in a document that was read does a person still have to look at, row by row?

Worked out anew from the content as it is now, so that a doubt goes away with its correction. What
only the reader can see (numbers that jump, words cut off, an annex that disagrees) stays as it was
noted, until the place it speaks of is corrected.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.plans.domain.content_rows import Json
from services.plans.domain.unit_names import is_group_name

GROUPS = ("file", "head", "units", "tasks", "deadlines", "targets", "text")
# found again in each look at the rows, so the reader's own are not repeated
PER_ROW = {
    "task_without_words": "tasks",
    "lead_missing": "units",
    "multiple_leads": "units",
    "group_lead": "units",
    "deadline_unrecognised": "deadlines",
    "deadline_unset": "deadlines",
    "deadline_as_prescribed": "deadlines",
    "deadline_on_event": "deadlines",
    "deadline_before_issue": "deadlines",
}
_AGGREGATED = frozenset({"prose_tasks_without_lead", "prose_tasks_without_deadline"})
_WITHOUT_DAY = {
    "unrecognised": "deadline_unrecognised",
    "unset": "deadline_unset",
    "as_prescribed": "deadline_as_prescribed",
    "on_event": "deadline_on_event",
}
# the fact that settles what the reader noted of the head
_SETTLED_BY = {
    "number_missing": "number",
    "number_blank": "number",
    "date_missing": "issued_on",
    "date_blank": "issued_on",
    "title_missing": "title",
    "issuer_missing": "issuer",
    "year_unknown": "year",
    "no_tasks": "tasks",
}
# lists of which a person has said how they should be
_SETTLED_WITH = {
    "figure_missing": "index_targets",
    "target_below_max": "index_targets",
    "target_above_max": "index_targets",
    "target_below_baseline": "index_targets",
    "legal_basis_kind_mismatch": "legal_bases",
    "legal_basis_after_issue": "legal_bases",
    "points_do_not_add_up": "findings",
    "printed_sum_disagrees": "findings",
    "unpaired": "findings",
    "unit_spellings": "units",
}
_GROUP_OF = {
    "unit_spellings": "units",
    "wrong_extension": "file",
    "text_cut": "tasks",
    "unpaired": "tasks",
    "ordinal_repeated": "tasks",
    "numbering_jump": "tasks",
    "no_tasks": "tasks",
    "row_skipped": "tasks",
    "figure_missing": "targets",
    "target_below_max": "targets",
    "target_above_max": "targets",
    "target_below_baseline": "targets",
    "points_do_not_add_up": "targets",
    "printed_sum_disagrees": "targets",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """One doubt about some rows (none: about the document). `about` is the field that settles it."""

    code: str
    rows: tuple[str, ...] = ()
    about: str | None = None
    values: Json = field(default_factory=dict)


def row_doubts(content: Mapping[str, Any]) -> Iterator[Doubt]:
    """What is unsure about each task, in their order."""
    issued = content["issued_on"]
    for task in content["tasks"]:
        rows = (task["row"],)
        if not task["title"]:
            yield Doubt("task_without_words", rows, "title")
        leads = task["lead_units"]
        if not leads:
            yield Doubt("lead_missing", rows, "lead_units")
        if len(leads) > 1:
            yield Doubt("multiple_leads", rows, "lead_units", {"count": len(leads)})
        for unit in leads:
            if is_group_name(unit):
                yield Doubt("group_lead", rows, "lead_units", {"unit": unit})
        deadline = task["deadline"]
        if code := _WITHOUT_DAY.get(deadline["kind"]):
            yield Doubt(code, rows, "deadline", {"text": deadline["raw"]})
        if issued and deadline["due_on"] and deadline["due_on"] < issued:
            yield Doubt("deadline_before_issue", rows, "deadline", {"due": deadline["due_on"]})


def standing_warnings(
    content: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]
) -> list[Json]:
    """The reader's own warnings that no correction has settled and no look at the rows repeats."""
    said = {change["field"] for change in changes} | {change["place"] for change in changes}
    return [
        warning
        for warning in content["warnings"]
        if warning["code"] not in PER_ROW
        and warning["code"] not in _AGGREGATED
        and not (content.get(_SETTLED_BY.get(warning["code"], "")))
        and _SETTLED_WITH.get(warning["code"]) not in said
    ]


def group_of(code: str, where: str | None) -> str:
    """The heading a warning stands under."""
    if code in PER_ROW:
        return PER_ROW[code]
    if code in _GROUP_OF:
        return _GROUP_OF[code]
    if code.startswith(("number_", "date_", "title_", "issuer_", "year_", "kind_")):
        return "head"
    return "file" if where is None else "text"
