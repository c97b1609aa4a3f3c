"""Does mail reach a real mail server, and only mail that may?"""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.embedded import Platform
from services.notifications import jobs
from services.notifications.gateways.choice import Gateways, gateways
from services.notifications.gateways.files import FileGateway
from services.notifications.gateways.smtp import SmtpGateway
from services.notifications.use_cases.send_messages import send_messages
from shared.settings import Settings
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.mail_server import MailServer, mail_server
from tests.support.obligations import Publisher, obligation

BASE = "/notifications/v1"


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server() as listening:
        yield listening


@pytest.fixture
def settings(tmp_path: Path, server: MailServer) -> Settings:
    return Settings(
        data_dir=tmp_path / "var",
        sample=False,
        smtp_host="127.0.0.1",
        smtp_port=server.port,
        smtp_tls="none",
        mail_from="CCHC <cchc@so.khanhhoa.gov.vn>",
    )


async def remind(
    api: Api, plans: Publisher, clock: FrozenClock, *, address: str, simulated: bool = False
) -> None:
    """Have one reminder fall due for somebody with this address."""
    officer = await plans.person("VP", "officer")
    body = {
        "person_id": str(officer),
        "address": address,
        "display_name": "Nguyễn Thị Lan",
        "simulated": simulated,
    }
    await api.ok("POST", f"{BASE}/contacts", body)
    await plans.tell(obligation("2026-12-24"))
    clock.move_to("2026-12-17T08:00:05+07:00")


async def only_message(api: Api) -> dict:
    (message,) = await api.items(f"{BASE}/messages")
    return await api.ok("GET", f"{BASE}/messages/{message['id']}")


REAL = "lan.nt@so.khanhhoa.gov.vn"


async def test_a_mail_arrives_at_the_server_as_it_is_shown_in_the_api(
    admin: Api, plans: Publisher, clock: FrozenClock, running: Platform, server: MailServer
) -> None:
    await remind(admin, plans, clock, address=REAL)
    await running.settle()
    (mail,) = server.mails
    message = await only_message(admin)
    assert str(mail["Message-ID"]) == f"<{message['id']}@so.khanhhoa.gov.vn>"
    assert str(mail["To"]) == f"Nguyễn Thị Lan <{REAL}>"
    assert str(mail["Subject"]) == message["subject"]
    assert message["state"] == "sent"
    (attempt,) = message["attempt_log"]
    assert (attempt["gateway"], attempt["code"]) == ("smtp", "250")
    assert not (running.settings.data_dir / "mail").exists()


@pytest.mark.parametrize(
    ("address", "simulated"),
    [
        ("lan@svhtt.example", False),
        ("lan@example.com", False),
        ("lan@phong.test", False),
        ("lan@cchc.invalid", False),
        (REAL, True),
    ],
)
async def test_people_who_do_not_exist_are_never_written_to_for_real(
    admin: Api, plans: Publisher, clock: FrozenClock, running: Platform, server: MailServer,
    address: str, simulated: bool,
) -> None:  # fmt: skip
    await remind(admin, plans, clock, address=address, simulated=simulated)
    await running.settle()
    assert server.sessions == 0
    message = await only_message(admin)
    assert (message["state"], message["attempt_log"][0]["gateway"]) == ("sent", "file")
    assert (running.settings.data_dir / "mail" / f"{message['id']}.eml").exists()


@pytest.mark.parametrize("where", ["at_rcpt", "at_data"])
async def test_a_server_that_says_later_is_asked_later(
    admin: Api, plans: Publisher, clock: FrozenClock, running: Platform, server: MailServer,
    where: str,
) -> None:  # fmt: skip
    setattr(server, where, "451 busy, try later")
    await remind(admin, plans, clock, address=REAL)
    await running.settle()
    waiting = await only_message(admin)
    assert (waiting["state"], waiting["reason"]) == ("temporary_failure", "451")
    setattr(server, where, None)
    await running.settle()
    assert server.mails == []  # not before its time
    clock.advance(minutes=1)
    await running.settle()
    done = await only_message(admin)
    assert [a["outcome"] for a in done["attempt_log"]] == ["temporary", "sent"]
    assert len(server.mails) == 1


