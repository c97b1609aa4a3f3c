"""Make the digests that are due: one message for many reminders, each of which is told once.

The digest, its message and what became of every reminder in it are written in one transaction, so a
crash leaves either all of it or nothing.
"""

from services.notifications.domain import digest as rules
from services.notifications.domain.delivery import QUEUED
from services.notifications.storage import digests as stored_digests
from services.notifications.storage import repositories as stored
from services.notifications.storage.tables import Contact, Digest, Message
from services.notifications.use_cases.compose_digest import compose_digest
from services.notifications.use_cases.house import House
from services.notifications.use_cases.materialise_reminders import why_not
from services.notifications.use_cases.read_digests import Draft, Wanted, draft
from shared.unit_of_work import UnitOfWork

MADE = "made"
NOTHING = "nothing"


async def make_digest(uow: UnitOfWork, wanted: Wanted, *, house: House) -> Digest:
    """Write one digest with its message, or on record why there is none."""
    drafted = await draft(
        uow.session, uow.tables, wanted, clock=uow.clock, house=house, to_be_told=True
    )
    contact = await stored.contact_of(uow.session, wanted.person_id, wanted.channel)
    told = bool(drafted.told)
    repeats = wanted.kind == "daily" and await _told_more_today(uow, wanted)
    obstacle = why_not(contact)
    if obstacle is None and not rules.worth_sending(
        wanted.kind, drafted.edition.sections, told=told, repeats=repeats
    ):
        obstacle = NOTHING
    made = Digest(
        person_id=wanted.person_id,
        channel=wanted.channel,
        kind=wanted.kind,
        day=rules.key_day(wanted.kind, uow.today()),
        unit_code=drafted.reader.unit_code or (contact and contact.unit_code) or "",
        state=obstacle or MADE,
        counts={section: len(lines) for section, lines in drafted.edition.sections.items()},
    )
    await uow.save(made)
    if obstacle is None and contact is not None:
        uow.add(_message(uow, made, drafted, contact))
    for item in drafted.items:
        reason = drafted.dropped.get(item.id) or (obstacle if obstacle != NOTHING else None)
        item.state, item.reason = (rules.DROPPED, reason) if reason else (rules.TOLD, None)
        item.digest_id, item.ended_at = made.id, uow.now()
    uow.add(*drafted.items)
    return made


async def _told_more_today(uow: UnitOfWork, wanted: Wanted) -> bool:
    """Whether a digest of the week was made today, which said all that a daily one could."""
    return (
        await stored_digests.week_told_on(
            uow.session,
            wanted.person_id,
            wanted.channel,
            monday=rules.key_day("weekly", uow.today()),
        )
        == uow.today()
    )


def _message(uow: UnitOfWork, made: Digest, drafted: Draft, contact: Contact) -> Message:
    words = compose_digest(drafted.edition, name=contact.display_name, language=contact.language)
    return Message(
        kind="digest",
        digest_id=made.id,
        unit_code=made.unit_code,
        person_id=made.person_id,
        contact_id=contact.id,
        channel=made.channel,
        to_address=contact.address,
        to_name=contact.display_name,
        simulated=contact.simulated,
        language=contact.language,
        template=words.template,
        subject=words.subject,
        text=words.text,
        html=words.html,
        why={
            "digest": {"id": str(made.id), "kind": made.kind, "day": made.day.isoformat()},
            "counts": made.counts,
            "because": sorted(drafted.edition.because),
            "reminders": [str(item.reminder_id) for item in drafted.told if item.reminder_id],
            "steps": [str(item.step_id) for item in drafted.told if item.step_id],
        },
        state=QUEUED,
        next_attempt_at=uow.now(),
    )
