"""Turn the reminders of one obligation that are due into messages to people.

Everything is checked again in the transaction that writes the messages: whether the work is still
owed, whether the deadline is still the one that was planned for, and who holds the role now.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from services.notifications.domain.catch_up import Due, Verdict, judge
from services.notifications.domain.delivery import (
    CONTACT_INACTIVE,
    HELD,
    NO_CONTACT,
    NOT_SENT,
    QUEUED,
    SUPPRESSED,
)
from services.notifications.domain.digest import WAITING
from services.notifications.domain.planning import COALESCED, MATERIALISED, SKIPPED
from services.notifications.domain.preferences import (
    CRITICAL,
    DAILY,
    OFF,
    PREFERRED,
    WEEKLY,
    Way,
    way,
)
from services.notifications.domain.quiet import Opening, opening
from services.notifications.domain.recipients import Recipient
from services.notifications.storage import repositories as stored
from services.notifications.storage.tables import (
    Contact,
    DigestItem,
    Message,
    ObligationCopy,
    Reminder,
    ReminderRule,
    Storm,
)
from services.notifications.use_cases.compose_message import Occasion, compose
from services.notifications.use_cases.find_recipients import Directory, directory
from services.notifications.use_cases.guard_storms import storm_for
from services.notifications.use_cases.house import House
from services.notifications.use_cases.plan_reminders import Ground, ground, plan_obligation
from services.notifications.use_cases.word_reminder import occasion_of
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork
from shared.working_calendar import HO_CHI_MINH, WorkingCalendar

NO_RECIPIENT = "no_recipient"
SAME_PERSON = "same_person"
DEFAULT_LANGUAGE = "vi"


@dataclass(slots=True)
class _Sending:
    """What is shared by the reminders of one obligation that are sent together."""

    obligation: ObligationCopy
    occasion: Occasion
    people: Directory
    house: House
    calendar: WorkingCalendar
    rules: dict[UUID, ReminderRule]
    # who was already told today, and by which reminder
    told: dict[tuple[UUID, str], UUID]
    # how many messages somebody has had today
    counts: dict[tuple[UUID, str], int]
    # too many at once: what is not critical is held
    storm: Storm | None
    missed: dict[UUID, list[str]] = field(default_factory=dict)


async def materialise(uow: UnitOfWork, obligation_id: UUID, *, house: House) -> int:
    """Deal with all due reminders of an obligation; how many there were."""
    obligation = await stored.lock_obligation(uow.session, obligation_id)
    if obligation is None:
        return 0
    rows = {
        row.id: row for row in await stored.due_reminders(uow.session, obligation_id, now=uow.now())
    }
    on = await ground(uow)
    verdicts = judge(
        stored.duty_of(obligation), [_due(row) for row in rows.values()], now=uow.now()
    )
    sending = await _prepare(uow, obligation, on, rows.values(), house=house)
    for verdict in verdicts:
        if not verdict.send:
            _end(rows[verdict.due.id], verdict)
            if verdict.into:
                sending.missed.setdefault(verdict.into, []).append(str(verdict.due.id))
    for verdict in verdicts:
        if verdict.send:
            _send(uow, rows[verdict.due.id], sending)
    uow.add(*rows.values())
    await uow.session.flush()
    await plan_obligation(uow, obligation, on)  # the next repeat
    return len(rows)


async def _prepare(
    uow: UnitOfWork, obligation: ObligationCopy, on: Ground, rows: Any, *, house: House
) -> _Sending:
    people = await directory(uow.session, uow.tables, [obligation])
    midnight = datetime.combine(uow.today(), time(0), tzinfo=HO_CHI_MINH).astimezone(UTC)
    told: dict[tuple[UUID, str], UUID] = {}
    for item in await stored.items_since(uow.session, obligation, since=midnight):
        if item.reminder_id is not None:
            told[(item.person_id, item.channel)] = item.reminder_id
    for message in await stored.messages_since(uow.session, obligation, since=midnight):
        if message.reminder_id is not None:
            told[(message.person_id, message.channel)] = message.reminder_id
    rules = {rule.id: rule for rule in on.rules}
    for row in rows:
        if row.rule_id not in rules:
            rules[row.rule_id] = await stored.get(uow.session, ReminderRule, row.rule_id)
    return _Sending(
        obligation=obligation,
        occasion=occasion_of(
            uow,
            obligation,
            on,
            unit_name=people.unit_name(obligation.unit_code),
            public_url=house.public_url,
        ),
        people=people,
        house=house,
        calendar=on.calendar,
        rules=rules,
        told=told,
        counts=await stored.told_counts(
            uow.session, {person for person, _ in people.contacts}, since=midnight
        ),
        storm=await storm_for(uow, obligation.unit_code, house),
    )


def _due(row: Reminder) -> Due:
    return Due(
        id=row.id,
        deadline_revision=row.deadline_revision,
        days=row.days,
        role=row.role,
        channel=row.channel,
        due_at=row.due_at,
    )


def _end(row: Reminder, verdict: Verdict) -> None:
    row.state, row.reason, row.coalesced_into = verdict.state, verdict.reason, verdict.into


def _send(uow: UnitOfWork, row: Reminder, sending: _Sending) -> None:
    recipients = sending.people.recipients(sending.obligation, row.role, uow.today())
    row.late_by_seconds = int((uow.now() - row.due_at).total_seconds())
    if not recipients:
        row.state, row.reason = SKIPPED, NO_RECIPIENT
        return
    fresh = [r for r in recipients if (r.person_id, row.channel) not in sending.told]
    if not fresh:
        row.state, row.reason = COALESCED, SAME_PERSON
        row.coalesced_into = sending.told[(recipients[0].person_id, row.channel)]
        return
    row.state, row.materialised_at = MATERIALISED, uow.now()
    for recipient in fresh:
        sending.told[(recipient.person_id, row.channel)] = row.id
        uow.add(_told(uow, row, recipient, sending))


def _told(
    uow: UnitOfWork, row: Reminder, recipient: Recipient, sending: _Sending
) -> Message | DigestItem:
    """A message of its own, or a line in the person's next digest."""
    person, contact = recipient.person_id, sending.people.contact(recipient.person_id, row.channel)
    if why_not(contact) is None:
        wishes = sending.house.wishes(sending.people.wishes.get(person))
        told_today = sending.counts.get((person, row.channel), 0)
        chosen = way(
            wishes, row.channel, severity=sending.obligation.severity, told_today=told_today
        )
        if chosen.delivery in {DAILY, WEEKLY}:
            return _item(uow, row, recipient, chosen)
        sending.counts[(person, row.channel)] = told_today + 1
        if chosen.delivery == OFF:
            return _message(uow, row, recipient, sending, because=chosen.because)
    return _message(uow, row, recipient, sending, because=why_not(contact))


