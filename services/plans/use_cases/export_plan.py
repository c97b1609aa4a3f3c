"""How does a plan go out again? The object of SPEC §9, and the workbook of docs/import-workbook.md."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.plans.documents import write_form
from services.plans.domain.document_content import DocumentContent
from services.plans.storage.repositories import targets_of, tasks_of
from services.plans.storage.tables import Plan, PlanTarget, Task


async def content_of(session: AsyncSession, plan: Plan) -> dict[str, Any]:
    """What a plan says, as its document would be read: names, words and deadlines as written."""
    tasks = await tasks_of(session, plan.id)
    ordinals = {task.id: task.ordinal for task in tasks}
    targets = [(row, _target(row, ordinals)) for row in await targets_of(session, plan.id)]
    return {
        "document_kind": "plan",
        "number": plan.number,
        "symbol": plan.symbol,
        "issued_on": plan.issued_on.isoformat() if plan.issued_on else None,
        "as_of": None,
        "issuer": plan.issuer,
        "place": plan.place,
        "title": plan.title,
        "year": plan.year,
        "signer": plan.signer or {"authority": None, "position": None, "name": None},
        "legal_bases": plan.legal_bases,
        "recipients": plan.recipients,
        "areas": plan.areas,
        "index_targets": plan.index_targets,
        "targets": [shown for _, shown in targets],
        "tasks": [
            _task(task, [shown for row, shown in targets if row.task_id == task.id])
            for task in tasks
        ],
        "responsibilities": plan.responsibilities,
        "findings": [],
        "warnings": [],
    }


def plan_workbook(content: dict[str, Any]) -> bytes:
    """The .xlsx of a plan. CPU-bound: call it in a thread."""
    return write_form(DocumentContent.from_json(content))


def _task(task: Task, targets: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "ordinal": task.ordinal,
        "area": task.area,
        "title": task.title,
        "lead_units": task.lead_names,
        "coordinating_units": task.coordinating_names,
        "outputs": task.outputs,
        "deadline": task.deadline,
        "targets": targets,
    }


def _target(row: PlanTarget, ordinals: dict[Any, str | None]) -> dict[str, Any]:
    return {
        "text": row.text,
        "operator": row.operator,
        "value": row.value,
        "unit": row.measure,
        "area": row.area,
        "task": ordinals[row.task_id] if row.task_id else None,
        "numerator": row.numerator,
        "denominator": row.denominator,
    }
