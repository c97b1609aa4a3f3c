"""Stop writing to an address that a provider refused for good, until somebody puts it right."""

from services.notifications.domain.delivery import Outcome
from services.notifications.storage.tables import Contact, Message
from shared.errors import Conflict
from shared.unit_of_work import UnitOfWork

_LONGEST = 200


def is_suppressed(contact: Contact, message: Message) -> bool:
    """Whether a message is for an address that was refused for good meanwhile."""
    return contact.suppressed_at is not None and contact.address == message.to_address


async def suppress(uow: UnitOfWork, message: Message, outcome: Outcome) -> None:
    """Put a refused address on the list; one that was changed meanwhile is not meant."""
    contact = await uow.session.get(Contact, message.contact_id) if message.contact_id else None
    if contact is None or contact.address != message.to_address or contact.suppressed_at:
        return
    contact.suppressed_at = uow.now()
    contact.suppressed_because = f"{outcome.code or ''} {outcome.detail}".strip()[:_LONGEST]


async def unsuppress(uow: UnitOfWork, contact: Contact) -> Contact:
    """Write to an address again, because a person says that it works.

    :raises Conflict: it was not refused.
    """
    if contact.suppressed_at is None:
        raise Conflict("contact_not_suppressed")
    contact.suppressed_at = contact.suppressed_because = None
    await uow.save(contact)
    return contact
