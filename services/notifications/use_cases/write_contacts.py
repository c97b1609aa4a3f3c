"""Record where people are reached."""

from uuid import UUID

from services.notifications.storage import repositories as stored
from services.notifications.storage.tables import Contact
from shared.errors import Conflict
from shared.unit_of_work import UnitOfWork


async def unit_for(uow: UnitOfWork, person_id: UUID, given: str | None) -> str | None:
    """The unit a contact belongs to: where the person works, else the one the caller names."""
    known = await stored.unit_of_person(uow.session, uow.tables, person_id)
    return known or given


async def add_contact(uow: UnitOfWork, contact: Contact) -> Contact:
    """Store a contact; the person need not be known here yet.

    :raises Conflict: the person already has a contact for the channel.
    """
    if await stored.contact_of(uow.session, contact.person_id, contact.channel) is not None:
        raise Conflict("contact_exists")
    await uow.save(contact)
    return contact


async def change_contact(uow: UnitOfWork, contact: Contact, changes: dict[str, object]) -> Contact:
    """Change what was given; messages on their way keep the address they were made for.

    A new address is not verified yet, and nobody has refused it.
    """
    if changes.get("address", contact.address) != contact.address:
        contact.verified_at = contact.code_message_id = contact.code_until = None
        contact.suppressed_at = contact.suppressed_because = None
    for name, value in changes.items():
        setattr(contact, name, value)
    await uow.save(contact)
    return contact