def _item(uow: UnitOfWork, row: Reminder, recipient: Recipient, chosen: Way) -> DigestItem:
    return DigestItem(
        id=new_id(),
        reminder_id=row.id,
        obligation_id=row.obligation_id,
        deadline_revision=row.deadline_revision,
        person_id=recipient.person_id,
        channel=row.channel,
        delivery=chosen.delivery,
        because=chosen.because or PREFERRED,
        state=WAITING,
        created_at=uow.now(),
    )


def _message(
    uow: UnitOfWork, row: Reminder, recipient: Recipient, sending: _Sending, *, because: str | None
) -> Message:
    contact = sending.people.contact(recipient.person_id, row.channel)
    name = contact.display_name if contact else ""
    language = contact.language if contact else DEFAULT_LANGUAGE
    words = compose(sending.occasion, recipient, role=row.role, name=name, language=language)
    urgent = sending.obligation.severity == CRITICAL
    wishes = sending.house.wishes(sending.people.wishes.get(recipient.person_id))
    allowed = Opening(uow.now()) if urgent else opening(uow.now(), wishes.quiet, sending.calendar)
    storm = None if urgent or because else sending.storm
    if storm is not None:
        storm.held += 1
    goes_out = because is None and storm is None
    return Message(
        urgent=urgent,
        reminder_id=row.id,
        obligation_id=row.obligation_id,
        deadline_revision=row.deadline_revision,
        unit_code=row.unit_code,
        person_id=recipient.person_id,
        contact_id=contact.id if contact else None,
        channel=row.channel,
        to_address=contact.address if contact else None,
        to_name=name,
        simulated=contact.simulated if contact else False,
        language=language,
        template=words.template,
        subject=words.subject,
        text=words.text,
        html=words.html,
        why=_why(row, recipient, sending),
        storm_id=storm.id if storm else None,
        state=NOT_SENT if because else HELD if storm else QUEUED,
        reason=because or (storm.reason if storm else allowed.because),
        next_attempt_at=allowed.at if goes_out else None,
    )


def why_not(contact: Contact | None) -> str | None:
    """Why somebody cannot be written to; None when they can."""
    if contact is None:
        return NO_CONTACT
    if not contact.active:
        return CONTACT_INACTIVE
    return None if contact.suppressed_at is None else SUPPRESSED


def _why(row: Reminder, recipient: Recipient, sending: _Sending) -> dict[str, Any]:
    rule = sending.rules[row.rule_id]
    missed: Sequence[str] = sending.missed.get(row.id, ())
    return {
        "rule": {
            "id": str(rule.id),
            "code": rule.code,
            "version": rule.version,
            "name": rule.name,
        },
        "offset": row.offset,
        "deadline_revision": row.deadline_revision,
        "last_day": sending.occasion.last_day.isoformat(),
        "days_left": sending.occasion.days_left,
        "planned_for": row.due_at.astimezone(HO_CHI_MINH).isoformat(),
        "late_by_seconds": row.late_by_seconds,
        "shift": {
            "from": row.nominal_on.isoformat(),
            "to": row.send_on.isoformat(),
            "because": row.shifted_because,
        }
        if row.shifted_because
        else None,
        "recipient": {
            "role": row.role,
            "found_by": recipient.found_by,
            "instead_of": str(recipient.instead_of) if recipient.instead_of else None,
            "unit_code": sending.obligation.unit_code,
        },
        "instead_of": list(missed),
    }
