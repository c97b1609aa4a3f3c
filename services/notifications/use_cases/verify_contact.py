"""Find out whether an address is the person's own: they read a code there and tell it back.

Who may read messages may not verify other people's addresses: in the stored message the code is
hidden, and it is put in only as the mail leaves.
"""

from services.notifications.domain.delivery import QUEUED
from services.notifications.domain.verification import (
    HIDDEN,
    LASTS,
    Asked,
    Verdict,
    judge_code,
    may_send_again,
)
from services.notifications.storage.tables import Contact, Message
from services.notifications.use_cases.compose_message import render
from services.notifications.use_cases.materialise_reminders import why_not
from shared.errors import Conflict
from shared.ids import new_id
from shared.texts import text
from shared.unit_of_work import UnitOfWork


def asked(contact: Contact) -> Asked:
    """The code a person was last asked for."""
    return Asked(contact.code_message_id, contact.code_until, contact.code_tries)


async def send_code(uow: UnitOfWork, contact: Contact) -> Contact:
    """Send a code to an address, at any hour: somebody waits for it.

    :raises Conflict: the address is not in use, or a code was sent a moment ago.
    """
    obstacle = why_not(contact)
    if obstacle is None and not may_send_again(asked(contact), uow.now()):
        obstacle = "code_sent_just_now"
    if obstacle is not None:
        raise Conflict("code_not_sent", why=text(f"notifications.blocked.{obstacle}"))
    message = _message(uow, contact)
    contact.code_message_id, contact.code_until = message.id, uow.now() + LASTS
    contact.code_tries = 0
    await uow.save(message, contact)
    return contact


async def verify(uow: UnitOfWork, contact: Contact, code: str, *, secret: bytes) -> Verdict:
    """Compare a code with the one that was sent, and put on record what came of it."""
    verdict = judge_code(asked(contact), code, secret=secret, now=uow.now())
    if verdict == "verified":
        contact.verified_at = uow.now()
        contact.code_message_id = contact.code_until = None
    elif verdict == "wrong":
        contact.code_tries += 1
    await uow.save(contact)
    return verdict


def _message(uow: UnitOfWork, contact: Contact) -> Message:
    values = {"name": contact.display_name, "code": HIDDEN, "minutes": LASTS.seconds // 60}
    language = contact.language
    return Message(
        id=new_id(),
        kind="code",
        urgent=True,
        unit_code=contact.unit_code or "",
        person_id=contact.person_id,
        contact_id=contact.id,
        channel=contact.channel,
        to_address=contact.address,
        to_name=contact.display_name,
        simulated=contact.simulated,
        language=language,
        template=f"{language}/code",
        subject=text("notifications.code_subject", language=language),
        text=render(f"{language}/code.txt", values),
        html=render(f"{language}/code.html", values),
        why={"code_for": str(contact.id)},
        state=QUEUED,
        next_attempt_at=uow.now(),
    )
