"""Find the people behind the roles of obligations, and where they are reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.domain.recipients import Member, Recipient, resolve
from services.notifications.domain.rules import HEAD, OFFICER
from services.notifications.storage import repositories as stored
from services.notifications.storage.tables import Contact, ObligationCopy, Preference
from shared.persistence.platform_tables import PlatformTables


@dataclass(frozen=True, slots=True)
class Directory:
    """Who works where and how they are reached, read once for several obligations."""

    members: Mapping[str, Sequence[Member]]
    gone: frozenset[UUID]
    contacts: Mapping[tuple[UUID, str], Contact]
    unit_names: Mapping[str, str]
    wishes: Mapping[UUID, Preference]

    def recipients(self, obligation: ObligationCopy, role: str) -> list[Recipient]:
        """The people behind a role of an obligation."""
        return resolve(
            role,
            assigned=stored.assigned_people(obligation.assignees, role),
            members=self.members.get(obligation.unit_code, ()),
            gone=self.gone,
        )

    def contact(self, person_id: UUID, channel: str) -> Contact | None:
        return self.contacts.get((person_id, channel))

    def unit_name(self, code: str) -> str:
        return self.unit_names.get(code, code)


async def directory(
    session: AsyncSession, tables: PlatformTables, obligations: Sequence[ObligationCopy]
) -> Directory:
    """All that is needed to find the recipients of these obligations."""
    codes = {o.unit_code for o in obligations}
    assigned = {
        person
        for o in obligations
        for role in (OFFICER, HEAD)
        for person in stored.assigned_people(o.assignees, role)
    }
    members = await stored.members(session, tables, codes)
    people = assigned | {m.person_id for those in members.values() for m in those}
    return Directory(
        members=members,
        gone=await stored.people_gone(session, tables, assigned),
        contacts=await stored.contacts_by_person(session, people),
        unit_names=await stored.unit_names(session, tables, codes),
        wishes=await stored.preferences_of(session, people),
    )
