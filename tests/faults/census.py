"""What is there, named so that two platforms can be compared? Ids differ, what they stand for not.

Everything is read over HTTP. Each kind is a bag of natural keys: what a bag has less than the
reference was lost, what it has more was doubled or invented.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from tests.faults.killing import SERVICES
from tests.support.worlds import Caller

Bag = Counter[Hashable]
Row = dict[str, Any]
# an interrupted start makes a new key for the coordinator, because the first was shown once
OWN_TO_EACH_START = ("POST /principals/{principal_id}/keys", "POST /keys/{key_id}:revoke")


@dataclass(frozen=True, slots=True)
class Difference:
    """What one platform has less and more than another, in words."""

    lost: tuple[str, ...]
    doubled: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled)


def compare(reference: dict[str, Bag], found: dict[str, Bag]) -> Difference:
    """The difference between two censuses."""
    lost: list[str] = []
    doubled: list[str] = []
    for kind, expected in reference.items():
        lost += _lines(kind, expected - found[kind])
        doubled += _lines(kind, found[kind] - expected)
    return Difference(tuple(lost), tuple(doubled))


def _lines(kind: str, bag: Bag) -> list[str]:
    return [f"{count} × {kind} {key}" for key, count in bag.items()]


def take_census(caller: Caller) -> dict[str, Bag]:
    """Everything that a start with the sample brings."""
    plans = _list(caller, "/plans/v1/plans")
    number = {plan["id"]: plan["number"] or f"draft of {plan['year']}" for plan in plans}
    tasks = _list(caller, "/plans/v1/tasks")
    task = {row["id"]: (number[row["plan_id"]], row["ordinal"]) for row in tasks}
    owed = _list(caller, "/plans/v1/obligations")
    duty = {row["id"]: (*task[row["task_id"]], row["unit_code"], row["occurrence"]) for row in owed}
    return {
        **_organisation(caller),
        "plan": _bag(plans, lambda r: (r["number"], r["year"], r["state"], r["issued_on"])),
        "task": _bag(tasks, lambda r: (*task[r["id"]], r["title"], *r["lead_units"])),
        "target": _bag(
            _list(caller, "/plans/v1/targets"),
            lambda r: (number[r["plan_id"]], r["ordinal"], r["text"], r["operator"], r["value"]),
        ),
        "import": _bag(_list(caller, "/plans/v1/imports"), lambda r: (r["unit_code"], r["state"])),
        "obligation": _bag(
            owed,
            lambda r: (*duty[r["id"]], r["state"], r["revision"], r["percent"], r["completed_on"]),
        ),
        "progress entry": _bag(
            _progress(caller, owed), lambda r: (*duty[r["obligation_id"]], r["kind"], r["via"])
        ),
        **_notifications(caller, duty),
        "criteria set": _bag(
            _list(caller, "/scoring/v1/criteria-sets"),
            lambda r: (r["code"], r["state"], r["content_hash"]),
        ),
        "audit row": _bag(_deeds(caller), lambda r: (r["action"], r["outcome"])),
    }


def _organisation(caller: Caller) -> dict[str, Bag]:
    return {
        "unit": _bag(
            _list(caller, "/plans/v1/units"), lambda r: (r["code"], r["name"], r["parent_code"])
        ),
        "group": _bag(
            _list(caller, "/plans/v1/unit-groups"), lambda r: (r["code"], *r["member_codes"])
        ),
        "person": _bag(
            _list(caller, "/plans/v1/people"),
            lambda r: (r["full_name"], r["unit_code"], r["position"], r["active"]),
        ),
    }


def _notifications(caller: Caller, duty: dict[str, tuple[Any, ...]]) -> dict[str, Bag]:
    base = "/notifications/v1"
    return {
        "copy of an obligation": _bag(
            _list(caller, f"{base}/obligations"),
            lambda r: (*duty[r["id"]], r["state"], r["revision"], r["due_on"]),
        ),
        "contact": _bag(
            _list(caller, f"{base}/contacts"), lambda r: (r["address"], r["unit_code"])
        ),
        "rule": _bag(_list(caller, f"{base}/reminder-rules"), lambda r: (r["code"], r["version"])),
        "reminder": _bag(
            _list(caller, f"{base}/reminders"),
            lambda r: (
                *duty[r["obligation_id"]],
                *(r[name] for name in ("offset", "role", "channel", "due_at", "state", "reason")),
            ),
        ),
        "message": _bag(
            [row for row in _list(caller, f"{base}/messages") if row["kind"] != "digest"],
            # a code is about no obligation
            lambda r: (*duty.get(r["obligation_id"], (r["kind"],)), r["to_address"], r["state"]),
        ),
    }


def _progress(caller: Caller, owed: Iterable[Row]) -> list[Row]:
    """All entries of the obligations that somebody has worked on."""
    worked_on = [row["id"] for row in owed if row["revision"] > 1]
    return [
        entry
        for row_id in worked_on
        for entry in _list(caller, f"/plans/v1/obligations/{row_id}/progress")
    ]


def _deeds(caller: Caller) -> list[Row]:
    """The audit rows; how many events fit in one transaction, and which moment a digest finds
    to be made and sent, is nobody's deed.
    """
    return [
        row
        for service in SERVICES
        for row in _list(caller, f"/{service}/v1/audit")
        if row["action"] not in OWN_TO_EACH_START
        and not row["action"].startswith(("event ", "message ", "make digest"))
    ]


def _list(caller: Caller, path: str) -> list[Row]:
    return caller.items(path, limit=200)


def _bag(rows: Iterable[Row], key: Callable[[Row], Hashable]) -> Bag:
    return Counter(key(row) for row in rows)
