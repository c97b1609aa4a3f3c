"""What do people ask of the platform while one of its processes dies?

Three of them, side by side, each with units, people and obligations of their own, so that the order
of what happens to one thing is known. Every command is on the ledger before it is sent.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from random import Random
from typing import Any

import httpx

from tests.faults.crash_runs.reading import counts
from tests.faults.crash_runs.sites import Site
from tests.faults.killing import until
from tests.faults.walkers import CONFIRM, MAIL, PLANS, UPLOAD, VIETNAM, WORK, Client
from tests.support.documents import TASK_HEADER, plan_document, saved
from tests.support.ledger import Ledger

OFFICE, DIVISION = "SO", "SO-TC"
DIVISION_NAME = "Phòng Tổ chức"
TASKS, OFFICERS, PEOPLE = 30, 5, 3
# officers whose mail goes to the mail server; that of the others becomes a file
BY_SMTP = 3
RESEND = f"{MAIL}/messages/{{message_id}}:resend"
SETTLE_SECONDS = 120.0


class Office:
    """The three who work, and what they work on."""

    def __init__(self, site: Site, ledger: Ledger, seed: str) -> None:
        self.site = site
        self.clients = [Client(f"T{n}", site, ledger) for n in range(PEOPLE)]
        self._clock = Client("clock", site, ledger)
        seeds = [f"{seed}/{n}" for n in range(PEOPLE)]
        self._random = [Random(one) for one in seeds]  # noqa: S311 - the same for the same seed
        self._pool = ThreadPoolExecutor(PEOPLE)
        self._obligations: list[str] = []
        self._messages: list[str] = []
        self._percent: dict[str, int] = {}
        self._small_plan = plan(1)

    def close(self) -> None:
        """Let the connections go."""
        self._pool.shutdown(cancel_futures=True)
        for client in (*self.clients, self._clock):
            client.close()

    def settle_in(self) -> None:
        """Make units, officers, a plan, and messages that wait for an address to be sent to."""
        first = self.clients[0]
        first.must(f"{PLANS}/units", {"code": OFFICE, "name": "Sở Nội vụ"})
        division = {"code": DIVISION, "name": DIVISION_NAME, "parent_code": OFFICE}
        first.must(f"{PLANS}/units", division | {"kind": "division"})
        people = [_hire(first, f"Cán bộ {n}", DIVISION) for n in range(OFFICERS)]
        preview = first.must(
            UPLOAD, file=("ke-hoach.docx", plan(TASKS)), query=f"?unit_code={OFFICE}"
        )
        plan_id = first.must(CONFIRM, {"year": 2023}, import_id=preview["id"])["id"]
        owed = first.get(f"{PLANS}/obligations", plan_id=plan_id, limit=200)["items"]
        self._obligations = [row["id"] for row in owed]
        assert len(self._obligations) == TASKS, owed
        books = self.site.books
        self._wait(
            lambda: counts(books, "notifications", "reminders", "state = 'planned'") >= TASKS
        )
        assert self.advance(to="2023-06-20T08:00:30+07:00")
        expected = TASKS * OFFICERS
        self._wait(lambda: counts(books, "notifications", "messages", "true") == expected)
        for number, person_id in enumerate(people):
            domain = "snv.khanhhoa.gov.vn" if number < BY_SMTP else "snv.example"
            contact = {
                "person_id": person_id,
                "unit_code": DIVISION,
                "address": f"can.bo.{number}@{domain}",
                "display_name": f"Cán bộ {number}",
            }
            first.must(f"{MAIL}/contacts", contact)
        waiting = books.rows("notifications", "SELECT id FROM messages ORDER BY id")
        self._messages = [row["id"] for row in waiting]
        self._random[0].shuffle(self._messages)

    def work(self, *, mail: bool, uploads: int) -> list[Future[None]]:
        """Everybody does a few things, in parallel; so many of them also upload a document."""
        return [
            self._pool.submit(self._work, n, mail=mail, upload=n < uploads) for n in range(PEOPLE)
        ]

    def advance(self, *, minutes: int = 0, to: str | None = None) -> bool:
        """Move the sandbox clock; False when nobody is there who could."""
        address = self.site.address_now(f"{PLANS}/clock")
        if address is None:
            return False
        http, with_key = self._clock.http, {"X-API-Key": self.site.admin_key}
        try:
            if to is None:
                now = datetime.fromisoformat(http.get(address, headers=with_key).json()["now"])
                to = datetime.fromtimestamp(now.timestamp() + 60 * minutes, VIETNAM).isoformat()
            response = http.post(f"{address}:advance", json={"to": to}, headers=with_key)
        except httpx.TransportError:
            return False  # it has just died
        assert response.is_success, response.text
        return True

    def _work(self, number: int, *, mail: bool, upload: bool) -> None:
        client, random = self.clients[number], self._random[number]
        mine = random.choice(self._obligations[number::PEOPLE])
        steps = [
            partial(self._report, client, mine),
            partial(self._report, client, mine),
            partial(self._unit, client, number),
            partial(self._person, client, number),
        ]
        if upload:
            steps.append(partial(self._upload, client))
        if mail and self._messages:
            steps.append(partial(self._resend, client))
        random.shuffle(steps)
        for step in steps:
            step()

    def _report(self, client: Client, obligation_id: str) -> None:
        # another percentage than the last, so that each report is a new revision
        percent = self._percent[obligation_id] = (self._percent.get(obligation_id, 0) + 1) % 100
        said = {"narrative": f"Báo cáo {client.sent + 1} của {client.name}", "percent": percent}
        client.command(WORK + "report-progress", said, obligation_id=obligation_id)

    def _unit(self, client: Client, number: int) -> None:
        code = f"U{number}-{client.sent + 1}"
        client.command(f"{PLANS}/units", {"code": code, "name": f"Đơn vị {code}"})

    def _person(self, client: Client, number: int) -> None:
        name = f"Nhân viên {client.sent + 1} của {number}"
        hired = client.command(f"{PLANS}/people", _officer(name, OFFICE))
        if not hired.is_success:
            return  # which the books tell
        address = f"nv.{client.sent + 1}.{number}@snv.example"
        contact = {"person_id": hired.json()["id"], "address": address, "display_name": name}
        client.command(f"{MAIL}/contacts", contact | {"unit_code": OFFICE})

    def _upload(self, client: Client) -> None:
        file = (f"nho-{client.sent + 1}.docx", self._small_plan)
        client.command(UPLOAD, file=file, query=f"?unit_code={OFFICE}", prefer="respond-async")

    def _resend(self, client: Client) -> None:
        client.command(RESEND, None, message_id=self._messages.pop())

    def _wait(self, check: Any) -> None:
        assert until(check, seconds=SETTLE_SECONDS, every=0.1), "the office cannot be set up"


def _hire(client: Client, name: str, unit_code: str) -> str:
    return str(client.must(f"{PLANS}/people", _officer(name, unit_code))["id"])


def _officer(name: str, unit_code: str) -> dict[str, str]:
    return {"full_name": name, "unit_code": unit_code, "position": "officer"}


def plan(tasks: int) -> bytes:
    """A plan in Word: so many tasks of one division, due on Wednesday, 21 June 2023."""
    rows = [
        (str(n), f"Nhiệm vụ thứ {n}", DIVISION_NAME, "", "Báo cáo", "Chậm nhất 21/6/2023")
        for n in range(1, tasks + 1)
    ]
    return saved(
        plan_document(
            title="Cải cách hành chính năm 2023 của Sở Nội vụ",
            number=f"Số: {tasks}/KH-SNV",
            day="Hà Nội, ngày 19 tháng 6 năm 2023",
            before_table=["PHỤ LỤC"],
            tables=[[TASK_HEADER, *rows]],
        )
    )
