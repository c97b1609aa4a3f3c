"""Word a reminder for the moment it is sent at, and again when it had to wait for another day."""

from uuid import UUID

from services.notifications.domain.recipients import Recipient
from services.notifications.storage import repositories as stored
from services.notifications.storage.tables import Message, ObligationCopy
from services.notifications.use_cases.compose_message import Occasion, compose
from services.notifications.use_cases.house import House
from services.notifications.use_cases.plan_reminders import Ground, ground
from shared.clock import HO_CHI_MINH
from shared.unit_of_work import UnitOfWork


def occasion_of(
    uow: UnitOfWork, obligation: ObligationCopy, on: Ground, *, unit_name: str, public_url: str
) -> Occasion:
    """An obligation as it stands today."""
    last_day = stored.duty_of(obligation).last_day or uow.today()
    return Occasion(
        obligation=obligation,
        unit_name=unit_name,
        last_day=last_day,
        days_left=(last_day - uow.today()).days,
        working_days_left=on.calendar.working_days_between(uow.today(), last_day),
        public_url=public_url,
    )


async def freshen(uow: UnitOfWork, message: Message, house: House) -> None:
    """Say how many days are left as of today, if a reminder was worded on an earlier day.

    What was handed over once keeps its words: each try of a message is the same message.
    """
    worded_on = message.created_at.astimezone(HO_CHI_MINH).date()
    if message.kind != "reminder" or message.attempts or worded_on == uow.today():
        return
    obligation = await uow.session.get(ObligationCopy, message.obligation_id)
    if obligation is None:
        return
    names = await stored.unit_names(uow.session, uow.tables, [obligation.unit_code])
    occasion = occasion_of(
        uow,
        obligation,
        await ground(uow),
        unit_name=names[obligation.unit_code],
        public_url=house.public_url,
    )
    found = message.why["recipient"]
    words = compose(
        occasion,
        Recipient(
            message.person_id,
            found["found_by"],
            instead_of=UUID(found["instead_of"]) if found.get("instead_of") else None,
        ),
        role=found["role"],
        name=message.to_name,
        language=message.language,
    )
    message.template, message.subject = words.template, words.subject
    message.text, message.html = words.text, words.html
    message.why = message.why | {
        "days_left": occasion.days_left,
        "worded_again_on": uow.today().isoformat(),
    }
