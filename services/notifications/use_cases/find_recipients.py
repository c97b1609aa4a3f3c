"""Find the people behind the roles of obligations, and where they are reached."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.domain.recipients import Member, Recipient, resolve, with_stand_ins
from services.notifications.domain.rules import HEAD, OFFICER
from services.notifications.storage import repositories as stored
from services.notifications.storage.tables import Contact, ObligationCopy, Preference
from shared.persistence.platform_tables import PlatformTables

_LONGEST_CHAIN = 5  # stand-ins of stand-ins


@dataclass(frozen=True, slots=True)
class Reachable:
    """How people are reached, what they wish, and who stands in for them."""

    contacts: Mapping[tuple[UUID, str], Contact]
    wishes: Mapping[UUID, Preference]

    def contact(self, person_id: UUID, channel: str) -> Contact | None:
        return self.contacts.get((person_id, channel))

    def stand_in(self, person_id: UUID, on: date) -> UUID | None:
        """Who stands in for somebody on a day; None for who is there, or left nobody."""
        row = self.wishes.get(person_id)
        if row is None or row.stand_in_id is None or row.away_from is None:
            return None
        away = row.away_from <= on and (row.away_until is None or on <= row.away_until)
        return row.stand_in_id if away else None

    def present(self, found: Sequence[Recipient], on: date) -> list[Recipient]:
        """These people, or on their days off who stands in for them."""
        return with_stand_ins(found, lambda person: self.stand_in(person, on))


@dataclass(frozen=True, slots=True)
class Directory:
    """Who works where and how they are reached, read once for several obligations."""

    members: Mapping[str, Sequence[Member]]
    gone: frozenset[UUID]
    unit_names: Mapping[str, str]
    reachable: Reachable

    def recipients(self, obligation: ObligationCopy, role: str, on: date) -> list[Recipient]:
        """The people behind a role of an obligation on a day."""
        found = resolve(
            role,
            assigned=stored.assigned_people(obligation.assignees, role),
            members=self.members.get(obligation.unit_code, ()),
            gone=self.gone,
        )
        return self.reachable.present(found, on)

    @property
    def contacts(self) -> Mapping[tuple[UUID, str], Contact]:
        return self.reachable.contacts

    @property
    def wishes(self) -> Mapping[UUID, Preference]:
        return self.reachable.wishes

    def contact(self, person_id: UUID, channel: str) -> Contact | None:
        return self.reachable.contact(person_id, channel)

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
        unit_names=await stored.unit_names(session, tables, codes),
        reachable=await reachable(session, people),
    )


async def reachable(session: AsyncSession, people: Iterable[UUID]) -> Reachable:
    """How these people, and who stands in for them, are reached."""
    asked = set(people)
    wishes: dict[UUID, Preference] = {}
    unread = set(asked)
    for _ in range(_LONGEST_CHAIN):
        if not unread:
            break
        found = await stored.preferences_of(session, unread)
        wishes |= found
        unread = {row.stand_in_id for row in found.values() if row.stand_in_id} - asked
        asked |= unread
    return Reachable(await stored.contacts_by_person(session, asked), wishes)
