"""Does the same code keep its promises on PostgreSQL?"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import DBAPIError

from deploy.local.private import Servers
from services import sample
from services.embedded import SERVICES, Platform, platform
from shared.context import ServiceContext
from shared.ids import new_id
from shared.persistence.batches import Rows, store
from shared.persistence.database import PING_SECONDS, Database
from shared.persistence.leadership import leadership
from shared.persistence.migrations import at_head, migrate
from shared.runtime.service import Service
from shared.runtime.worker_sign import SILENT_AFTER_SECONDS, leave_signs, worker_problem
from shared.settings import Settings
from tests.support.api import Api
from tests.support.eventually import eventually
from tests.support.frozen_clock import FrozenClock
from tests.support.tcp_proxy import TcpProxy

pytestmark = pytest.mark.slow


@pytest.fixture
def database_url(servers: Servers) -> Iterator[str]:
    """A URL with {service} in it; the databases are fresh."""
    name = f"t{new_id().hex[-12:]}"
    for service in SERVICES:
        servers.postgresql.create_database(f"{name}_{service.name}")
    url = servers.postgresql.database_url(f"{name}_{{service}}")
    yield url.replace("postgresql://", "postgresql+asyncpg://")
    for service in SERVICES:
        servers.postgresql.query(f"drop database {name}_{service.name} with (force)")


@pytest.fixture
async def on_postgresql(
    database_url: str, tmp_path: Path, clock: FrozenClock
) -> AsyncIterator[Platform]:
    settings = Settings(data_dir=tmp_path / "var", sample=False, database_url=database_url)
    async with platform(settings, loops=False, clock=clock) as built:
        yield built


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
async def test_the_schema_goes_up_down_and_up_and_does_not_drift(
    service: Service, database_url: str
) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, service.metadata))

    database = Database(database_url.replace("{service}", service.name))
    try:
        await migrate(database, service.migrations)
        assert await at_head(database, service.migrations)
        async with database.writer.connect() as connection:
            assert await connection.run_sync(differences) == []
        await migrate(database, service.migrations, target="base")
        await migrate(database, service.migrations)
        assert await at_head(database, service.migrations)
    finally:
        await database.close()


async def test_the_sample_lives_there_as_it_does_on_sqlite(
    on_postgresql: Platform, clock: FrozenClock
) -> None:
    key = on_postgresql.admin_key
    assert key is not None
    await sample.load(on_postgresql.app, key=key.text, clock=clock)
    await on_postgresql.settle()
    async with Api(on_postgresql, key.text) as admin:
        owed = await admin.items("/plans/v1/obligations")
        arrived = await admin.items("/notifications/v1/obligations")
        assert {o["id"] for o in owed} == {o["id"] for o in arrived}
        assert len(owed) == 94
        assert await admin.items("/notifications/v1/reminders", state="planned")
        assert [t["ordinal"] for t in await admin.items("/plans/v1/tasks", q="giai ngan")] == [
            "5",
            "5",
        ]
        for service in ("plans", "scoring", "notifications"):
            assert (await admin.ok("GET", f"/{service}/v1/audit:verify"))["holds"]


async def test_a_command_sent_to_two_processes_at_once_has_one_effect(
    on_postgresql: Platform, tmp_path: Path, clock: FrozenClock
) -> None:
    settings = on_postgresql.settings
    assert on_postgresql.admin_key is not None
    key = on_postgresql.admin_key.text
    async with (
        platform(settings, loops=False, clock=clock) as other,
        Api(on_postgresql, key) as one,
        Api(other, key) as two,
    ):
        headers = {"Idempotency-Key": "the-same"}
        body = {"code": "SNV", "name": "Sở Nội vụ"}
        answers = await asyncio.gather(
            *(api.post("/plans/v1/units", body, headers=headers) for api in (one, two) * 10)
        )
        assert {a.status_code for a in answers} <= {201, 409}
        assert any(a.status_code == 201 for a in answers)
        assert {a.json()["code"] for a in answers} <= {"SNV", "idempotency_in_flight"}
        assert [u["code"] for u in await one.items("/plans/v1/units")] == ["SNV"]
        done = await one.items("/plans/v1/audit")
        assert [row["actor_kind"] for row in done].count("person") == 1


async def test_rows_of_several_tables_go_in_together_in_order_or_not_at_all(
    on_postgresql: Platform, clock: FrozenClock
) -> None:
    context = on_postgresql.services["plans"].context
    tables = context.tables
    arrived = [
        {
            "consumer": "test",
            "message_id": str(n),
            "body": bytes([n]),
            "state": "done",
            "received_at": clock.now(),
        }
        for n in (3, 1, 2)
    ]
    fact = {"key": "ố" * 80, "value": {"none": None, "list": ["ố", 1.5]}}

    async def put(fact: dict[str, object]) -> None:
        batches = [
            Rows(tables.inbox, arrived, ("consumer", "message_id")),
            Rows(tables.facts, [fact]),
        ]
        async with context.database.changing() as connection:
            await store(connection, batches)

    with pytest.raises(DBAPIError):  # never cut off to what the column can hold
        await put(fact | {"key": "ố" * 81})
    await put(fact)
    async with context.database.reading() as session:
        stored = await session.execute(
            select(tables.inbox.c.message_id, tables.inbox.c.body)
            .where(tables.inbox.c.consumer == "test")
            .order_by(tables.inbox.c.position)
        )
        assert [tuple(row) for row in stored] == [("3", b"\3"), ("1", b"\1"), ("2", b"\2")]
        kept = (await session.execute(select(tables.facts))).mappings().all()
        assert fact in [dict(row) for row in kept]


async def test_one_worker_leads_and_the_next_takes_over_when_its_connection_dies(
    database_url: str, servers: Servers
) -> None:
    database = Database(database_url.replace("{service}", "plans"))
    led: list[str] = []
    leads = {"first": asyncio.Event(), "second": asyncio.Event()}
    first_lost = asyncio.Event()

    async def lead(name: str, until: asyncio.Event) -> None:
        async with leadership(database, "plans", lambda: None) as lost:
            led.append(name)
            leads[name].set()
            done = asyncio.create_task(until.wait())
            gone = asyncio.create_task(lost.wait())
            await asyncio.wait({done, gone}, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                first_lost.set()
            done.cancel()
            gone.cancel()

    finish = asyncio.Event()
    first = asyncio.create_task(lead("first", finish))
    await leads["first"].wait()
    second = asyncio.create_task(lead("second", finish))
    await asyncio.sleep(1.2)
    assert led == ["first"]
    servers.postgresql.query(
        "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'"
    )
    async with asyncio.timeout(10):
        await first_lost.wait()
        await first
        await leads["second"].wait()
    finish.set()
    await second
    await database.close()


async def test_lines_that_are_dead_without_knowing_it_cost_one_short_trial(
    database_url: str, servers: Servers
) -> None:
    async with TcpProxy(servers.postgresql.port) as proxy:
        url = proxy.url(database_url).replace("{service}", "plans")
        database = Database(url, trusted_seconds=0)
        async with database.reading() as one, database.reading() as two:
            await one.execute(select(1))
            await two.execute(select(1))
        proxy.strand()
        for _ in range(2):
            async with asyncio.timeout(PING_SECONDS + 5), database.reading() as session:
                assert await session.scalar(select(1)) == 1
        await database.close()


async def test_a_worker_that_says_nothing_any_more_is_noticed(on_postgresql: Platform) -> None:
    context = on_postgresql.services["plans"].context
    assert await worker_problem(context) == "no_worker"

    async def unreachable() -> str | None:
        return "broker_unreachable"

    async def fine() -> str | None:
        return None

    for problem, told in ((unreachable, "broker_unreachable"), (fine, None)):
        signing = asyncio.create_task(leave_signs(context, problem))
        await eventually(lambda told=told: _says(context, told))
        signing.cancel()

    fact = context.tables.facts
    async with context.database.writing() as session:
        value = await session.scalar(select(fact.c.value))
        late = value | {"at": value["at"] - SILENT_AFTER_SECONDS - 1}
        await session.execute(update(fact).values(value=late))
        await session.commit()
    assert await worker_problem(context) == "no_worker"


async def _says(context: ServiceContext, problem: str | None) -> bool:
    return await worker_problem(context) == problem
