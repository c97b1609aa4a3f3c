"""Is every message sent once, whatever breaks in between?"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import pytest

from services.embedded import Platform
from services.notifications import jobs
from services.notifications.domain.delivery import LEASE, UNKNOWN_PAUSE, Outcome
from services.notifications.gateways.choice import Gateways
from services.notifications.gateways.files import FileGateway
from services.notifications.gateways.mail import Mail
from services.notifications.use_cases.send_messages import send_messages, settle_interrupted
from shared.context import ServiceContext
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.obligations import Publisher, changed, moved, obligation

BASE = "/notifications/v1"
Send = Callable[[Mail], Awaitable[Outcome]]


class Scripted:
    """A gateway that does what a test says, and counts."""

    name = "file"

    def __init__(self, send: Send, *, went_out: bool | None = None) -> None:
        self._send = send
        self._went_out = went_out
        self.sent: list[UUID] = []

    async def send(self, mail: Mail) -> Outcome:
        outcome = await self._send(mail)
        self.sent.append(mail.message_id)
        return outcome

    async def was_sent(self, _message_id: UUID) -> bool | None:
        return self._went_out


class Crash(BaseException):
    """The process ends here, as far as the sender is concerned."""


@pytest.fixture
def context(running: Platform) -> ServiceContext:
    return running.services["notifications"].context


@pytest.fixture
def folder(running: Platform) -> Path:
    return running.settings.data_dir / "mail"


@pytest.fixture
async def queued(
    admin: Api, clock: FrozenClock, plans: Publisher, office: object, context: ServiceContext
) -> dict:
    """One message that waits to be sent."""
    await plans.tell(obligation("2026-12-24"))
    clock.move_to("2026-12-17T08:00:05+07:00")
    assert await jobs.materialise_due(context) == 1
    (message,) = await admin.items(f"{BASE}/messages")
    assert message["state"] == "queued"
    return message


async def read(api: Api, message: dict) -> dict:
    return await api.ok("GET", f"{BASE}/messages/{message['id']}")


async def test_the_intent_is_on_record_before_the_call_and_nothing_is_locked_meanwhile(
    admin: Api, queued: dict, context: ServiceContext
) -> None:
    seen: list[dict] = []

    async def look(mail: Mail) -> Outcome:
        async with asyncio.timeout(5), context.unit_of_work("another writer"):
            seen.append(await read(admin, queued))
        return Outcome("sent")

    await send_messages(context, Gateways(Scripted(look)))
    assert seen[0]["state"] == "sending"
    (attempt,) = seen[0]["attempt_log"]
    assert (attempt["number"], attempt["ended_at"]) == (1, None)
    assert (await read(admin, queued))["state"] == "sent"


async def test_a_crash_before_the_file_is_written_loses_nothing(
    admin: Api, queued: dict, context: ServiceContext, clock: FrozenClock, folder: Path,
    running: Platform,
) -> None:  # fmt: skip
    async def crash(_mail: Mail) -> Outcome:
        raise Crash

    with pytest.raises(Crash):
        await send_messages(context, Gateways(Scripted(crash)))
    await running.settle()
    assert (await read(admin, queued))["state"] == "sending"  # its lease still runs
    clock.advance(seconds=LEASE.total_seconds())
    await running.settle()
    assert (await read(admin, queued))["state"] == "temporary_failure"
    clock.advance(minutes=1)
    await running.settle()
    done = await read(admin, queued)
    assert done["state"] == "sent"
    assert [a["outcome"] for a in done["attempt_log"]] == ["temporary", "sent"]
    assert [f.name for f in folder.iterdir()] == [f"{queued['id']}.eml"]


async def test_a_crash_after_the_file_is_written_doubles_nothing(
    admin: Api, queued: dict, context: ServiceContext, clock: FrozenClock, folder: Path,
    running: Platform,
) -> None:  # fmt: skip
    async def write_and_crash(mail: Mail) -> Outcome:
        await FileGateway(folder).send(mail)
        raise Crash

    with pytest.raises(Crash):
        await send_messages(context, Gateways(Scripted(write_and_crash)))
    clock.advance(seconds=LEASE.total_seconds())
    await running.settle()
    done = await read(admin, queued)
    assert (done["state"], len(done["attempt_log"])) == ("sent", 1)
    assert len(list(folder.iterdir())) == 1


async def test_a_restart_finds_what_was_interrupted_without_waiting_for_the_lease(
    admin: Api, queued: dict, context: ServiceContext, folder: Path, running: Platform
) -> None:
    async def write_and_crash(mail: Mail) -> Outcome:
        await FileGateway(folder).send(mail)
        raise Crash

    with pytest.raises(Crash):
        await send_messages(context, Gateways(Scripted(write_and_crash)))
    await jobs.prepare(context)
    await running.settle()
    assert (await read(admin, queued))["state"] == "sent"


async def test_a_half_written_file_is_not_a_mail(
    admin: Api, queued: dict, folder: Path, running: Platform
) -> None:
    folder.mkdir()
    (folder / f".{queued['id']}.1.tmp").write_bytes(b"From: ha")
    await running.settle()
    assert (await read(admin, queued))["state"] == "sent"
    assert (folder / f"{queued['id']}.eml").stat().st_mode & 0o777 == 0o600


async def test_a_gateway_that_breaks_is_asked_whether_the_mail_went_out(
    admin: Api, queued: dict, context: ServiceContext, clock: FrozenClock
) -> None:
    async def fail(_mail: Mail) -> Outcome:
        raise OSError("disk on fire")

    await send_messages(context, Gateways(Scripted(fail, went_out=False)))
    assert (await read(admin, queued))["state"] == "temporary_failure"
    clock.advance(minutes=1)
    await send_messages(context, Gateways(Scripted(fail, went_out=None)))
    assert (await read(admin, queued))["state"] == "unknown"


async def test_an_unknown_mail_is_sent_once_more_after_a_pause_and_never_again(
    admin: Api, queued: dict, context: ServiceContext, clock: FrozenClock
) -> None:
    async def silence(_mail: Mail) -> Outcome:
        return Outcome("unknown")

    ways = Gateways(Scripted(silence))
    await send_messages(context, ways)
    await send_messages(context, ways)
    assert (await read(admin, queued))["attempts"] == 1
    clock.advance(seconds=UNKNOWN_PAUSE.total_seconds())
    await send_messages(context, ways)
    clock.advance(days=3)
    await send_messages(context, ways)
    done = await read(admin, queued)
    assert (done["state"], done["next_attempt_at"]) == ("unknown", None)
    assert [a["resend_of_unknown"] for a in done["attempt_log"]] == [False, True]
    assert done["allowed_actions"] == ["resend"]


async def test_two_senders_at_once_send_each_message_once(
    admin: Api, clock: FrozenClock, plans: Publisher, office: object, context: ServiceContext
) -> None:
    await plans.tell(*(obligation("2026-12-24") for _ in range(12)))
    clock.move_to("2026-12-17T08:00:05+07:00")
    await asyncio.gather(jobs.materialise_due(context), jobs.materialise_due(context))

    async def slowly(_mail: Mail) -> Outcome:
        await asyncio.sleep(0)
        return Outcome("sent")

    gateway = Scripted(slowly)
    await asyncio.gather(*(send_messages(context, Gateways(gateway)) for _ in range(4)))
    messages = await admin.items(f"{BASE}/messages")
    assert len(messages) == 12
    assert sorted(map(str, gateway.sent)) == sorted(m["id"] for m in messages)
    assert {(m["state"], m["attempts"]) for m in messages} == {("sent", 1)}


async def test_a_sender_that_slept_through_its_lease_cannot_overwrite_the_other_ones_result(
    admin: Api, queued: dict, context: ServiceContext, clock: FrozenClock, running: Platform
) -> None:
    asleep, wake = asyncio.Event(), asyncio.Event()

    async def sleep(_mail: Mail) -> Outcome:
        asleep.set()
        await wake.wait()
        return Outcome("permanent", code="550")

    sleeper = asyncio.create_task(send_messages(context, Gateways(Scripted(sleep))))
    await asleep.wait()
    clock.advance(seconds=LEASE.total_seconds())
    await running.settle()
    clock.advance(minutes=1)
    await running.settle()
    assert (await read(admin, queued))["state"] == "sent"
    wake.set()
    await sleeper
    assert (await read(admin, queued))["state"] == "sent"


async def test_an_answer_that_comes_after_the_lease_clears_up_what_was_unknown(
    admin: Api, queued: dict, context: ServiceContext, clock: FrozenClock
) -> None:
    asleep, wake = asyncio.Event(), asyncio.Event()

    async def sleep(_mail: Mail) -> Outcome:
        asleep.set()
        await wake.wait()
        return Outcome("sent")

    ways = Gateways(Scripted(sleep, went_out=None))
    sleeper = asyncio.create_task(send_messages(context, ways))
    await asleep.wait()
    clock.advance(seconds=LEASE.total_seconds())
    assert await settle_interrupted(context, ways) == 1
    assert (await read(admin, queued))["state"] == "unknown"
    wake.set()
    await sleeper
    done = await read(admin, queued)
    assert (done["state"], done["attempt_log"][0]["outcome"]) == ("sent", "sent")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"state": "closed"}, "obligation_closed"),
        ({"state": "suspended"}, "obligation_suspended"),
    ],
)
async def test_what_was_done_between_planning_and_sending_is_not_reminded_of(
    admin: Api, clock: FrozenClock, plans: Publisher, office: object, context: ServiceContext,
    change: dict, reason: str, folder: Path,
) -> None:  # fmt: skip
    known = obligation("2026-12-24")
    await plans.tell(known)
    clock.move_to("2026-12-17T08:00:05+07:00")
    await jobs.materialise_due(context)
    await plans.tell(changed(known, **change))
    (message,) = await admin.items(f"{BASE}/messages")
    assert (message["state"], message["reason"]) == ("not_sent", reason)
    assert not folder.exists()


async def test_a_mail_about_a_deadline_that_has_moved_is_not_sent(
    admin: Api, clock: FrozenClock, plans: Publisher, office: object, context: ServiceContext,
    folder: Path,
) -> None:  # fmt: skip
    known = obligation("2026-12-24")
    await plans.tell(known)
    clock.move_to("2026-12-17T08:00:05+07:00")
    await jobs.materialise_due(context)
    await plans.tell(moved(known, "2027-03-31"))
    (message,) = await admin.items(f"{BASE}/messages")
    assert (message["state"], message["reason"]) == ("not_sent", "deadline_moved")
    assert not folder.exists()


async def test_temporary_failures_end_as_a_technical_one_that_an_operator_can_send_again(
    admin: Api, queued: dict, context: ServiceContext, clock: FrozenClock, running: Platform
) -> None:
    async def busy(_mail: Mail) -> Outcome:
        return Outcome("temporary", code="451", detail="bận")

    ways = Gateways(Scripted(busy))
    for _ in range(40):  # no try at night
        await send_messages(context, ways)
        clock.advance(hours=4)
    failed = await read(admin, queued)
    assert (failed["state"], failed["attempts"], failed["allowed_actions"]) == (
        "technical_failure",
        11,
        ["resend"],
    )
    clock.move_to("2026-12-24T09:00:00+07:00")
    await admin.ok("POST", f"{BASE}/messages/{queued['id']}:resend")
    await running.settle()
    done = await read(admin, queued)
    assert (done["state"], done["attempts"]) == ("sent", 12)


async def test_a_message_that_arrived_is_not_sent_again(
    admin: Api, queued: dict, running: Platform
) -> None:
    await running.settle()
    answer = await admin.post(f"{BASE}/messages/{queued['id']}:resend")
    assert (answer.status_code, answer.json()["code"]) == (409, "message_not_resendable")
    assert (await read(admin, queued))["blocked_because"] == {
        "resend": "Thư không ở trạng thái lỗi."
    }


async def test_a_message_without_an_address_is_sent_once_there_is_one(
    admin: Api, clock: FrozenClock, plans: Publisher, running: Platform, folder: Path
) -> None:
    officer = await plans.person("VP", "officer")
    await plans.tell(obligation("2026-12-24"))
    clock.move_to("2026-12-17T08:00:05+07:00")
    await running.settle()
    (message,) = await admin.items(f"{BASE}/messages")
    assert (message["state"], message["reason"], message["allowed_actions"]) == (
        "not_sent",
        "no_contact",
        [],
    )
    eml = await admin.get(f"{BASE}/messages/{message['id']}/eml")
    assert (eml.status_code, eml.json()["code"]) == (409, "message_without_address")
    body = {"person_id": str(officer), "address": "lan@svhtt.example", "display_name": "Lan"}
    await admin.ok("POST", f"{BASE}/contacts", body)
    await admin.ok("POST", f"{BASE}/messages/{message['id']}:resend")
    await running.settle()
    assert (await read(admin, message))["state"] == "sent"
    eml = await admin.get(f"{BASE}/messages/{message['id']}/eml")
    assert eml.headers["content-type"] == "message/rfc822"
    assert eml.content == (folder / f"{message['id']}.eml").read_bytes()
