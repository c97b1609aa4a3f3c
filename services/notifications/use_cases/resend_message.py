"""Send a message that failed for good once more, because a person says the cause is gone."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.domain import delivery
from services.notifications.storage import repositories as stored
from services.notifications.storage.tables import Message, ObligationCopy
from services.notifications.use_cases.materialise_reminders import why_not
from shared.errors import Conflict
from shared.texts import text
from shared.unit_of_work import UnitOfWork


async def why_not_resend(session: AsyncSession, message: Message) -> str | None:
    """The code of what stands in the way of sending again; None when nothing does."""
    if message.kind == "code":
        return "code_not_resent"
    failed = message.state in delivery.RESENDABLE or (
        message.state == delivery.NOT_SENT and message.reason in delivery.RESENDABLE_REASONS
    )
    if not failed:
        return "message_not_failed"
    if message.obligation_id is None:
        contact = await stored.contact_of(session, message.person_id, message.channel)
        return why_not(contact)
    obligation = await session.get(ObligationCopy, message.obligation_id)
    duty = stored.duty_of(obligation) if obligation is not None else None
    if duty is None or duty.stopped:
        return "nothing_owed"
    if duty.deadline_revision != message.deadline_revision:
        return "deadline_moved"
    contact = await stored.contact_of(session, message.person_id, message.channel)
    return why_not(contact)


async def resend(uow: UnitOfWork, message: Message) -> None:
    """Queue a message again, to the address its recipient has now. Its Message-ID stays.

    :raises Conflict: it did not fail, is of no use any more, or there still is no address.
    """
    blocked = await why_not_resend(uow.session, message)
    contact = await stored.contact_of(uow.session, message.person_id, message.channel)
    if blocked is not None or contact is None:
        reason = text(f"notifications.blocked.{blocked or delivery.NO_CONTACT}")
        raise Conflict("message_not_resendable", why=reason)
    message.contact_id = contact.id
    message.to_address = contact.address
    message.to_name = contact.display_name
    message.simulated = contact.simulated
    message.attempts_before = message.attempts
    message.unknown_resends = 0
    message.state, message.reason = delivery.QUEUED, None
    message.next_attempt_at = uow.now()
