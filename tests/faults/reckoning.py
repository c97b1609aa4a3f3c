"""Has every command on the ledger its effect exactly once, and is there nothing else?

Expected and found are bags of natural keys: what is missing was lost, what is too much was doubled
or came from nowhere.
"""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.killing import SERVICES
from tests.faults.walkers import CLOSE, CONFIRM, MAIL, MAKE_KEY, PLANS, REVOKE_KEY, UPLOAD, WORK
from tests.support.ledger import Entry
from tests.support.worlds import Caller

Bag = Counter[Hashable]
Row = dict[str, Any]
KINDS = {
    "acknowledge": "acknowledged",
    "report-progress": "progress",
    "claim-done": "done",
    "verify": "verified",
    "return": "returned",
}
STATES = {
    "acknowledge": "acknowledged",
    "report-progress": "acknowledged",
    "claim-done": "submitted",
    "verify": "closed",
    "return": "acknowledged",
}
# a secret is told once; asked again, the answer is that it was made
MADE = frozenset({"secret_shown_once"})


@dataclass(slots=True)
class Balance:
    """What the ledger has more than the platform, and the other way round."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    def enter(self, kind: str, expected: Iterable[Hashable], found: Iterable[Hashable]) -> None:
        """Compare what should be there with what is."""
        wanted, there = Counter(expected), Counter(found)
        self.lost += [f"{n} × {kind} {key}" for key, n in (wanted - there).items()]
        self.doubled += [f"{n} × {kind} {key}" for key, n in (there - wanted).items()]


def reckon(entries: list[Entry], caller: Caller) -> Balance:
    """Compare the ledger with the platform."""
    balance = Balance()
    balance.enter("command without an answer", [], [e.key for e in entries if e.unknown])
    balance.enter("refused command", [], [f"{e.path} {e.status}" for e in entries if not _done(e)])
    _people(balance, entries, caller)
    _plans(balance, entries, caller)
    _work(balance, entries, caller)
    _deeds(balance, entries, caller)
    _alike(balance, caller)
    return balance


def _done(entry: Entry) -> bool:
    return bool(entry.status and entry.status < 300) or _code(entry) in MADE


def _code(entry: Entry) -> str:
    return entry.answer.get("code", "") if isinstance(entry.answer, dict) else ""


def _of(entries: list[Entry], route: str) -> list[Entry]:
    return [entry for entry in entries if entry.route == route]


def _people(balance: Balance, entries: list[Entry], caller: Caller) -> None:
    people = _of(entries, f"{PLANS}/people")
    balance.enter(
        "person",
        [e.body["full_name"] for e in people],
        [row["full_name"] for row in _list(caller, f"{PLANS}/people")],
    )
    balance.enter(
        "contact",
        [e.body["address"] for e in _of(entries, f"{MAIL}/contacts")],
        [row["address"] for row in _list(caller, f"{MAIL}/contacts")],
    )
    keys: Bag = Counter()
    revoked: Bag = Counter()
    for entry in people:
        person_id = entry.answer["id"]
        for key in caller.get(f"{PLANS}/principals/{person_id}/keys")["items"]:
            keys[person_id] += 1
            revoked[key["key_id"]] += key["revoked_at"] is not None
    made = [entry.path.split("/")[4] for entry in _of(entries, MAKE_KEY)]
    balance.enter("key", made, keys.elements())
    taken = [e.path.rpartition("/")[2].removesuffix(":revoke") for e in _of(entries, REVOKE_KEY)]
    balance.enter("revoked key", taken, revoked.elements())


def _plans(balance: Balance, entries: list[Entry], caller: Caller) -> None:
    uploads = {e.answer["id"]: e for e in _of(entries, UPLOAD)}
    balance.enter(
        "import",
        [(row_id, "confirmed") for row_id in uploads],
        [(row["id"], row["state"]) for row in _list(caller, f"{PLANS}/imports")],
    )
    closed = {entry.answer["id"] for entry in _of(entries, CLOSE)}
    confirmed = [entry.answer for entry in _of(entries, CONFIRM)]
    balance.enter(
        "plan",
        [
            (p["id"], p["unit_code"], p["number"], "closed" if p["id"] in closed else "issued")
            for p in confirmed
        ],
        [
            (p["id"], p["unit_code"], p["number"], p["state"])
            for p in _list(caller, f"{PLANS}/plans")
        ],
    )
    made = [e.body["code"] for e in _of(entries, f"{PLANS}/units")]
    units = _list(caller, f"{PLANS}/units")
    by_hand = {code for code in made if not code.startswith("W")}
    balance.enter(
        "unit",
        made,
        [u["code"] for u in units if u["code"] in by_hand or u["parent_code"] not in by_hand],
    )


def _work(balance: Balance, entries: list[Entry], caller: Caller) -> None:
    """Progress entries, and revision and state of every obligation."""
    steps: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.route.startswith(WORK):
            row_id = entry.path.rpartition("/")[2].partition(":")[0]
            steps.setdefault(row_id, []).append(entry)
    closed = {entry.answer["id"] for entry in _of(entries, CLOSE)}
    owed = _list(caller, f"{PLANS}/obligations")
    expected, found = [], []
    for row in owed:
        taken = [_verb(entry) for entry in steps.pop(row["id"], [])]
        state = STATES[taken[-1]] if taken else "open"
        ended_with_plan = row["plan_id"] in closed and state != "closed"
        revision = 1 + len(taken) + ended_with_plan
        expected.append((row["id"], "closed" if ended_with_plan else state, revision))
        found.append((row["id"], row["state"], row["revision"]))
        if taken:
            there = _list(caller, f"{PLANS}/obligations/{row['id']}/progress")
            balance.enter(
                f"progress entry of {row['id']}",
                [KINDS[verb] for verb in taken],
                [entry["kind"] for entry in there],
            )
    balance.enter("obligation (id, state, revision)", expected, found)
    balance.enter("obligation that was worked on", steps, [])


def _verb(entry: Entry) -> str:
    return entry.route.rpartition(":")[2]


def _deeds(balance: Balance, entries: list[Entry], caller: Caller) -> None:
    """The audit has one row for each command, and no other deed of a person."""
    rows = [
        f"/{service}/v1 {row['action']}"
        for service in SERVICES
        for row in _list(caller, f"/{service}/v1/audit")
        if row["actor_kind"] != "service" and row["outcome"] == "done"
    ]
    balance.enter("audit row", [_action(entry.route) for entry in entries], rows)


def _action(route: str) -> str:
    service, _, path = route.removeprefix("/").partition("/v1")
    return f"/{service}/v1 POST {path}"


def _alike(balance: Balance, caller: Caller) -> None:
    """The real plan is what it is, however often its import was interrupted."""
    names = {u["code"]: u["name"] for u in _list(caller, f"{PLANS}/units")}
    tasks = {t["id"]: t["ordinal"] for t in _list(caller, f"{PLANS}/tasks")}
    plans = {p["id"]: p["unit_code"] for p in _list(caller, f"{PLANS}/plans")}
    duties: dict[str, list[Hashable]] = {code: [] for code in plans.values()}
    for row in _list(caller, f"{PLANS}/obligations"):
        unit = plans[row["plan_id"]]
        what = (tasks[row["task_id"]], row["occurrence"], row["due_on"])
        duties[unit].append((*what, names[row["unit_code"]].replace(unit, "…")))
    for unit, mine in duties.items():
        if unit.startswith("W"):
            count = sum(owner == unit for owner in plans.values())
            balance.enter(
                f"obligation of {unit}", ["1", "2", "2", "3"] * count, [d[0] for d in mine]
            )  # type: ignore[index]
        else:
            balance.enter(f"obligation of {unit}", duties["CONTROL"], mine)
    for unit in plans.values():
        below = [n for u, n in names.items() if u.startswith(f"{unit}-")]
        balance.enter(f"unit name below {unit}", set(below), below)


def _list(caller: Caller, path: str) -> list[Row]:
    return caller.items(path, limit=200)
