"""Did every event reach every service that needs it, once, in order, and have its effect there?"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from shared.contracts import SUBSCRIPTIONS
from tests.faults.crash_runs.effects import columns, reports
from tests.faults.crash_runs.reading import Books, Row
from tests.faults.crash_runs.sites import LISTENERS
from tests.faults.crash_runs.verdict import Verdict
from tests.faults.walkers import CONFIRM, PLANS
from tests.support.ledger import Entry

_OUTBOX = "SELECT message_id, stream, aggregate_id, aggregate_seq, state FROM outbox"
_INBOX = "SELECT message_id, stream, aggregate_id, aggregate_seq, state FROM inbox"
_COPIES = {
    "unit": "SELECT code, name, parent_code, path, revision FROM unit_nodes",
    "principal": "SELECT id, kind, unit_code, position, revision FROM principals",
}
_OBLIGATIONS = "SELECT id, revision, deadline_revision, unit_code, state FROM obligations"


def check_deliveries(verdict: Verdict, entries: Sequence[Entry], books: Books) -> None:
    """Outbox, inboxes, the order in which events were applied, and what came of them."""
    sent = books.rows("plans", _OUTBOX)
    _announced(verdict, entries, sent)
    for service in LISTENERS:
        meant = [row for row in sent if row["stream"] in SUBSCRIPTIONS[service]]
        arrived = books.rows(service, _INBOX)
        verdict.compare(
            f"event in the inbox of {service}",
            [row["message_id"] for row in meant],
            [row["message_id"] for row in arrived],
        )
        _handled(verdict, service, arrived)
        _applied(verdict, service, meant, books)
    _copies(verdict, books)


def _announced(verdict: Verdict, entries: Sequence[Entry], sent: Sequence[Row]) -> None:
    """Each change is announced by one event, and the events of a thing are numbered from 1."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in sent:
        found[_thing(row)].append(row["aggregate_seq"])
    for thing, numbers in found.items():
        verdict.compare(f"number of an event of {thing}", range(1, len(numbers) + 1), numbers)
    expected = _expected(entries)
    counted = {thing: len(numbers) for thing, numbers in found.items()}
    verdict.compare(
        "event",
        [thing for thing, n in expected.items() for _ in range(n)],
        [thing for thing, n in counted.items() if _by_command(thing, expected) for _ in range(n)],
    )


def _expected(entries: Sequence[Entry]) -> dict[str, int]:
    """How many events each thing has, after what is on the ledger."""
    things: dict[str, int] = {}
    for entry in (e for e in entries if not e.unknown):
        if entry.route == f"{PLANS}/units":
            things[_joined("plans.unit", entry.body["code"])] = 1
        elif entry.route == f"{PLANS}/people":
            things[_joined("plans.principal", entry.answer["id"])] = 1
        elif entry.route == CONFIRM:
            things[_joined("plans.plan", entry.answer["id"])] = 1
    for obligation_id, said in reports(entries).items():
        things[_joined("plans.obligation", obligation_id)] = 1 + len(said)
    return things


def _by_command(thing: str, expected: Mapping[str, int]) -> bool:
    """Whether a thing's events come from commands: not the calendar, the administrator, the rest."""
    return thing in expected or thing.startswith(("plans.unit/", "plans.plan/"))


def _thing(row: Row) -> str:
    """What an event is about; outbox and inbox write it differently."""
    return _joined(row["stream"], row["aggregate_id"].removeprefix(f"{row['stream']}/"))


def _joined(stream: str, key: str) -> str:
    return f"{stream}/{key.replace('-', '')}"


def _handled(verdict: Verdict, service: str, arrived: Sequence[Row]) -> None:
    """Everything that arrived was applied, or a newer state was in its place."""
    newest: dict[str, Row] = {}
    for row in arrived:
        key = _thing(row)
        if key not in newest or row["aggregate_seq"] > newest[key]["aggregate_seq"]:
            newest[key] = row
        if row["state"] not in {"done", "superseded"}:
            verdict.lost.append(f"event {row['message_id']} is {row['state']} in {service}")
    for thing, row in newest.items():
        if row["state"] == "superseded":
            verdict.lost.append(f"newest event of {thing} was not applied in {service}")


def _applied(verdict: Verdict, service: str, meant: Sequence[Row], books: Books) -> None:
    """The database's own witness: numbers of one thing only grow, up to the newest."""
    applied: dict[str, list[int]] = defaultdict(list)
    query = "SELECT aggregate_id, stream, seq FROM applied_in_order ORDER BY place"
    for row in books.rows(service, query):
        applied[_thing(row)].append(row["seq"])
    for thing, numbers in applied.items():
        for earlier, later in pairwise(numbers):
            if later == earlier:
                verdict.doubled.append(f"event {later} of {thing} applied in {service}")
            elif later < earlier:
                line = f"{thing} in {service}: event {later} applied after {earlier}"
                verdict.out_of_order.append(line)
    newest: dict[str, int] = {}
    for row in meant:
        newest[_thing(row)] = max(newest.get(_thing(row), 0), row["aggregate_seq"])
    verdict.compare(
        f"newest event applied in {service}",
        newest.items(),
        [(thing, numbers[-1]) for thing, numbers in applied.items()],
    )


def _copies(verdict: Verdict, books: Books) -> None:
    """What was announced stands in the other services as it stands in plans."""
    for kind, query in _COPIES.items():
        there = columns(books.rows("plans", query), *_names(query))
        for service in LISTENERS:
            found = columns(books.rows(service, query), *_names(query))
            verdict.compare(f"copy of a {kind} in {service}", there, found)
    owed = columns(books.rows("plans", _OBLIGATIONS), *_names(_OBLIGATIONS))
    found = columns(books.rows("notifications", _OBLIGATIONS), *_names(_OBLIGATIONS))
    verdict.compare("copy of an obligation in notifications", owed, found)


def _names(query: str) -> Iterator[str]:
    listed = query.removeprefix("SELECT ").partition(" FROM ")[0]
    return iter(listed.split(", "))
