"""What can be done to any private server? Start, stop, kill, pause: the same words for tests and CLI."""

import abc
import os
import shutil
from pathlib import Path

from deploy.local.processes import (
    Account,
    Command,
    GuardedProcess,
    ServersUnavailable,
    free_port,
    wait_until,
)

_ATTEMPTS = 3


class Server(abc.ABC):
    """One server with a folder and ports of its own. Its data outlive stop and kill."""

    name = ""
    service_account = ""

    def __init__(self, folder: Path, *, keep: bool, durable: bool = False) -> None:
        """Nothing is started yet.

        :param folder: everything the server writes; made when missing.
        :param keep: whether the folder stays when the process that holds this server disappears.
        :param durable: whether commits are flushed to the disk (slower, survives a power cut).
        """
        self.folder = folder
        self.durable = durable
        self.port = free_port()
        self._keep = keep
        self._process: GuardedProcess | None = None
        self._may_move = True

    @property
    @abc.abstractmethod
    def url(self) -> str:
        """Where clients connect."""

    @abc.abstractmethod
    def answers(self) -> bool:
        """Whether a client would be served now."""

    @abc.abstractmethod
    def _command(self) -> Command:
        """What to run."""

    @abc.abstractmethod
    def _prepare(self) -> None:
        """Make what must be there before the program starts."""

    def _choose_ports(self) -> None:
        self.port = free_port()

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.alive

    @property
    def pids(self) -> tuple[int, int]:
        """The server's process and its guard's."""
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._process.pid, self._process.guard_pid

    def start(self) -> None:
        """Start and wait until it answers. On the first start another port is tried if one is lost."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start without waiting."""
        self._make_folder()
        self._prepare()
        self._process = GuardedProcess(self._command())

    def wait(self, seconds: float = 60) -> None:
        """Wait until it answers.

        :raises RuntimeError: with the end of the server's own log.
        """
        for attempt in range(_ATTEMPTS):
            try:
                wait_until(self.answers, seconds=seconds, alive=lambda: self.alive, what=self.name)
            except RuntimeError as error:
                # somebody else may have taken the port between our looking and our listening
                if self.alive or not self._may_move or attempt == _ATTEMPTS - 1:
                    self.kill()
                    raise RuntimeError(f"{error}; its log ends:\n{self.log_tail()}") from error
                self._choose_ports()
                self._prepare()
                self._process = GuardedProcess(self._command())
            else:
                self._may_move = False
                return

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self._end("stop")

    def kill(self) -> None:
        """SIGKILL, as when the machine loses power; the data stay as they are."""
        self._end("kill")

    def pause(self) -> None:
        """Freeze it: connections stay open and nothing answers, until `resume`."""
        if self._process is not None:
            self._process.pause()

    def resume(self) -> None:
        if self._process is not None:
            self._process.resume()

    def remove(self) -> None:
        """Kill it and delete its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log_tail(self) -> str:
        """The last lines the server wrote."""
        log = self.folder / "server.log"
        return log.read_text(errors="replace")[-2000:] if log.exists() else ""

    def _end(self, word: str) -> None:
        if self._process is not None:
            self._process.end(word)

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        account = Account.of_service(self.service_account)
        if account is None:
            return
        account.own(self.folder)
        for parent in self.folder.resolve().parents:
            if not parent.stat().st_mode & 0o001:
                raise ServersUnavailable(
                    f"Tài khoản “{self.service_account}” không vào được thư mục {parent}; hãy chọn thư mục dữ liệu khác (--state, CCHC_DATA_DIR).\n"
                    f"The account “{self.service_account}” cannot enter {parent}; choose another data folder (--state, CCHC_DATA_DIR)."
                )


def plain_environment() -> dict[str, str]:
    """What a server or tool needs to know of ours: where programs are, and a neutral language."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
