"""Hand queued messages to the outside: claim and intent, then the call, then the result.

The intent is committed before the provider is called and the result after; the call itself is in
no transaction. A crash in between leaves an attempt without an end, which `settle_interrupted`
finds when the lease is over. A sender that lost its lease cannot write a result: its fencing token
is no longer the message's.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import Select, select
from sqlmodel import col

from services.notifications.domain import delivery
from services.notifications.domain.delivery import Outcome
from services.notifications.domain.verification import HIDDEN, code_for
from services.notifications.gateways.choice import Gateways
from services.notifications.gateways.mail import Mail
from services.notifications.gateways.port import Gateway
from services.notifications.storage import repositories as stored
from services.notifications.storage.tables import Contact, Message, MessageAttempt, ObligationCopy
from services.notifications.use_cases import watch_gateways
from services.notifications.use_cases.hold_message import not_before
from services.notifications.use_cases.house import House, house_of
from services.notifications.use_cases.suppress_contact import is_suppressed, suppress
from services.notifications.use_cases.word_reminder import freshen
from shared.context import ServiceContext
from shared.crash_points import crash_point
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork

SEND_SECONDS = 90.0
BATCH = 50
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """A message this sender alone may send until its lease is over."""

    message_id: UUID
    token: int
    attempt_id: UUID
    gateway: Gateway
    mail: Mail


async def send_messages(
    context: ServiceContext, ways: Gateways, *, seconds: float = SEND_SECONDS
) -> int:
    """Send what waits, several at once; the number of messages dealt with."""
    if not await _something_waits(context):
        return 0
    turns = iter(range(BATCH))
    senders = [
        asyncio.create_task(_send_in_turn(context, ways, turns, seconds=seconds))
        for _ in range(context.settings.send_concurrency)
    ]
    try:
        return sum(await asyncio.gather(*senders))
    finally:
        for sender in senders:
            sender.cancel()


async def _send_in_turn(
    context: ServiceContext, ways: Gateways, turns: Iterator[int], *, seconds: float
) -> int:
    """One sender: message after message, as long as there are turns and something waits."""
    done = 0
    for _ in turns:
        dealt_with, claim = await _claim(context, ways)
        if not dealt_with:
            break
        done += 1
        if claim is not None:
            crash_point("sender.intended")
            outcome = await _try(claim.gateway, claim.mail, seconds=seconds)
            crash_point("sender.called")
            await record(context, claim.message_id, claim.token, claim.attempt_id, outcome)
            crash_point("sender.recorded")
    return done


async def settle_interrupted(context: ServiceContext, ways: Gateways) -> int:
    """Find out what became of attempts whose sender died; the number settled.

    A file is there or it is not. Of SMTP nobody can know: the message becomes unknown and is sent
    once more after a pause, by declared policy, with the same Message-ID.
    """
    statement = (
        select(MessageAttempt, col(Message.fencing_token))
        .join(Message, col(Message.id) == col(MessageAttempt.message_id))
        .where(
            col(Message.state) == delivery.SENDING,
            col(Message.lease_until) <= context.clock.now(),
            col(MessageAttempt.ended_at).is_(None),
        )
        .limit(BATCH)
    )
    async with context.database.reading() as session:
        interrupted = (await session.execute(statement)).all()
    for attempt, token in interrupted:
        outcome = await _look(ways.named(attempt.gateway), attempt.message_id)
        await record(context, attempt.message_id, token, attempt.id, outcome)
    return len(interrupted)


async def end_leases(context: ServiceContext) -> None:
    """At the start of an installation that has only one process: no earlier sender is alive."""
    async with context.unit_of_work("end leases") as uow:
        statement = select(Message).where(col(Message.state) == delivery.SENDING)
        for message in await uow.session.scalars(statement):
            message.lease_until = uow.now()


async def record(
    context: ServiceContext, message_id: UUID, token: int, attempt_id: UUID, outcome: Outcome
) -> bool:
    """Write what became of an attempt; False when somebody else has taken the message over."""
    async with context.unit_of_work(f"message {outcome.kind}") as uow:
        attempt = await uow.session.get(MessageAttempt, attempt_id)
        if attempt is not None and (attempt.ended_at is None or attempt.outcome == "unknown"):
            attempt.ended_at = uow.now()
            attempt.outcome, attempt.code = outcome.kind, outcome.code
            attempt.detail = outcome.detail or None
            await watch_gateways.note(uow, attempt.gateway, outcome)
        message = await uow.session.get(Message, message_id, with_for_update=True)
        mine = (
            message is not None
            and message.fencing_token == token
            and message.state in {delivery.SENDING, delivery.UNKNOWN}
        )
        if message is None or not mine:
            log.warning("late_result_refused", message_id=str(message_id), outcome=outcome.kind)
            return False
        _settle(uow, message, outcome)
        if message.state == delivery.PERMANENT and outcome.fault == "recipient":
            await suppress(uow, message, outcome)
        crash_point("sender.recording")
    return True


def _settle(uow: UnitOfWork, message: Message, outcome: Outcome) -> None:
    following = delivery.after(
        outcome,
        attempts=message.attempts - message.attempts_before,
        unknown_resends=message.unknown_resends,
        policy=delivery.policy_of(message.channel),
        spread=delivery.spread_of(message.id),
    )
    message.state = following.state
    message.lease_until = None
    message.reason = outcome.code
    message.next_attempt_at = uow.now() + following.pause if following.pause else None
    if following.state == delivery.SENT:
        message.sent_at, message.reason = uow.now(), None


def _waiting(now: datetime) -> Select[Message]:
    return (
        select(Message)
        .where(
            col(Message.state).in_(delivery.CLAIMABLE),
            col(Message.next_attempt_at) <= now,
        )
        .order_by(col(Message.next_attempt_at), col(Message.id))
        .limit(1)
    )


async def _something_waits(context: ServiceContext) -> bool:
    async with context.database.reading() as session:
        return await session.scalar(_waiting(context.clock.now())) is not None


async def _claim(context: ServiceContext, ways: Gateways) -> tuple[bool, Claim | None]:
    """Whether there was a message, and the claim on it unless it is not to be sent any more."""
    async with context.unit_of_work("message claimed") as uow:
        message = await uow.session.scalar(_waiting(uow.now()).with_for_update(skip_locked=True))
        if message is None:
            return False, None
        message.next_attempt_at = None
        again = message.state == delivery.UNKNOWN
        house = house_of(context.settings)
        gateway = await _way_for(uow, message, ways, house)
        if gateway is None:
            return True, None
        await freshen(uow, message, house)
        message.state = delivery.SENDING
        message.attempts += 1
        message.unknown_resends += again
        message.fencing_token += 1
        message.lease_until = uow.now() + delivery.LEASE
        attempt = MessageAttempt(
            id=new_id(),
            message_id=message.id,
            number=message.attempts,
            gateway=gateway.name,
            resend_of_unknown=again,
            started_at=uow.now(),
        )
        uow.add(attempt)
        mail = outgoing(message, sender=context.settings.mail_from, secret=context.secret)
        crash_point("sender.intending")
        return True, Claim(message.id, message.fencing_token, attempt.id, gateway, mail)


async def _way_for(
    uow: UnitOfWork, message: Message, ways: Gateways, house: House
) -> Gateway | None:
    """The way a message takes now; None when it has to wait or is dropped, with the reason on it."""
    later = await not_before(uow, message, house)
    if later.because is not None:
        message.next_attempt_at, message.reason = later.at, later.because
        return None
    obsolete = await _obsolete(uow, message)
    if obsolete or message.to_address is None:
        # what may have arrived stays unknown, it is only not sent a second time
        again = message.state == delivery.UNKNOWN
        message.state = delivery.UNKNOWN if again else delivery.NOT_SENT
        message.reason = obsolete or delivery.NO_CONTACT
        return None
    gateway = ways.choose(message.to_address, simulated=message.simulated)
    resting = await watch_gateways.not_before(uow, gateway.name)
    if resting is not None:
        message.next_attempt_at, message.reason = resting, delivery.GATEWAY_DOWN
        return None
    return gateway


async def _obsolete(uow: UnitOfWork, message: Message) -> str | None:
    """Why a message is no longer to be sent: the work is done, or the deadline has moved."""
    contact = await uow.session.get(Contact, message.contact_id) if message.contact_id else None
    if contact is not None and is_suppressed(contact, message):
        return delivery.SUPPRESSED
    if message.kind == "code":
        asked_for = contact is not None and contact.code_message_id == message.id
        return None if asked_for else "code_replaced"
    if message.obligation_id is None:
        return None
    obligation = await uow.session.get(ObligationCopy, message.obligation_id)
    if obligation is None:
        return "obligation_unknown"
    duty = stored.duty_of(obligation)
    if duty.stopped:
        return duty.stopped
    return "deadline_moved" if duty.deadline_revision != message.deadline_revision else None


async def _try(gateway: Gateway, mail: Mail, *, seconds: float) -> Outcome:
    try:
        async with asyncio.timeout(seconds):
            return await gateway.send(mail)
    except Exception as error:  # noqa: BLE001 - whatever it was, the attempt needs an end
        log.error("gateway_failed", gateway=gateway.name, error=type(error).__name__)
        return await _look(gateway, mail.message_id)


async def _look(gateway: Gateway | None, message_id: UUID) -> Outcome:
    """What became of a mail whose sending was interrupted."""
    went_out = await gateway.was_sent(message_id) if gateway is not None else None
    if went_out is None:
        return Outcome("unknown", detail="interrupted")
    return Outcome("sent" if went_out else "temporary", detail="interrupted")


def outgoing(message: Message, *, sender: str, secret: bytes) -> Mail:
    """A message as it leaves: with what must not be stored put in."""
    mail = mail_of(message, sender=sender)
    if message.kind != "code":
        return mail
    code = code_for(message.id, secret)
    return replace(mail, text=mail.text.replace(HIDDEN, code), html=mail.html.replace(HIDDEN, code))


def mail_of(message: Message, *, sender: str) -> Mail:
    """A message as a mail: the same each time it is asked for."""
    return Mail(
        message_id=message.id,
        sender=sender,
        to_address=message.to_address or "",
        to_name=message.to_name,
        subject=message.subject,
        text=message.text,
        html=message.html,
        language=message.language,
        at=message.created_at,
    )
