"""Tell people that something has come up to them: a message of their own, or their next digest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from services.notifications.domain.delivery import NOT_SENT, QUEUED
from services.notifications.domain.digest import WAITING
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
from services.notifications.domain.rules import EMAIL
from services.notifications.storage import repositories as stored
from services.notifications.storage.escalation_tables import Escalation, EscalationStep
from services.notifications.storage.tables import DigestItem, Message, ObligationCopy
from services.notifications.use_cases.compose_message import Occasion, compose
from services.notifications.use_cases.find_recipients import Reachable, reachable
from services.notifications.use_cases.house import House
from services.notifications.use_cases.materialise_reminders import DEFAULT_LANGUAGE, why_not
from services.notifications.use_cases.plan_reminders import ground
from services.notifications.use_cases.word_reminder import occasion_of
from shared.clock import HO_CHI_MINH
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody a rung found: who must act, or is only `informed`."""

    recipient: Recipient
    role: str
    informed: bool

    def record(self) -> dict[str, Any]:
        """How the rung keeps it."""
        away = self.recipient.instead_of
        return {
            "person_id": str(self.recipient.person_id),
            "role": self.role,
            "found_by": self.recipient.found_by,
            "informed": self.informed,
            "instead_of": str(away) if away else None,
        }


async def tell(
    uow: UnitOfWork,
    row: Escalation,
    step: EscalationStep,
    obligation: ObligationCopy,
    found: Sequence[Found],
    *,
    house: House,
) -> None:
    """Write what each person of a rung is told, and how."""
    people = await reachable(uow.session, {one.recipient.person_id for one in found})
    names = await stored.unit_names(uow.session, uow.tables, [obligation.unit_code])
    on = await ground(uow)
    occasion = occasion_of(
        uow, obligation, on, unit_name=names[obligation.unit_code], public_url=house.public_url
    )
    midnight = datetime.combine(uow.today(), time(0), tzinfo=HO_CHI_MINH)
    counts = await stored.told_counts(
        uow.session, {one.recipient.person_id for one in found}, since=midnight
    )
    for one in found:
        person = one.recipient.person_id
        wishes = house.wishes(people.wishes.get(person))
        told_today = counts.get((person, EMAIL), 0)
        chosen = way(wishes, EMAIL, severity=obligation.severity, told_today=told_today)
        if chosen.delivery in {DAILY, WEEKLY} and why_not(people.contact(person, EMAIL)) is None:
            uow.add(_item(uow, step, obligation, one, chosen))
            continue
        urgent = obligation.severity == CRITICAL
        allowed = Opening(uow.now()) if urgent else opening(uow.now(), wishes.quiet, on.calendar)
        message = _message(row, step, occasion, one, people)
        off = chosen.because if chosen.delivery == OFF else None
        obstacle = why_not(people.contact(person, EMAIL)) or off
        message.urgent = urgent
        message.state = NOT_SENT if obstacle else QUEUED
        message.reason = obstacle or allowed.because
        message.next_attempt_at = None if obstacle else allowed.at
        uow.add(message)


def _item(
    uow: UnitOfWork, step: EscalationStep, obligation: ObligationCopy, one: Found, chosen: Way
) -> DigestItem:
    return DigestItem(
        id=new_id(),
        step_id=step.id,
        obligation_id=obligation.id,
        deadline_revision=obligation.deadline_revision,
        person_id=one.recipient.person_id,
        channel=EMAIL,
        delivery=chosen.delivery,
        because=chosen.because or PREFERRED,
        state=WAITING,
        created_at=uow.now(),
    )


def _message(
    row: Escalation, step: EscalationStep, occasion: Occasion, one: Found, people: Reachable
) -> Message:
    contact = people.contact(one.recipient.person_id, EMAIL)
    name = contact.display_name if contact else ""
    language = contact.language if contact else DEFAULT_LANGUAGE
    words = compose(
        occasion,
        one.recipient,
        role=one.role,
        name=name,
        language=language,
        which="escalation",
        more={"informed": one.informed, "step": step.number + 1},
    )
    return Message(
        kind="escalation",
        step_id=step.id,
        obligation_id=row.obligation_id,
        deadline_revision=row.deadline_revision,
        unit_code=row.unit_code,
        person_id=one.recipient.person_id,
        contact_id=contact.id if contact else None,
        channel=EMAIL,
        to_address=contact.address if contact else None,
        to_name=name,
        simulated=contact.simulated if contact else False,
        language=language,
        template=words.template,
        subject=words.subject,
        text=words.text,
        html=words.html,
        why={
            "escalation": {
                "id": str(row.id),
                "policy": row.ladder["code"],
                "version": row.ladder["version"],
                "step": step.number + 1,
            },
            "deadline_revision": row.deadline_revision,
            "last_day": occasion.last_day.isoformat(),
            "days_left": occasion.days_left,
            "planned_for": step.planned_at.isoformat(),
            "recipient": one.record() | {"unit_code": row.unit_code},
        },
        state=QUEUED,
    )
