"""Has every command on the ledger its effect once, in the service that did it?

Each check compares the ledger with the tables of one service.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from tests.faults.crash_runs.reading import Books, Row
from tests.faults.crash_runs.sites import SERVICES
from tests.faults.crash_runs.verdict import Verdict
from tests.faults.crash_runs.work import RESEND
from tests.faults.walkers import CONFIRM, MAIL, PLANS, UPLOAD, WORK
from tests.support.ledger import Entry


def check_commands(verdict: Verdict, entries: Sequence[Entry], books: Books) -> None:
    """The ledger against the services that answered."""
    verdict.compare("command without an answer", [e.key for e in entries if e.unknown], [])
    answered = [entry for entry in entries if not entry.unknown]
    refused = [f"{e.path} {e.status}" for e in answered if not _done(e)]
    verdict.compare("command that was refused", refused, [])
    done = [entry for entry in answered if _done(entry)]
    _people_and_units(verdict, done, books)
    _documents(verdict, done, books)
    _obligations(verdict, done, books)
    _records(verdict, done, books)


def _done(entry: Entry) -> bool:
    return entry.status is not None and entry.status < 300


def of(entries: Iterable[Entry], route: str) -> list[Entry]:
    """The entries of one route."""
    return [entry for entry in entries if entry.route == route]


def hexed(value: str) -> str:
    """An id as the databases' readers give it."""
    return UUID(value).hex


def _people_and_units(verdict: Verdict, done: Sequence[Entry], books: Books) -> None:
    for kind, route, name, service, table, column in (
        ("unit", f"{PLANS}/units", "code", "plans", "units", "code"),
        ("person", f"{PLANS}/people", "full_name", "plans", "people", "full_name"),
        ("contact", f"{MAIL}/contacts", "address", "notifications", "contacts", "address"),
    ):
        query = f"SELECT {column} AS found FROM {table}"  # noqa: S608 - our own words
        there = [row["found"] for row in books.rows(service, query)]
        verdict.compare(kind, [e.body[name] for e in of(done, route)], there)


def _documents(verdict: Verdict, done: Sequence[Entry], books: Books) -> None:
    """An upload that was answered at once is an import; one answered with 202 a job that made one."""
    uploads = of(done, UPLOAD)
    jobs = {row["id"]: row for row in books.rows("plans", "SELECT id, state, result FROM jobs")}
    asked = [hexed(e.answer["id"]) for e in uploads if e.status == 202]
    verdict.compare("job", asked, list(jobs))
    verdict.compare(
        "job done", asked, [n for n, row in jobs.items() if row["state"] == "succeeded"]
    )
    made = [hexed(e.answer["id"]) for e in uploads if e.status == 201]
    made += [hexed(row["result"]["import_id"]) for row in jobs.values() if row["result"]]
    verdict.compare(
        "import", made, [r["id"] for r in books.rows("plans", "SELECT id FROM imports")]
    )
    plans = [hexed(e.answer["id"]) for e in of(done, CONFIRM)]
    verdict.compare("plan", plans, [r["id"] for r in books.rows("plans", "SELECT id FROM plans")])


def _obligations(verdict: Verdict, done: Sequence[Entry], books: Books) -> None:
    """Each report is one entry and one revision, in the order in which they were made."""
    reported = reports(done)
    said: dict[str, list[str]] = defaultdict(list)
    query = "SELECT obligation_id, narrative FROM progress_entries ORDER BY created_at, id"
    for row in books.rows("plans", query):
        said[row["obligation_id"]].append(row["narrative"])
    for obligation_id in reported.keys() | said.keys():
        wanted, there = reported.get(obligation_id, []), said.get(obligation_id, [])
        verdict.compare(f"report about {obligation_id}:", wanted, there)
        if Counter(wanted) == Counter(there) and wanted != there:
            verdict.out_of_order.append(f"reports about {obligation_id}")
    rows = books.rows("plans", "SELECT id, revision FROM obligations")
    verdict.compare(
        "revision of an obligation",
        [(row["id"], 1 + len(reported.get(row["id"], []))) for row in rows],
        [(row["id"], row["revision"]) for row in rows],
    )


def reports(entries: Iterable[Entry]) -> dict[str, list[str]]:
    """What was reported about each obligation, in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for entry in of(entries, WORK + "report-progress"):
        about = entry.path.rpartition("/")[2].partition(":")[0]
        found[hexed(about)].append(entry.body["narrative"])
    return found


def _records(verdict: Verdict, done: Sequence[Entry], books: Books) -> None:
    """One audit row and one remembered answer for each command; a feed without gaps."""
    for service in SERVICES:
        mine = [entry for entry in done if entry.path.startswith(f"/{service}/")]
        query = "SELECT action FROM audit WHERE actor_kind <> 'service' AND outcome = 'done'"
        deeds = [row["action"] for row in books.rows(service, query)]
        verdict.compare(f"audit row of {service}", [_action(e, service) for e in mine], deeds)
        keys = [row["key"] for row in books.rows(service, "SELECT key FROM idempotency_keys")]
        verdict.compare(f"answer remembered by {service}", [e.key for e in mine], keys)
        _numbered(verdict, service, books)


def _action(entry: Entry, service: str) -> str:
    return f"POST {entry.route.removeprefix(f'/{service}/v1')}"


def _numbered(verdict: Verdict, service: str, books: Books) -> None:
    for table in ("changes", "audit"):
        query = f"SELECT position FROM {table} WHERE position IS NOT NULL"  # noqa: S608 - ours
        positions = [row["position"] for row in books.rows(service, query)]
        verdict.compare(
            f"position in {table} of {service}", range(1, len(positions) + 1), positions
        )
    query = "SELECT resource, resource_id, revision FROM changes"
    changes = [tuple(row.values()) for row in books.rows(service, query)]
    verdict.once(f"change of {service}", changes)


def resent(entries: Iterable[Entry]) -> list[str]:
    """The messages that somebody ordered to be sent again."""
    return [hexed(e.path.rpartition("/")[2].partition(":")[0]) for e in of(entries, RESEND)]


def columns(rows: Iterable[Row], *names: str) -> list[tuple[Any, ...]]:
    """Some columns of each row."""
    return [tuple(row[name] for name in names) for row in rows]
