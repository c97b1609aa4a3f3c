"""Does the sender stay polite when much goes wrong: dead gateways, dead addresses, far too much?"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.embedded import Platform
from services.notifications import jobs
from services.notifications.domain.delivery import Outcome
from services.notifications.gateways.choice import Gateways
from services.notifications.gateways.mail import Mail
from services.notifications.use_cases.send_messages import send_messages
from shared.context import ServiceContext
from shared.settings import Settings
from tests.notifications.conftest import BASE, Office, add_contact
from tests.notifications.test_sending import Scripted
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.mail_server import MailServer, mail_server
from tests.support.mails import written_mails as mails
from tests.support.obligations import Publisher, changed, obligation

MORNING = "2026-12-17T08:00:05+07:00"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path / "var",
        sample=False,
        send_concurrency=3,
        storm_per_hour=6,
        storm_per_unit=4,
        daily_cap=100,
    )


@pytest.fixture
def context(running: Platform) -> ServiceContext:
    return running.services["notifications"].context


async def states(api: Api, **query: object) -> list[str]:
    return sorted(m["state"] for m in await api.items(f"{BASE}/messages", **query))


async def test_several_go_out_at_once_but_no_more_than_allowed(
    clock: FrozenClock, plans: Publisher, office: Office, context: ServiceContext
) -> None:
    await plans.tell(*(obligation("2026-12-24") for _ in range(4)))
    clock.move_to(MORNING)
    await jobs.materialise_due(context)
    at_once, most, together = 0, 0, asyncio.Event()

    async def slowly(_mail: Mail) -> Outcome:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        if at_once == 3:
            together.set()
        async with asyncio.timeout(5):
            await together.wait()  # nobody is done before three are on their way
        at_once -= 1
        return Outcome("sent")

    gateway = Scripted(slowly)
    assert await send_messages(context, Gateways(gateway)) == 4
    assert most == 3
    assert len(set(gateway.sent)) == 4


async def test_a_gateway_that_hangs_for_one_does_not_stop_the_others(
    admin: Api, clock: FrozenClock, plans: Publisher, office: Office, context: ServiceContext
) -> None:
    await plans.tell(*(obligation("2026-12-24") for _ in range(4)))
    clock.move_to(MORNING)
    await jobs.materialise_due(context)
    hung: list[object] = []

    async def hang_once(mail: Mail) -> Outcome:
        if not hung:
            hung.append(mail.message_id)
            await asyncio.Event().wait()
        return Outcome("sent")

    await send_messages(context, Gateways(Scripted(hang_once)), seconds=0.5)
    assert await states(admin) == ["sent", "sent", "sent", "unknown"]


async def test_an_outage_costs_no_message_its_tries_and_ends_by_a_probe(
    admin: Api, clock: FrozenClock, plans: Publisher, office: Office, context: ServiceContext
) -> None:
    await plans.tell(*(obligation("2026-12-24") for _ in range(4)))
    clock.move_to(MORNING)
    await jobs.materialise_due(context)
    calls = 0

    async def dead(_mail: Mail) -> Outcome:
        nonlocal calls
        calls += 1
        return Outcome("temporary", detail="ConnectionRefused", fault="gateway")

    ways = Gateways(Scripted(dead))
    for _ in range(2 * 60):
        await send_messages(context, ways)
        clock.advance(minutes=1)
    # some to notice, then a probe after 1, 2, 4, 8 minutes and every quarter of an hour
    assert 10 <= calls <= 5 + 2 + 4 + 2 * 4
    (gateway, *_) = (await admin.ok("GET", f"{BASE}/gateways"))["items"]
    assert (gateway["state"], gateway["last_error"]) == ("open", "ConnectionRefused")
    rows = await admin.items(f"{BASE}/messages")
    assert {m["state"] for m in rows} == {"temporary_failure"}
    assert sum(m["attempts"] for m in rows) == calls

    async def alive(_mail: Mail) -> Outcome:
        return Outcome("sent")

    clock.move_to("2026-12-18T09:00:00+07:00")
    await admin.ok("POST", f"{BASE}/gateways/file:close")
    for _ in range(30):
        await send_messages(context, Gateways(Scripted(alive)))
        clock.advance(minutes=15)
    assert await states(admin) == ["sent"] * 4
    (gateway, *_) = (await admin.ok("GET", f"{BASE}/gateways"))["items"]
    assert (gateway["state"], gateway["failures"]) == ("closed", 0)


async def test_too_many_for_one_unit_are_held_until_an_operator_lets_them_go(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office
) -> None:
    owed = [obligation("2026-12-24", title=f"Việc {n}") for n in range(9)]
    await plans.tell(*owed, obligation("2026-12-24", severity="critical"))
    clock.move_to(MORNING)
    await running.settle()
    assert len(mails(running)) == 5  # four, and the critical one
    (storm,) = await admin.items(f"{BASE}/storms")
    assert (storm["reason"], storm["unit_code"], storm["held"]) == ("storm_per_unit", "VP", 5)
    assert storm["allowed_actions"] == ["release", "discard"]
    held = await admin.items(f"{BASE}/messages", state="held")
    assert {m["reason"] for m in held} == {"storm_per_unit"}
    assert held[0]["reason_text"]
    # what is done meanwhile is not told when the rest is let go
    done = next(o for o in owed if str(o.id) == held[0]["obligation_id"])
    await plans.tell(changed(done, state="closed"))
    await admin.ok("POST", f"{BASE}/storms/{storm['id']}:release")
    await running.settle()
    assert await states(admin, state="held") == []
    assert len(mails(running)) == 9
    again = await admin.post(f"{BASE}/storms/{storm['id']}:discard")
    assert (again.status_code, again.json()["code"]) == (409, "storm_is_over")


async def test_what_is_held_can_be_dropped_and_stays_on_record(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office
) -> None:
    for unit in ("A", "B", "C"):
        person = await plans.person(unit, "officer")
        await add_contact(admin, person, f"{unit.lower()}@svhtt.example", f"Người {unit}")
        await plans.tell(*(obligation("2026-12-24", unit_code=unit) for _ in range(3)))
    clock.move_to(MORNING)
    await running.settle()
    (storm,) = await admin.items(f"{BASE}/storms")
    assert (storm["reason"], storm["unit_code"], storm["held"]) == ("storm_per_hour", None, 3)
    await admin.ok("POST", f"{BASE}/storms/{storm['id']}:discard")
    await running.settle()
    dropped = await admin.items(f"{BASE}/messages", state="not_sent")
    assert [m["reason"] for m in dropped] == ["discarded"] * 3
    assert len(mails(running)) == 6


REAL = "lan.nt@so.khanhhoa.gov.vn"


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server() as listening:
        yield listening


class TestAddresses:
    """With a mail server that refuses."""

    @pytest.fixture
    def settings(self, tmp_path: Path, server: MailServer) -> Settings:
        return Settings(
            data_dir=tmp_path / "var", sample=False, smtp_host="127.0.0.1", smtp_port=server.port,
            smtp_tls="none", mail_from="CCHC <cchc@so.khanhhoa.gov.vn>",
        )  # fmt: skip

    async def test_a_refused_address_is_written_to_no_more_until_it_is_put_right(
        self, admin: Api, running: Platform, clock: FrozenClock, plans: Publisher,
        server: MailServer,
    ) -> None:  # fmt: skip
        officer = await plans.person("VP", "officer")
        contact = await add_contact(admin, officer, REAL, "Nguyễn Thị Lan")
        await plans.tell(obligation("2026-12-24"), obligation("2026-12-22"))
        server.at_rcpt = "550 no such user"
        clock.move_to("2026-12-15T08:00:05+07:00")
        await running.settle()
        refused = await admin.ok("GET", f"{BASE}/contacts/{contact['id']}")
        assert refused["suppressed_at"] is not None
        assert refused["suppressed_because"].startswith("550 ")
        server.at_rcpt = None
        clock.move_to("2026-12-17T08:00:05+07:00")
        await running.settle()
        assert server.mails == []
        found = {m["reason"] for m in await admin.items(f"{BASE}/messages", state="not_sent")}
        assert found == {"suppressed"}
        await admin.ok("POST", f"{BASE}/contacts/{contact['id']}:unsuppress")
        (waiting,) = await admin.items(f"{BASE}/messages", state="not_sent")
        await admin.ok("POST", f"{BASE}/messages/{waiting['id']}:resend")
        await running.settle()
        assert len(server.mails) == 1

    async def test_a_refused_letter_says_nothing_of_the_address(
        self, admin: Api, running: Platform, clock: FrozenClock, plans: Publisher,
        server: MailServer,
    ) -> None:  # fmt: skip
        officer = await plans.person("VP", "officer")
        contact = await add_contact(admin, officer, REAL, "Nguyễn Thị Lan")
        await plans.tell(obligation("2026-12-24"))
        server.at_data = "554 looks like spam"
        clock.move_to(MORNING)
        await running.settle()
        assert await states(admin) == ["permanent_failure"]
        known = await admin.ok("GET", f"{BASE}/contacts/{contact['id']}")
        assert known["suppressed_at"] is None
