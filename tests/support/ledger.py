"""What was asked of the platform, and what did it answer? Written outside of it, line by line.

The ledger survives whatever happens to the platform. Every command is on it before it is sent, with
its idempotency key; every answer is added. A command without an answer has an unknown outcome.
"""

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Entry:
    """One command. `lost_answer`: it had been committed, but the first answer never arrived."""

    key: str
    route: str
    path: str
    body: Any
    tries: int = 0
    status: int | None = None
    answer: Any = None
    lost_answer: bool = False

    @property
    def unknown(self) -> bool:
        return self.status is None


class Ledger:
    """Commands by idempotency key, in the order in which they were first sent."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = threading.Lock()
        file.touch()

    def asked(self, key: str, *, route: str, path: str, body: Any) -> None:
        """A command is about to be sent, for the first time or again."""
        self._append({"asked": key, "route": route, "path": path, "body": body})

    def answered(self, key: str, *, status: int, answer: Any, lost_answer: bool) -> None:
        """The outcome of a command is known from now on."""
        self._append(
            {"answered": key, "status": status, "answer": answer, "lost_answer": lost_answer}
        )

    def entries(self) -> list[Entry]:
        """Everything on the ledger, read back from its file."""
        found: dict[str, Entry] = {}
        with self._lock:
            lines = self.file.read_text("utf-8").splitlines()
        for line in map(json.loads, lines):
            if "asked" in line:
                key = line["asked"]
                entry = found.setdefault(key, Entry(key, line["route"], line["path"], line["body"]))
                entry.tries += 1
            else:
                entry = found[line["answered"]]
                entry.status, entry.answer = line["status"], line["answer"]
                entry.lost_answer = line["lost_answer"]
        return list(found.values())

    def of(self, route: str) -> list[Entry]:
        """The commands of one route."""
        return [entry for entry in self.entries() if entry.route == route]

    def _append(self, line: dict[str, Any]) -> None:
        with self._lock, self.file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