@pytest.mark.parametrize("where", ["at_rcpt", "at_data"])
async def test_a_refusal_is_final_until_the_address_is_put_right(
    admin: Api, plans: Publisher, clock: FrozenClock, running: Platform, server: MailServer,
    where: str,
) -> None:  # fmt: skip
    setattr(server, where, "550 no such user")
    await remind(admin, plans, clock, address=REAL)
    await running.settle()
    clock.advance(hours=6)
    await running.settle()
    failed = await only_message(admin)
    assert (failed["state"], failed["attempts"]) == ("permanent_failure", 1)
    setattr(server, where, None)
    (contact,) = await admin.items(f"{BASE}/contacts")
    right = "lan.moi@so.khanhhoa.gov.vn"
    await admin.ok("PATCH", f"{BASE}/contacts/{contact['id']}", {"address": right})
    await admin.ok("POST", f"{BASE}/messages/{failed['id']}:resend")
    await running.settle()
    (mail,) = server.mails
    assert right in str(mail["To"])
    assert str(mail["Message-ID"]) == f"<{failed['id']}@so.khanhhoa.gov.vn>"


async def test_a_sender_the_server_does_not_want_is_our_fault_and_not_the_recipients(
    admin: Api, plans: Publisher, clock: FrozenClock, running: Platform, server: MailServer
) -> None:
    server.at_mail = "550 not from you"
    await remind(admin, plans, clock, address=REAL)
    await running.settle()
    failed = await only_message(admin)
    assert (failed["state"], failed["allowed_actions"]) == ("technical_failure", ["resend"])


async def test_a_server_that_takes_the_mail_and_falls_silent_leaves_it_unknown(
    admin: Api, plans: Publisher, clock: FrozenClock, running: Platform, server: MailServer
) -> None:
    context = running.services["notifications"].context
    ways = Gateways(
        file=FileGateway(running.settings.data_dir / "mail"),
        smtp=SmtpGateway(running.settings, step_seconds=0.2),
    )
    server.answers.clear()
    await remind(admin, plans, clock, address=REAL)
    await jobs.materialise_due(context)
    await send_messages(context, ways)
    assert (await only_message(admin))["state"] == "unknown"
    server.answers.set()
    await send_messages(context, ways)
    assert len(server.mails) == 1  # never blindly at once
    clock.advance(minutes=15)
    await send_messages(context, ways)
    done = await only_message(admin)
    assert done["state"] == "sent"
    assert [a["resend_of_unknown"] for a in done["attempt_log"]] == [False, True]
    first, second = server.mails
    assert str(first["Message-ID"]) == str(second["Message-ID"])
    assert first.as_bytes() == second.as_bytes()


async def test_without_a_server_the_mail_waits_and_goes_out_when_it_is_back(
    admin: Api, plans: Publisher, clock: FrozenClock, running: Platform, server: MailServer
) -> None:
    context = running.services["notifications"].context
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        gone = running.settings.model_copy(update={"smtp_port": taken.getsockname()[1]})
        await remind(admin, plans, clock, address=REAL)
        await jobs.materialise_due(context)
        await send_messages(context, gateways(gone))
    assert (await only_message(admin))["state"] == "temporary_failure"
    clock.advance(minutes=1)
    await running.settle()
    assert (await only_message(admin))["state"] == "sent"


async def test_a_server_without_starttls_gets_nothing_when_starttls_is_asked_for(
    admin: Api, plans: Publisher, clock: FrozenClock, running: Platform, server: MailServer
) -> None:
    context = running.services["notifications"].context
    strict = running.settings.model_copy(update={"smtp_tls": "starttls"})
    await remind(admin, plans, clock, address=REAL)
    await jobs.materialise_due(context)
    await send_messages(context, gateways(strict))
    assert (await only_message(admin))["state"] == "temporary_failure"
    assert server.mails == []
