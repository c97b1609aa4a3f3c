"""What does `make run` promise to whoever types it? Each sentence of it, with processes of its own."""

import asyncio
import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import httpx
import pytest

from shared.runtime.server import CannotStart, listening, settings_from_environment
from shared.settings import Settings
from tests.faults.census import compare, take_census
from tests.faults.invariants import at_rest, broken_promises
from tests.faults.killing import begun, until
from tests.support.documents import saved, task_plan
from tests.support.worlds import ROOT, World, eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
START = (sys.executable, "-m", "services.embedded")
CLOCK = "2026-03-10T09:00:00+07:00"
STOP_WITHIN = 5.0


def start(*arguments: str, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Try to start a platform that cannot run."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CCHC_")}
    return subprocess.run(
        [*START, *arguments],
        cwd=ROOT,
        env=clean | {"CCHC_DATA_DIR": str(data), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def only_sentence(ended: subprocess.CompletedProcess[str]) -> str:
    """The one line that a start that cannot be says."""
    assert ended.returncode == 1
    assert ended.stdout == ""
    (sentence,) = ended.stderr.splitlines()
    assert sentence.endswith(".")
    return sentence


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path / "var", CCHC_SAMPLE="0") as world:
        world.wait_ready()
        yield world


# what stands in the way is said in one sentence ---------------------------------------------


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        sentence = only_sentence(start("--port", port, data=tmp_path / "var"))
    assert port in sentence
    assert "PORT=8001" in sentence


def test_a_port_is_taken_from_the_moment_it_is_asked_for() -> None:
    with listening(Settings(port=0)) as first:
        port = first.getsockname()[1]
        with pytest.raises(CannotStart), listening(Settings(port=port)):
            pytest.fail("two platforms share a port")


def test_a_data_folder_that_cannot_be_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    folder = tmp_path / "file" / "var"
    assert str(folder) in only_sentence(start("--port", "0", data=folder))


def test_a_full_disk_is_said_in_one_sentence(tmp_path: Path) -> None:
    # no file may grow: what a full disk does, for root too
    command = f"ulimit -f 0; exec {' '.join(START)} --port 0"
    ended = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=ROOT,
        env=os.environ | {"CCHC_DATA_DIR": str(tmp_path / "var"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "CCHC_DATA_DIR" in only_sentence(ended)


def test_a_second_process_on_the_same_data_is_refused_in_one_sentence(empty: World) -> None:
    sentence = only_sentence(start("--port", "0", data=empty.data))
    assert str(empty.data) in sentence
    assert empty.caller().get("/plans/v1/me")["kind"] == "person"


def test_a_damaged_database_is_said_in_one_sentence(tmp_path: Path) -> None:
    data = tmp_path / "var"
    data.mkdir()
    (data / "plans.db").write_bytes(b"this was a database once " * 400)
    assert str(data) in only_sentence(start("--port", "0", data=data))


def test_data_of_a_newer_program_is_left_alone_in_one_sentence(empty: World) -> None:
    assert empty.stop() == 0
    with closing(sqlite3.connect(empty.data / "plans.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    assert "9999" in only_sentence(start("--port", "0", data=empty.data))


def test_a_port_that_is_none_is_said_in_one_sentence(tmp_path: Path) -> None:
    assert "CCHC_PORT" in only_sentence(start("--port", "99999", data=tmp_path / "var"))
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [("CCHC_PORT", "eighty"), ("CCHC_CLOCK", "tomorrow"), ("CCHC_LOG_LEVEL", "LOUD")],
)
def test_a_setting_that_cannot_be_used_is_named_and_its_value_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(CannotStart) as refusal:
        settings_from_environment()
    assert name in str(refusal.value)
    assert value not in str(refusal.value)


async def test_small_answers_are_not_held_back_to_be_sent_with_the_next() -> None:
    held_back: list[int] = []

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted = writer.get_extra_info("socket")
        held_back.append(not accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    with listening(Settings(port=0)) as taken:
        async with await asyncio.start_server(answer, sock=taken):
            reader, writer = await asyncio.open_connection(*taken.getsockname())
            await reader.read()
            writer.close()
    assert held_back == [False]


@pytest.mark.parametrize("version", ["Python 3.9.2", None])
def test_a_python_too_old_or_missing_is_said_in_one_sentence(
    tmp_path: Path, version: str | None
) -> None:
    python = tmp_path / "python"
    if version is not None:
        python.write_text(
            f'#!/bin/sh\n[ "$1" = --version ] && echo "{version}" && exit 0\nexit 1\n'
        )
        python.chmod(0o755)
    ended = subprocess.run(
        ["sh", "deploy/install.sh", str(python), str(tmp_path / "venv"), "requirements.lock"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    vietnamese, english = ended.stderr.splitlines()
    assert vietnamese.startswith("Cần Python 3.11 trở lên")
    assert (version or "không chạy được") in vietnamese
    assert english.startswith("Python 3.11 or later is needed")
    assert not (tmp_path / "venv").exists()


# what a start brings ------------------------------------------------------------------------


def test_port_0_is_a_free_port_and_is_printed() -> None:
    told = subprocess.run(
        ["make", "-n", "run", "PORT=0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert "services.embedded --port 0" in told.stdout


def test_without_the_sample_the_platform_starts_empty_and_stays_what_it_becomes(
    empty: World,
) -> None:
    shown = re.search(r"http://127\.0\.0\.1:(\d+)", "".join(empty.output))
    assert shown is not None
    assert httpx.get(f"http://127.0.0.1:{shown[1]}/plans/health/ready").status_code == 200
    caller = empty.caller()
    for path in ("/plans/v1/plans", "/plans/v1/units", "/scoring/v1/criteria-sets"):
        assert caller.items(path) == []
    caller.post("/plans/v1/units", {"code": "SNV", "name": "Sở Nội vụ"})
    key = (empty.data / "admin.key").read_text()
    assert key.strip() in "".join(empty.output)

    assert empty.stop() == 0
    del empty.output[:]
    empty.environment["CCHC_SAMPLE"] = "1"  # too late: this is no first start
    empty.start()
    empty.wait_ready()

    assert [u["code"] for u in empty.caller().items("/plans/v1/units")] == ["SNV"]
    assert empty.caller().items("/plans/v1/plans") == []
    assert (empty.data / "admin.key").read_text() == key
    assert key.strip() not in "".join(empty.output)


def test_a_second_start_keeps_the_sample_and_doubles_nothing(tmp_path: Path) -> None:
    with World(tmp_path / "var", CCHC_CLOCK=CLOCK) as world:
        world.wait_ready()
        eventually(partial(at_rest, world.caller()))
        first = take_census(world.caller())
        assert world.stop() == 0
        world.start()
        world.wait_ready()
        eventually(partial(at_rest, world.caller()))
        second = take_census(world.caller())
        assert not compare(first, second)
        assert broken_promises(world.caller(), world.data) == []


# Ctrl-C -------------------------------------------------------------------------------------


def stop_quickly(world: World) -> None:
    """Ctrl-C: a clean end in time, and nothing that looks like an accident."""
    started = time.monotonic()
    code = world.stop()
    seconds = time.monotonic() - started
    output = "".join(world.output)
    assert code == 0, output
    assert seconds < STOP_WITHIN
    assert "Traceback" not in output


def test_ctrl_c_while_the_program_is_still_being_loaded_is_a_clean_end(tmp_path: Path) -> None:
    world = World(tmp_path / "var")
    world.launch()
    assert world._process is not None
    maps = Path(f"/proc/{world._process.pid}/maps")
    assert until(lambda: "pydantic_core" in maps.read_text(), seconds=30)
    stop_quickly(world)


def test_ctrl_c_while_the_databases_are_made_is_a_clean_end(tmp_path: Path) -> None:
    world = World(tmp_path / "var")
    world.launch()
    assert until(lambda: begun(world.data), seconds=30)
    stop_quickly(world)


def test_ctrl_c_while_the_sample_loads_is_a_clean_end_and_the_next_start_goes_on(
    tmp_path: Path,
) -> None:
    world = World(tmp_path / "var", CCHC_CLOCK=CLOCK)
    world.start()
    assert until((world.data / "files").exists, seconds=30)  # the plan is being read
    stop_quickly(world)
    assert (world.data / "sample.loading").exists()
    with world:
        world.wait_ready()
        eventually(partial(at_rest, world.caller()))
        assert broken_promises(world.caller(), world.data) == []
        assert len(world.caller().items("/plans/v1/plans")) == 2


def test_ctrl_c_with_requests_in_flight_ends_in_time_and_tells_them_to_ask_again(
    empty: World,
) -> None:
    caller = empty.caller()
    caller.post("/plans/v1/units", {"code": "SNV", "name": "Sở Nội vụ"})
    rows = [(str(n), f"Rà soát thủ tục {n}", "Văn phòng", "", "", "Hằng quý") for n in range(5000)]
    long_document = saved(task_plan(*rows))
    key = caller.http.headers["X-API-Key"]
    answers: list[httpx.Response] = []

    def upload() -> None:
        answers.append(
            httpx.post(
                f"{empty.url}/plans/v1/imports?unit_code=SNV",
                headers={"X-API-Key": key, "Idempotency-Key": "long"},
                files={"file": ("dai.docx", long_document)},
                timeout=30,
            )
        )

    reading = threading.Thread(target=upload)
    reading.start()
    with socket.create_connection(("127.0.0.1", int(empty.url.rpartition(":")[2]))) as slow:
        slow.sendall(
            b"POST /plans/v1/units HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 1000\r\n\r\n{"
        )
        # the document has been stored: from now on it is being read
        assert until(lambda: list((empty.data / "files").glob("*/*")), seconds=30)
        stop_quickly(empty)
        assert b"503" in slow.recv(4096).splitlines()[0]
    reading.join(timeout=10)
    assert answers[0].status_code in {201, 503}
    if answers[0].status_code == 503:
        assert answers[0].json()["code"] == "stopping"
