"""Private servers: they come up beside others, keep their data, and leave nothing behind."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.finding import installed
from deploy.local.guard import descendants
from deploy.local.servers import Servers, private_servers
from tests.support.eventually import eventually

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).parents[2] / "deploy" / "local" / "servers.py"


def servers(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def is_running(pid: int) -> bool:
    """Whether a process lives; one that only waits to be buried does not."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def listening_addresses(port: int) -> set[str]:
    """Local addresses, as the kernel writes them, of the sockets that listen on a port."""
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return {
        row.split()[1].partition(":")[0]
        for row in rows
        if row.split()[3] == "0A" and int(row.split()[1].partition(":")[2], 16) == port
    }


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Servers]:
    with private_servers("postgresql") as running:
        yield running


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder the service accounts can enter, which pytest's own is not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def test_two_instances_side_by_side_are_strangers(postgresql: Servers):
    with private_servers("postgresql") as other:
        other.postgresql.create_database("only_here")

        databases = postgresql.postgresql.query("select datname from pg_database").split()
        assert "only_here" not in databases
        assert postgresql.postgresql.port != other.postgresql.port


def test_nothing_listens_to_other_machines(postgresql: Servers):
    assert listening_addresses(postgresql.postgresql.port) == {"0100007F"}


def test_committed_rows_survive_a_kill_and_a_restart_on_the_same_port(postgresql: Servers):
    server = postgresql.postgresql
    url = server.create_database("survivors")
    server.query("create table kept as select 42 as answer", database="survivors")

    server.kill()
    assert not server.answers()
    server.start()

    assert server.query("select answer from kept", database="survivors") == "42"
    assert server.database_url("survivors") == url


def test_a_paused_server_does_not_answer_until_it_is_resumed(postgresql: Servers):
    postgresql.postgresql.pause()
    try:
        assert postgresql.postgresql.alive
        assert not postgresql.postgresql.answers()
    finally:
        postgresql.postgresql.resume()

    assert postgresql.postgresql.answers()


async def test_a_server_dies_with_its_guard():
    with private_servers("postgresql") as running:
        server, guard = running.postgresql.pids
        os.kill(guard, signal.SIGKILL)

        await eventually(lambda: not is_running(server))


def test_check_says_where_the_programs_are():
    shown = servers("check")

    assert shown.returncode == 0, shown.stderr
    assert set(json.loads(shown.stdout)) in ({"postgresql", "rabbitmq"}, {"container_engine"})


def test_run_gives_the_command_its_urls_and_returns_its_exit_status():
    shown = servers("run", "--only", "postgresql", "--", "sh", "-c", "printenv | sort; exit 7")

    assert shown.returncode == 7
    urls = [line for line in shown.stdout.splitlines() if line.startswith("CCHC_TEST_")]
    assert [line.partition("=")[0] for line in urls] == ["CCHC_TEST_POSTGRESQL"]
    assert "@127.0.0.1:" in urls[0]


def called(pid: int, name: str) -> list[int]:
    """The processes below one that bear a name."""
    return [
        found
        for found in descendants(pid)
        if Path(f"/proc/{found}/comm").read_text() == f"{name}\n"
    ]


@pytest.mark.parametrize(
    ("number", "which"),
    [
        (signal.SIGTERM, ["--only", "postgresql"]),
        (signal.SIGINT, ["--only", "postgresql"]),
        (signal.SIGKILL, []),
    ],
    ids=["SIGTERM", "SIGINT", "SIGKILL with both servers"],
)
async def test_a_signal_to_run_leaves_nothing_running_and_no_folder(
    number: signal.Signals, which: list[str], open_folder: Path
):
    run = subprocess.Popen(  # noqa: ASYNC220
        [
            sys.executable,
            str(SCRIPT),
            "run",
            *which,
            "--",
            "sh",
            "-c",
            "echo ready; exec sleep 600",
        ],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"TMPDIR": str(open_folder)},
    )
    assert run.stdout is not None
    assert run.stdout.readline() == b"ready\n"
    # the shell has spoken, but need not have become the command yet
    await eventually(lambda: bool(called(run.pid, "sleep")))
    [command] = called(run.pid, "sleep")
    started = descendants(run.pid)
    names = {Path(f"/proc/{pid}/comm").read_text().strip() for pid in started}
    assert "postgres" in names
    assert which or {"beam.smp", "epmd"} <= names

    run.send_signal(number)
    run.wait()
    run.stdout.close()
    if number == signal.SIGKILL:
        os.kill(command, signal.SIGKILL)  # nobody can pass that signal on to it

    await eventually(lambda: not any(is_running(pid) for pid in started))
    await eventually(lambda: not list(open_folder.iterdir()))


def test_servers_that_stay_keep_their_data_over_down_and_up(open_folder: Path):
    state = open_folder / "state"
    options = ["--only", "postgresql", "--state", str(state)]
    try:
        first = json.loads(servers("up", *options).stdout)
        assert json.loads(servers("up", *options).stdout) == first
        assert json.loads(servers("status", *options).stdout) == first
        database = first["databases"]["cchc_plans"]
        psql(database, "create table kept as select 7 as answer")

        assert servers("down", *options).returncode == 0
        stopped = servers("status", *options)
        assert (stopped.returncode, json.loads(stopped.stdout)) == (3, {"running": False})

        again = json.loads(servers("up", *options).stdout)
        assert psql(again["databases"]["cchc_plans"], "select answer from kept") == "7"
    finally:
        servers("down", "--remove", *options)
    assert not state.exists()


def psql(url: str, statement: str) -> str:
    programs = installed("postgresql")
    assert programs is not None
    command = [str(programs / "psql"), "-XAtq", "-c", statement, url]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
