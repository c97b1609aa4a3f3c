"""What must be true of a platform at rest, whatever happened to it before?

Each check answers with sentences about what is wrong; none when all is well.
"""

import email
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import datetime
from email import policy
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.faults.killing import SERVICES
from tests.support.worlds import Caller

Row = dict[str, Any]
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
ON_THE_WAY = frozenset({"created", "queued", "sending", "temporary_failure", "unknown"})


def at_rest(caller: Caller) -> bool:
    """Whether no event and no message is on its way, and no reminder is due."""
    for service in SERVICES:
        flow = caller.get(f"/{service}/v1/events/status")
        if flow["outbox"].get("pending") or flow["inbox"].get("pending"):
            return False
    now = datetime.fromisoformat(caller.get("/plans/v1/clock")["now"])
    first = caller.get("/notifications/v1/reminders", state="planned", sort="due_at", limit=1)
    if any(datetime.fromisoformat(row["due_at"]) <= now for row in first["items"]):
        return False
    return not any(
        caller.get("/notifications/v1/messages", state=state, limit=1)["items"]
        for state in ON_THE_WAY - {"created"}
    )


def broken_promises(caller: Caller, data: Path) -> list[str]:
    """Everything that is wrong with a platform at rest."""
    return [
        *_events(caller),
        *_records(caller),
        *_copies(caller),
        *_unique_keys(caller),
        *_mail(caller, data),
        *_files(data),
    ]


def _events(caller: Caller) -> Iterator[str]:
    for service in SERVICES:
        flow = caller.get(f"/{service}/v1/events/status")
        for box, state in (("outbox", "pending"), ("inbox", "pending"), ("inbox", "parked")):
            if count := flow[box].get(state):
                yield f"{count} events {state} in the {box} of {service}"


def _records(caller: Caller) -> Iterator[str]:
    """The audit chain holds, the change feed has no gap, and the administrator is known."""
    for service in SERVICES:
        verdict = caller.get(f"/{service}/v1/audit:verify")
        if not verdict["holds"]:
            yield f"the audit chain of {service} is broken at {verdict['broken_positions']}"
        changes = _changes(caller, service)
        if [change["position"] for change in changes] != list(range(1, len(changes) + 1)):
            yield f"the change feed of {service} has gaps"
        yield from _repeated(
            f"change in {service}",
            changes,
            lambda c: (c["resource"], c["resource_id"], c["revision"]),
        )
        if caller.get(f"/{service}/v1/me")["grants"][0]["role"] != "admin":
            yield f"the administrator's key is not the administrator's in {service}"


def _changes(caller: Caller, service: str) -> list[Row]:
    found: list[Row] = []
    since = "0"
    while True:
        page = caller.get(f"/{service}/v1/changes", since=since, limit=1000)
        if not page["items"]:
            return found
        found += page["items"]
        since = page["next_cursor"]


def _copies(caller: Caller) -> Iterator[str]:
    """Notifications knows every obligation as plans has it, and has planned its reminders."""
    owed = {row["id"]: row for row in caller.items("/plans/v1/obligations", limit=200)}
    copies = {row["id"]: row for row in caller.items("/notifications/v1/obligations", limit=200)}
    for row_id in owed.keys() - copies.keys():
        yield f"obligation {row_id} never reached notifications"
    for row_id in copies.keys() - owed.keys():
        yield f"notifications has obligation {row_id} that plans does not have"
    for row_id in owed.keys() & copies.keys():
        for field in ("revision", "state", "deadline_revision", "due_on", "unit_code"):
            if owed[row_id][field] != copies[row_id][field]:
                yield f"obligation {row_id}: {field} differs between plans and notifications"
    planned = {r["obligation_id"] for r in caller.items("/notifications/v1/reminders", limit=200)}
    for row_id, row in owed.items():
        if row["due_on"] and row["state"] in {"open", "acknowledged"} and row_id not in planned:
            yield f"obligation {row_id} has no reminders"


def _unique_keys(caller: Caller) -> Iterator[str]:
    unique: list[tuple[str, Callable[[Row], Hashable]]] = [
        ("/plans/v1/units", lambda r: r["code"]),
        ("/plans/v1/unit-groups", lambda r: (r["unit_code"], r["code"])),
        ("/plans/v1/plans", lambda r: (r["unit_code"], r["number"], r["year"])),
        ("/plans/v1/obligations", lambda r: (r["task_id"], r["unit_code"], r["occurrence"])),
        ("/notifications/v1/contacts", lambda r: (r["person_id"], r["channel"])),
        (
            "/notifications/v1/reminders",
            lambda r: tuple(
                r[name]
                for name in (
                    "rule_id", "obligation_id", "deadline_revision", "offset", "role", "channel",
                )
            ),
        ),
        ("/scoring/v1/criteria-sets", lambda r: (r["code"], r["content_hash"])),
    ]  # fmt: skip
    for path, key in unique:
        yield from _repeated(path, caller.items(path, limit=200), key)


def _mail(caller: Caller, data: Path) -> Iterator[str]:
    """One message for each reminder, person and channel; one file for each message that was sent."""
    messages = caller.items("/notifications/v1/messages", limit=200)
    yield from _repeated(
        "message",
        messages,
        lambda m: (
            m["reminder_id"] or m["digest_id"] or m["step_id"],
            m["person_id"],
            m["channel"],
        ),
    )
    for message in messages:
        if message["state"] in ON_THE_WAY:
            yield f"message {message['id']} is still {message['state']}"
    sent = [m for m in messages if m["state"] == "sent"]
    yield from _repeated(
        "mail on one day",
        [m for m in sent if m["kind"] == "reminder"],
        lambda m: (m["obligation_id"], m["person_id"], _day(m)),
    )
    letters = list((data / "mail").glob("*.eml"))
    named = Counter(file.stem for file in letters)
    yield from _unequal("sent message and its file", Counter(m["id"] for m in sent), named)
    inside = Counter(_message_id(file) for file in letters)
    yield from _unequal(
        "sent message and the id in its file", Counter(m["id"] for m in sent), inside
    )
    told = {m["reminder_id"] for m in messages}
    for reminder in caller.items("/notifications/v1/reminders", state="materialised", limit=200):
        if reminder["id"] not in told:
            yield f"reminder {reminder['id']} was turned into no message"


def _day(message: Row) -> str:
    return datetime.fromisoformat(message["created_at"]).astimezone(VIETNAM).date().isoformat()


def _message_id(file: Path) -> str:
    letter = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    return str(letter["Message-ID"]).strip("<>").partition("@")[0]


def _files(data: Path) -> Iterator[str]:
    if (data / "sample.loading").exists():
        yield "the sample still counts as not loaded"
    for draft in data.rglob("*.tmp"):
        yield f"a draft was left behind: {draft.relative_to(data)}"


def _repeated(kind: str, rows: Iterable[Row], key: Callable[[Row], Hashable]) -> Iterator[str]:
    for what, count in Counter(key(row) for row in rows).items():
        if count > 1:
            yield f"{count} × {kind}: {what}"


def _unequal(kind: str, left: Counter[str], right: Counter[str]) -> Iterator[str]:
    for what in sorted((left - right) | (right - left)):
        yield f"{kind} do not match: {what}"
