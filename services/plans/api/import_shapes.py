"""How does a preview become an answer, and a correction the edits it asks for?"""

from typing import Any

from pydantic import BaseModel
from starlette.requests import Request

from services.plans.api.import_schemas import (
    ComingOut,
    CorrectionOut,
    HeadCorrection,
    ImportCorrection,
    ImportLinks,
    ImportOut,
    NameMatch,
    TargetEdits,
    TaskEdits,
    UnitBrief,
    WarningOut,
)
from services.plans.api.schemas import SignerIn
from services.plans.domain.content_edits import Edits, NewRow, RowEdits
from services.plans.domain.content_rows import ROWS_GIVEN
from services.plans.use_cases.correct_import import Corrections
from services.plans.use_cases.preview_import import Preview
from shared.rights import Principal, reach
from shared.texts import text
from shared.web.tickets import signed_link

_LISTS = frozenset(
    {"recipients", "legal_bases", "areas", "index_targets", "responsibilities", "findings"}
)
ACTIONS = ("confirm", "correct", "discard", "undo")


def import_out(preview: Preview, request: Request, principal: Principal) -> ImportOut:
    """A preview with every name matched, every doubt, and where to go from here."""
    row, known = preview.row, preview.known
    titles = {unit.code: unit.name for unit in preview.units}

    def brief(codes: Any) -> list[UnitBrief]:
        return [UnitBrief(unit_code=code, name=titles.get(code, code)) for code in codes]

    blocked = _blocked(preview, principal)
    repeated = known.same_number or known.similar
    return ImportOut(
        **row.model_dump(exclude={"corrections", "content", "changes", "new_units"}),
        file_name=preview.file.name,
        file_sha256=preview.file.sha256,
        names=[
            NameMatch(
                written=name,
                roles=sorted(found.roles),
                rows=list(found.rows),
                unit_codes=list(found.resolution.unit_codes),
                units=brief(found.resolution.unit_codes),
                group=found.resolution.is_group_name,
                corrected=found.corrected,
                is_new=found.is_new,
                new_units=list(found.made),
                candidates=brief(found.resolution.candidates),
            )
            for name, found in preview.names.items()
        ],
        warnings=[
            WarningOut(
                code=warning.code,
                group=warning.group,
                message=warning.message,
                where=warning.where,
                rows=list(warning.rows),
                pointers=list(warning.pointers),
                candidates=brief(warning.candidates),
            )
            for warning in preview.warnings
        ],
        coming=[
            ComingOut(
                row=row_id,
                label=item.label,
                due_on=item.due_on,
                exclusive=item.exclusive,
                due_from=item.due_from,
            )
            for row_id, items in preview.owed.items()
            for item in items
        ],
        content={name: value for name, value in preview.content.items() if name != ROWS_GIVEN},
        changes=[CorrectionOut.model_validate(change) for change in row.changes],
        same_file_as=known.same_file.id if known.same_file else None,
        same_plan_as=repeated.id if repeated else None,
        links=_links(preview, request, principal),
        allowed_actions=[action for action in ACTIONS if action not in blocked],
        blocked_because=blocked,
    )


def _links(preview: Preview, request: Request, principal: Principal) -> ImportLinks:
    row = preview.row
    here = f"/plans/v1/imports/{row.id}"
    return ImportLinks(
        page=signed_link(request, principal, f"{here}/page"),
        workbook=signed_link(request, principal, f"{here}/workbook"),
        file=f"/plans/v1/files/{row.file_id}/content",
        plan=f"/plans/v1/plans/{row.plan_id}" if row.plan_id else None,
    )


def _blocked(preview: Preview, principal: Principal) -> dict[str, str]:
    """Why not: the state, what depends on the plan by now, or a right that is missing."""
    state = preview.row.state
    if state != "previewed":
        reason = text(f"problems.import_is_{state}.detail")
        blocked = dict.fromkeys(("confirm", "correct", "discard"), reason)
    else:
        blocked = {"undo": text("problems.import_not_confirmed.detail")}
    if state not in {"previewed", "confirmed"}:
        blocked["undo"] = blocked["confirm"]
    if preview.obstacle is not None:
        blocked["undo"] = preview.obstacle
    if not reach(principal, "plans.write"):
        blocked |= dict.fromkeys(ACTIONS, text("problems.forbidden.detail", action="plans.write"))
    return blocked


def corrections_of(body: ImportCorrection) -> Corrections:
    """What a request wants corrected; only what it names."""
    return Corrections(
        edits=Edits(
            facts=_facts(body.head),
            tasks=_rows(body.tasks),
            targets=_rows(body.targets),
        ),
        units=body.units,
        new_units=body.new_units,
    )


def _facts(head: HeadCorrection) -> dict[str, Any]:
    """The facts named, with all fields of what stands in lists: those replace what was there."""
    told = head.model_dump(mode="json")
    facts = {name: told[name] for name in head.model_fields_set}
    for name in facts.keys() & _LISTS:
        facts[name] = facts[name] or []
    if "signer" in facts:
        facts["signer"] = facts["signer"] or SignerIn().model_dump()
    return facts


def _rows(edits: TaskEdits | TargetEdits) -> RowEdits:
    return RowEdits(
        change={row: _fields(fields) for row, fields in edits.change.items()},
        add=tuple(NewRow(new.after, _fields(new)) for new in edits.add),
        drop=tuple(edits.drop),
    )


def _fields(fields: BaseModel) -> dict[str, Any]:
    told = fields.model_dump(mode="json", exclude_unset=True, exclude={"after"})
    for name in ("lead_units", "coordinating_units", "outputs"):
        if name in told and told[name] is None:
            told[name] = []
    return told
