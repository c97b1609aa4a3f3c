"""START HERE: what the plans service is made of."""

from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import col

from services.plans.api import (
    calendar,
    files,
    import_forms,
    imports,
    obligation_changes,
    obligations,
    organisation,
    plans,
    principals,
    reference,
    sandbox,
)
from services.plans.storage.tables import (
    ExtensionRequest,
    Import,
    ObligationRow,
    Person,
    Plan,
    StoredFile,
    Task,
    Unit,
    UnitGroup,
    metadata,
    platform,
)
from services.plans.use_cases.read_document import READ_DOCUMENT, read_document_job
from services.plans.use_cases.republish import REPUBLISH, republish_job
from services.plans.use_cases.working_calendar import seed_calendar
from shared.context import ServiceContext
from shared.messaging.subscriptions import Subscriptions
from shared.runtime.service import Service

_HERE = Path(__file__).parent
_SUBMITTED = select(col(ObligationRow.id)).where(col(ObligationRow.state) == "submitted")
# an open obligation of a unit that has an officer, and that officer
_OFFICER = (
    select(col(ObligationRow.id))
    .join(Person, col(Person.unit_code) == col(ObligationRow.unit_code))
    .where(col(ObligationRow.state) == "open", col(Person.position) == "officer")
    .order_by(col(ObligationRow.id), col(Person.id))
)
_SUSPENDED = select(col(ObligationRow.id)).where(col(ObligationRow.state) == "suspended")
# later than the deadline of the obligation in the examples, which falls due first
_LATER = select(func.max(col(ObligationRow.due_on)))
_WITH_OFFICER = {
    "assign_obligation.obligation_id": _OFFICER,
    "assign_obligation.person_id": _OFFICER.with_only_columns(col(Person.id)),
}


async def prepare(context: ServiceContext) -> None:
    """After migrations: the working calendar the platform is shipped with."""
    async with context.unit_of_work("seed calendar") as uow:
        await seed_calendar(uow)


service = Service(
    name="plans",
    metadata=metadata,
    tables=platform,
    migrations=_HERE / "migrations",
    routers=(
        plans.router,
        obligations.router,
        obligation_changes.router,
        files.router,
        imports.router,
        import_forms.router,
        organisation.router,
        principals.router,
        calendar.router,
        calendar.calculations,
        reference.router,
        sandbox.router,
    ),
    subscriptions=Subscriptions(),
    prepare=prepare,
    job_handlers={READ_DOCUMENT: read_document_job, REPUBLISH: republish_job},
    examples=_HERE / "api" / "examples.json",
    example_ids={
        "plan_id": select(col(Plan.id)).order_by(col(Plan.year).desc()),
        "task_id": select(col(Task.id)).order_by(col(Task.id).desc()),
        "obligation_id": select(col(ObligationRow.id))
        .where(col(ObligationRow.state) == "open")
        .order_by(col(ObligationRow.due_on).is_(None), col(ObligationRow.due_on)),
        **_WITH_OFFICER,
        "verify_obligation.obligation_id": _SUBMITTED,
        "return_obligation.obligation_id": _SUBMITTED,
        "resume_obligation.obligation_id": _SUSPENDED,
        "request_extension.later_day": _LATER,
        "extension_id": select(col(ExtensionRequest.id)).order_by(
            col(ExtensionRequest.state).desc()
        ),
        "import_id": select(col(Import.id)).order_by(col(Import.id).desc()),
        "file_id": select(col(StoredFile.id)),
        "person_id": select(col(Person.id)),
        "principal_id": select(col(Person.id)),
        "group_id": select(col(UnitGroup.id)),
        "unit_code": select(col(Unit.code)).order_by(col(Unit.path)),
    },
)
