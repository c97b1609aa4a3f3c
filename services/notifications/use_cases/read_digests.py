"""Who is to get a digest now, and what would it say? Nothing is written here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.domain import digest as rules
from services.notifications.domain.digest import Kind, Line
from services.notifications.domain.planning import DEADLINE_MOVED
from services.notifications.domain.preferences import DAILY, OFF, WEEKLY, Preferences
from services.notifications.domain.rules import EMAIL, OFFICER
from services.notifications.storage import digests as stored_digests
from services.notifications.storage import repositories as stored
from services.notifications.storage.digests import Reader
from services.notifications.storage.tables import DigestItem, ObligationCopy
from services.notifications.use_cases.compose_digest import Edition
from services.notifications.use_cases.find_recipients import directory
from services.notifications.use_cases.house import House
from shared.clock import Clock, today
from shared.persistence.platform_tables import PlatformTables
from shared.replicas import load_calendar

UNKNOWN_OBLIGATION = "obligation_unknown"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A digest somebody is to get."""

    person_id: UUID
    channel: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Draft:
    """A digest as of now; `dropped` says of reminders in it why they are not told any more."""

    reader: Reader
    edition: Edition
    items: Sequence[DigestItem]
    dropped: Mapping[UUID, str]

    @property
    def told(self) -> list[DigestItem]:
        return [item for item in self.items if item.id not in self.dropped]


async def wanted_now(
    session: AsyncSession, tables: PlatformTables, *, clock: Clock, house: House
) -> list[Wanted]:
    """The digests that are due and have not been made, at most one a person and channel.

    A head's digest of the unit takes the place of a weekly one of their own.
    """
    day, now = today(clock), clock.now()
    calendar = await load_calendar(session, tables)
    if not calendar.is_working_day(day):
        return []
    waiting = await stored_digests.waiting_people(session)
    heads = set(await stored_digests.leaders(session, tables))
    wishes = await stored_digests.all_preferences(session)
    days = {rules.key_day("daily", day), rules.key_day("weekly", day)}
    made = await stored_digests.digests_made(session, days)
    found = []
    for person in sorted({p for p, _ in waiting} | heads | set(wishes)):
        mine = house.wishes(wishes.get(person))
        for channel in sorted({c for p, c in waiting if p == person} | {EMAIL, *mine.deliveries}):
            asked = waiting.get((person, channel), set())
            kinds = _kinds(mine, channel, asked, leads=person in heads)
            for kind in kinds:
                due = rules.due_at(kind, day, mine.digest_at, calendar)
                key = (person, channel, kind, rules.key_day(kind, day))
                if due is not None and due <= now and key not in made:
                    found.append(Wanted(person, channel, kind))
                    break
    return found


def _kinds(mine: Preferences, channel: str, asked: set[str], *, leads: bool) -> list[Kind]:
    chosen = mine.delivery(channel)
    whole = leads and mine.unit_digest and channel == EMAIL and chosen != OFF
    kinds: list[Kind] = ["unit"] if whole else []
    if not whole and WEEKLY in asked | {chosen}:
        kinds.append("weekly")
    if DAILY in asked | {chosen}:
        kinds.append("daily")
    return kinds


async def draft(
    session: AsyncSession,
    tables: PlatformTables,
    wanted: Wanted,
    *,
    clock: Clock,
    house: House,
    to_be_told: bool = False,
) -> Draft:
    """What a digest says as things stand; `to_be_told` when it is made and not only looked at."""
    day = today(clock)
    taken = (DAILY,) if wanted.kind == "daily" else (DAILY, WEEKLY)
    items = await stored_digests.waiting_items(
        session, wanted.person_id, wanted.channel, taken, to_be_told=to_be_told
    )
    reader = await stored_digests.reader(session, tables, wanted.person_id)
    units = reader.leads_units if wanted.kind == "unit" else frozenset({reader.unit_code or ""})
    obligations = await stored_digests.told_of(
        session,
        units,
        {item.obligation_id for item in items},
        deciding=reader.decides,
        until=rules.end_of_week(day),
    )
    by_id = {o.id: o for o in obligations}
    reasons = {item.id: _why_dropped(item, by_id.get(item.obligation_id)) for item in items}
    dropped = {item_id: reason for item_id, reason in reasons.items() if reason is not None}
    asked = frozenset(item.obligation_id for item in items if item.id not in dropped)
    if wanted.kind != "unit":
        obligations = await _concerning(session, tables, obligations, reader, asked, day=day)
    codes = {o.unit_code for o in obligations} | {reader.unit_code or ""}
    names = await stored.unit_names(session, tables, codes)
    edition = Edition(
        kind=wanted.kind,
        today=day,
        sections=rules.sections(
            [
                _line(o, day_left=(o.last_day - day).days if o.last_day else None)
                for o in obligations
            ],
            day,
            decides=reader.decides,
            asked=asked,
        ),
        unit_name=names[reader.unit_code or ""],
        unit_names=names,
        links={o.id: o.subject_url for o in obligations},
        because=frozenset(item.because for item in items),
        public_url=house.public_url,
    )
    return Draft(reader, edition, items, dropped)


def _why_dropped(item: DigestItem, obligation: ObligationCopy | None) -> str | None:
    if obligation is None:
        return UNKNOWN_OBLIGATION
    duty = stored.duty_of(obligation)
    if duty.stopped is not None:
        return duty.stopped
    return None if duty.deadline_revision == item.deadline_revision else DEADLINE_MOVED


async def _concerning(
    session: AsyncSession,
    tables: PlatformTables,
    obligations: Sequence[ObligationCopy],
    reader: Reader,
    asked: frozenset[UUID],
    *,
    day: date,
) -> list[ObligationCopy]:
    """Of these the ones that somebody does, decides on, or was to be reminded of."""
    people = await directory(session, tables, obligations)
    return [
        o
        for o in obligations
        if o.id in asked
        or (o.state == "submitted" and o.unit_code in reader.decides)
        or reader.person_id in {r.person_id for r in people.recipients(o, OFFICER, day)}
    ]


def _line(obligation: ObligationCopy, *, day_left: int | None) -> Line:
    return Line(
        obligation_id=obligation.id,
        title=obligation.title,
        unit_code=obligation.unit_code,
        last_day=obligation.last_day,
        days=day_left,
        state=obligation.state,
    )
