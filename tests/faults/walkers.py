"""Who works on the platform while it is killed? Users that walk the main path again and again.

Each command is on the ledger before it is sent. When the connection breaks, its outcome is unknown:
the walker waits until the platform is back and sends the same command with the same key.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import httpx

from tests.faults.killing import pause
from tests.support.documents import BINH_DINH, TASK_HEADER, plan_document, saved
from tests.support.ledger import Ledger

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
PLANS, MAIL = "/plans/v1", "/notifications/v1"
UPLOAD = f"{PLANS}/imports"
CONFIRM = f"{PLANS}/imports/{{import_id}}:confirm"
CLOSE = f"{PLANS}/plans/{{plan_id}}:close"
WORK = f"{PLANS}/obligations/{{obligation_id}}:"
MAKE_KEY = f"{PLANS}/principals/{{principal_id}}/keys"
REVOKE_KEY = f"{PLANS}/keys/{{key_id}}:revoke"
# plans that a walker leaves open before it closes the oldest
OPEN_PLANS = 2
DIVISIONS = (("Phòng Tổ chức", "Phòng Tài chính"), ("Phòng Văn hóa", "Phòng Thể thao"))
WAIT_SECONDS = 60
Row = dict[str, Any]


@dataclass(slots=True)
class Door:
    """The way to a platform that comes and goes; `opened` counts how often it came."""

    admin_key: str
    url: str = ""
    opened: int = 0
    open: threading.Event = field(default_factory=threading.Event)

    def address(self, path: str) -> str:
        """Where a path is answered, once the platform is there."""
        assert self.open.wait(WAIT_SECONDS), "the platform did not come back"
        return f"{self.url}{path}"


class Way(Protocol):
    """A way to a platform: where its paths are answered, and the key that opens everything."""

    admin_key: str

    def address(self, path: str) -> str:
        """Where a path is answered, once somebody is there to answer."""
        ...


class Client:
    """Sends commands until their outcome is known."""

    def __init__(self, name: str, door: Way, ledger: Ledger) -> None:
        self.name = name
        self.sent = 0
        self.http = httpx.Client(timeout=30)
        self._door = door
        self._ledger = ledger

    def close(self) -> None:
        self.http.close()

    def get(self, path: str, **query: Any) -> Any:
        """The answer to a question, however often it has to be asked."""
        headers = {"X-API-Key": self._door.admin_key}
        while True:
            response = self._try("GET", path, headers=headers, params=query)
            if response is not None:
                assert response.status_code == 200, f"{path}: {response.text}"
                return response.json()

    def command(
        self,
        route: str,
        body: Any = None,
        *,
        as_key: str | None = None,
        file: tuple[str, bytes] | None = None,
        query: str = "",
        prefer: str = "",
        **ids: str,
    ) -> httpx.Response:
        """Do something exactly once; the answer to the try that came through."""
        self.sent += 1
        key = f"{self.name}-{self.sent}"
        path = route.format(**ids) + query
        headers = {
            "X-API-Key": as_key or self._door.admin_key,
            "Idempotency-Key": key,
            "If-Match": "*",
            **({"Prefer": prefer} if prefer else {}),
        }
        content: Row = {"files": {"file": file}} if file else {"json": body}
        while True:
            self._ledger.asked(key, route=route, path=path, body=file[0] if file else body)
            response = self._try("POST", path, headers=headers, **content)
            if response is not None and not _asks_to_come_again(response):
                break
            pause(0.005)
        self._ledger.answered(
            key,
            status=response.status_code,
            answer=response.json() if response.content else None,
            lost_answer=response.headers.get("Idempotency-Replayed") == "true",
        )
        return response

    def must(self, route: str, body: Any = None, **options: Any) -> Any:
        """The answer to a command that nobody may refuse."""
        response = self.command(route, body, **options)
        assert response.is_success, f"{route}: {response.status_code} {response.text}"
        return response.json() if response.content else None

    def _try(self, method: str, path: str, **content: Any) -> httpx.Response | None:
        address = self._door.address(path)
        try:
            return self.http.request(method, address, **content)
        except httpx.TransportError:
            return None


def _asks_to_come_again(response: httpx.Response) -> bool:
    """Whether nothing was done, and the same command with the same key is welcome later."""
    in_flight = response.status_code == 409 and response.json()["code"] == "idempotency_in_flight"
    return in_flight or response.status_code == 503


class Walker:
    """One department: it issues plans, works on them, has the work verified, and closes them."""

    def __init__(self, number: int, door: Door, ledger: Ledger) -> None:
        self.unit = f"W{number}"
        self.divisions = tuple(f"{name} {self.unit}" for name in DIVISIONS[number % 2])
        self.client = Client(self.unit, door, ledger)
        self._officer_key = self._head_key = ""
        self._open: list[str] = []
        self._laps = 0

    def close(self) -> None:
        self.client.close()

    def settle_in(self) -> None:
        """Make the department: units, people, addresses, and keys for the two who act."""
        name = f"Sở Thử nghiệm {self.unit}"
        self.client.must(f"{PLANS}/units", {"code": self.unit, "name": name})
        for place, division in enumerate(self.divisions):
            unit = {
                "code": f"{self.unit}-{place}",
                "name": division,
                "parent_code": self.unit,
                "kind": "division",
            }
            self.client.must(f"{PLANS}/units", unit)
            for position in ("officer", "head"):
                self._hire(unit["code"], position)
        self._officer_key = self._key_for(self._hire(self.unit, "officer"))
        self._head_key = self._key_for(self._hire(self.unit, "head"))

    def walk(self) -> None:
        """Walk the main path once."""
        self._laps += 1
        plan_id = self._issue()
        owed = self.client.get(f"{PLANS}/obligations", plan_id=plan_id, limit=200)["items"]
        for place, obligation in enumerate(owed):
            self._work_on(obligation["id"], place)
        self._hire(f"{self.unit}-{self._laps % 2}", "officer", lap=self._laps)
        self._open.append(plan_id)
        if len(self._open) > OPEN_PLANS:
            self.client.must(CLOSE, {}, plan_id=self._open.pop(0))

    def _hire(self, unit_code: str, position: str, *, lap: int = 0) -> str:
        name = f"{position} {lap} {unit_code}"
        body = {"full_name": name, "unit_code": unit_code, "position": position}
        person_id: str = self.client.must(f"{PLANS}/people", body)["id"]
        contact = {
            "person_id": person_id,
            "unit_code": unit_code,
            "address": f"{position}.{lap}@{unit_code.lower()}.svhtt.example",
            "display_name": name,
        }
        self.client.must(f"{MAIL}/contacts", contact)
        return person_id

    def _key_for(self, person_id: str) -> str:
        """A key is told once; when that answer was lost, it is revoked and another one made."""
        while True:
            made = self.client.command(MAKE_KEY, {}, principal_id=person_id)
            if made.is_success:
                return str(made.json()["key"])
            assert made.json()["code"] == "secret_shown_once", made.text
            keys = self.client.get(f"{PLANS}/principals/{person_id}/keys")["items"]
            for key in keys:
                if key["revoked_at"] is None:
                    self.client.must(REVOKE_KEY, None, key_id=key["key_id"])

    def _issue(self) -> str:
        now = datetime.fromisoformat(self.client.get(f"{PLANS}/clock")["now"])
        number = f"{self._laps}/KH-{self.unit}"
        document = plan_of(self.unit, number, now.astimezone(VIETNAM).date(), self.divisions)
        preview = self.client.must(
            UPLOAD,
            file=(f"{self.unit}-{self._laps}.docx", document),
            query=f"?unit_code={self.unit}",
        )
        plan = self.client.must(CONFIRM, {}, import_id=preview["id"])
        assert (plan["number"], plan["state"]) == (number, "issued"), plan
        return str(plan["id"])

    def _work_on(self, obligation_id: str, place: int) -> None:
        """The first obligation is done and verified, the second sent back, the third left alone."""
        steps: dict[int, Iterable[tuple[str, str]]] = {
            0: (("report-progress", "40"), ("claim-done", ""), ("verify", "")),
            1: (("acknowledge", ""), ("claim-done", ""), ("return", ""), ("report-progress", "70")),
            3: (("report-progress", "10"), ("report-progress", "20")),
        }
        for verb, percent in steps.get(place, ()):
            by_head = verb in {"verify", "return"}
            body: Row = {} if verb == "acknowledge" else {"narrative": f"{verb} {percent}".strip()}
            if percent:
                body["percent"] = int(percent)
            self.client.must(
                WORK + verb,
                body,
                as_key=self._head_key if by_head else self._officer_key,
                obligation_id=obligation_id,
            )


class Importer:
    """Reads the real plan in, each time the platform comes back: the longest transactions there are.

    Each time for a department of its own, so that all of these plans must be alike.
    """

    name = "ke-hoach-that.docx"

    def __init__(self, door: Door, ledger: Ledger) -> None:
        self.client = Client("I", door, ledger)
        self._door = door
        self._seen = 0

    def close(self) -> None:
        self.client.close()

    def settle_in(self) -> None:
        """Nothing is needed beforehand."""

    def walk(self) -> None:
        """Import the plan, unless it was done since the platform came back."""
        if self._door.opened == self._seen:
            pause(0.05)
            return
        self._seen = self._door.opened
        self.import_for(f"I{self._seen}")

    def import_for(self, unit: str) -> None:
        """Import the plan for a new department, and close it."""
        self.client.must(f"{PLANS}/units", {"code": unit, "name": f"Sở Văn hóa {unit}"})
        preview = self.client.must(
            UPLOAD, file=(self.name, BINH_DINH.read_bytes()), query=f"?unit_code={unit}"
        )
        plan = self.client.must(CONFIRM, {}, import_id=preview["id"])
        self.client.must(CLOSE, {}, plan_id=plan["id"])


def plan_of(unit: str, number: str, day: date, divisions: tuple[str, ...]) -> bytes:
    """A plan in Word: three tasks for two divisions, four obligations, due in the coming days."""
    first, second = divisions

    def due(days: int) -> str:
        return f"Chậm nhất {day + timedelta(days=days):%d/%m/%Y}"

    rows = (
        ("1", "Rà soát thủ tục hành chính", first, second, "Báo cáo kết quả", due(2)),
        ("2", "Số hóa hồ sơ lưu trữ", f"{first}; {second}", "", "Hồ sơ điện tử", due(2)),
        ("3", "Công khai kết quả giải quyết", second, first, "Bảng công khai", due(3)),
    )
    return saved(
        plan_document(
            title=f"Cải cách hành chính năm {day.year} của {unit}",
            number=f"Số: {number}",
            day=f"Hà Nội, ngày {day.day} tháng {day.month} năm {day.year}",
            before_table=["PHỤ LỤC"],
            tables=[[TASK_HEADER, *rows]],
        )
    )
