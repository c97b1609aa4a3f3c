"""`deploy/local/up.sh`: one command, one address, everything stopped by Ctrl-C, the data kept."""

import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy.local.guard import descendants
from deploy.local.private import Servers
from tests.support.documents import BINH_DINH
from tests.support.worlds import Caller, eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
UP = Path(__file__).parents[2] / "deploy" / "local" / "up.sh"
STOP_WITHIN = 10.0
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


class Up:
    """The command, running, and what it said."""

    def __init__(self, data: Path, *options: str, **environment: str) -> None:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("CCHC_")}
        self.output: list[str] = []
        self.process = subprocess.Popen(
            [str(UP), "--port", "0", *options],
            env=clean | {"CCHC_DATA_DIR": str(data), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def said(self) -> str:
        return "".join(self.output)

    def wait_ready(self) -> str:
        """Wait until it says so; its address."""
        eventually(lambda: "Sẵn sàng." in self.said or self.process.poll() is not None, seconds=150)
        found = _ADDRESS.search(self.said)
        assert found, self.said
        return found[0]

    def stop(self) -> float:
        """Ctrl-C; the seconds until everything had ended."""
        processes = descendants(self.process.pid)
        started = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(30) == 0, self.said
        took = time.monotonic() - started
        self._reader.join(5)
        eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in processes), seconds=5)
        return took

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as out:
            self.output.extend(out)


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder the service accounts can enter, which pytest's own is not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "var"


def test_a_plan_goes_all_the_way_a_dead_process_comes_back_and_the_data_stay(data: Path) -> None:
    up = Up(data, CCHC_SAMPLE="0")
    try:
        address = up.wait_ready()
        key = (data / "admin.key").read_text().strip()
        assert key in up.said
        admin = Caller(dict.fromkeys(("plans", "scoring", "notifications"), address), key)
        owed = plan_confirmed(admin)
        one_address_has_all(address)
        a_second_one_says_so(data)
        a_dead_worker_comes_back(up, address)
        admin.close()
    finally:
        assert up.stop() < STOP_WITHIN
    kept = Servers(data / "servers", which=("postgresql",))
    kept.start()
    try:
        ids = "select id from obligations"
        assert set(kept.postgresql.query(ids, database="cchc_notifications").split()) == owed
    finally:
        kept.stop()


def plan_confirmed(admin: Caller) -> set[str]:
    """Upload and confirm the real plan; the obligations, once notifications has them all."""
    preview = admin.post(
        "/plans/v1/imports", files={"file": (BINH_DINH.name, BINH_DINH.read_bytes())}
    )
    plan = admin.post(f"/plans/v1/imports/{preview['id']}:confirm", {})
    owed = {o["id"] for o in admin.items("/plans/v1/obligations", plan_id=plan["id"])}
    assert owed
    eventually(lambda: {o["id"] for o in admin.items("/notifications/v1/obligations")} == owed)
    return owed


def one_address_has_all(address: str) -> None:
    pages = ["/", "/asyncapi.json", *(f"/{s}/docs" for s in ("plans", "scoring", "notifications"))]
    assert {httpx.get(address + page, timeout=10).status_code for page in pages} == {200}


def a_second_one_says_so(data: Path) -> None:
    second = Up(data)
    assert second.process.wait(30) == 1
    second._reader.join(5)
    (sentence,) = second.output
    assert sentence.startswith("Một tiến trình khác đang dùng thư mục dữ liệu")


def a_dead_worker_comes_back(up: Up, address: str) -> None:
    commands = {pid: command_of(pid) for pid in descendants(up.process.pid)}
    (worker,) = (
        pid
        for pid, command in commands.items()
        if command.endswith("services.plans worker") and "guard.py" not in command
    )
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: up.said.count("plans-worker-1 đã dừng ngoài ý muốn") == 1)
    ready = f"{address}/plans/health/ready"
    eventually(lambda: httpx.get(ready, timeout=10).json()["degraded"] == [])


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
