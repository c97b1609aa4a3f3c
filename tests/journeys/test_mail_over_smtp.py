"""Does mail leave for a real mail server, and does it never leave for people who do not exist?"""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.support.documents import saved, task_plan
from tests.support.mail_server import MailServer, mail_server
from tests.support.worlds import Caller, World, eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
MAIL = "/notifications/v1"
REAL = "nguyen.thi.lan@snv.khanhhoa.gov.vn"
RESERVED = "tran.van.minh@svhtt.example"
SIMULATED = "le.van.an@snv.khanhhoa.gov.vn"
DUE = "Chậm nhất 21/6/2023"


def office(folder: Path, server: MailServer) -> World:
    """A platform whose mail goes to the server, on Monday, 19 June 2023."""
    world = World(
        folder / "var",
        CCHC_SAMPLE="0",
        CCHC_CLOCK="2023-06-19T09:00:00+07:00",
        CCHC_SMTP_HOST="127.0.0.1",
        CCHC_SMTP_PORT=str(server.port),
        CCHC_SMTP_TLS="none",
    )
    world.start()
    world.wait_ready()
    return world


def hire(caller: Caller, position: str, address: str, **contact: Any) -> str:
    body = {"full_name": address.partition("@")[0], "unit_code": "SNV", "position": position}
    person_id: str = caller.post("/plans/v1/people", body)["id"]
    details = {"person_id": person_id, "address": address, "display_name": body["full_name"]}
    caller.post(f"{MAIL}/contacts", details | contact)
    return person_id


def owe_something(caller: Caller) -> str:
    """One obligation of the office, due on Wednesday; its id, once its reminders are planned."""
    row = ("1", "Rà soát thủ tục hành chính", "Sở Nội vụ", "", "Báo cáo", DUE)
    content = saved(task_plan(row))
    preview = caller.post(
        "/plans/v1/imports?unit_code=SNV", files={"file": ("ke-hoach.docx", content)}
    )
    plan = caller.post(f"/plans/v1/imports/{preview['id']}:confirm", {"year": 2023})
    (owed,) = caller.items("/plans/v1/obligations", plan_id=plan["id"])
    obligation_id: str = owed["id"]
    eventually(lambda: caller.items(f"{MAIL}/reminders", obligation_id=obligation_id))
    return obligation_id


def move_to(caller: Caller, instant: str) -> None:
    caller.post("/plans/v1/clock:advance", {"to": f"{instant}+07:00"})


def messages(caller: Caller, state: str) -> list[dict[str, Any]]:
    return caller.items(f"{MAIL}/messages", state=state)


async def test_mail_to_an_ordinary_address_leaves_and_to_a_reserved_one_never_does(
    tmp_path: Path,
) -> None:
    async with mail_server() as server:
        world = await asyncio.to_thread(office, tmp_path, server)
        try:
            await asyncio.to_thread(_remind_three, world, server)
        finally:
            await asyncio.to_thread(world.stop)


def _remind_three(world: World, server: MailServer) -> None:
    caller = world.caller()
    caller.post("/plans/v1/units", {"code": "SNV", "name": "Sở Nội vụ"})
    people = {
        REAL: hire(caller, "officer", REAL),
        SIMULATED: hire(caller, "officer", SIMULATED, simulated=True),
        RESERVED: hire(caller, "head", RESERVED),
    }
    owe_something(caller)
    move_to(caller, "2023-06-22T08:00:30")  # overdue: the officers and the head are told
    sent = eventually(lambda: len(rows := messages(caller, "sent")) == 3 and rows)
    by_person = {row["person_id"]: row for row in sent}
    details = {
        address: caller.get(f"{MAIL}/messages/{by_person[person]['id']}")
        for address, person in people.items()
    }
    gateways = {a: [t["gateway"] for t in d["attempt_log"]] for a, d in details.items()}
    assert gateways == {REAL: ["smtp"], SIMULATED: ["file"], RESERVED: ["file"]}

    (mail,) = server.mails
    assert mail["To"].addresses[0].addr_spec == REAL
    assert str(mail["Message-ID"]).startswith(f"<{details[REAL]['id']}@")
    assert "Rà soát thủ tục hành chính" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    written = {file.stem for file in (world.data / "mail").glob("*.eml")}
    assert written == {details[SIMULATED]["id"], details[RESERVED]["id"]}


async def test_a_mail_handed_over_when_the_process_was_killed_is_sent_once_more_and_marked(
    tmp_path: Path,
) -> None:
    async with mail_server() as server:
        server.answers.clear()  # it takes the mail, and nobody hears that it did
        world = await asyncio.to_thread(office, tmp_path, server)
        try:
            await asyncio.to_thread(_be_killed_while_sending, world, server)
            server.answers.set()
            await asyncio.to_thread(_send_once_more, world, server)
        finally:
            await asyncio.to_thread(world.stop)


def _be_killed_while_sending(world: World, server: MailServer) -> None:
    caller = world.caller()
    caller.post("/plans/v1/units", {"code": "SNV", "name": "Sở Nội vụ"})
    hire(caller, "officer", REAL)
    owe_something(caller)
    move_to(caller, "2023-06-20T08:00:30")  # the day before
    eventually(lambda: server.mails)
    world.kill()
    world.start()
    world.wait_ready()


def _send_once_more(world: World, server: MailServer) -> None:
    caller = world.caller()
    (unsure,) = eventually(lambda: messages(caller, "unknown"))
    assert len(server.mails) == 1  # not before the pause is over
    move_to(caller, "2023-06-20T08:30:00")
    (sent,) = eventually(lambda: messages(caller, "sent"))
    assert sent["id"] == unsure["id"]
    tries = caller.get(f"{MAIL}/messages/{sent['id']}")["attempt_log"]
    assert [(t["outcome"], t["resend_of_unknown"]) for t in tries] == [
        ("unknown", False),
        ("sent", True),
    ]
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()
