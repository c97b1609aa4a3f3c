"""Read files one by one, each in a child of its own under limits; say what it took.

`python -m tests.support.measured_reading MEGABYTES` takes `{case: {path, file_name}}` on standard
input and answers `{case: {code, seconds, megabytes}}`; code is "read" for a file that was read.
"""

import json
import os
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

from services.plans.documents import UnreadableDocument, read_document

_MEGABYTE = 1024 * 1024
_CPU_SECONDS = 20


def _pages(field: int) -> int:
    return int(Path("/proc/self/statm").read_text().split()[field]) * resource.getpagesize()


def _outcome(path: Path, file_name: str | None) -> str:
    try:
        read_document(path.read_bytes(), file_name=file_name)
    except UnreadableDocument as refusal:
        return refusal.code
    except MemoryError:
        return "out of memory"
    return "read"


def _child(case: dict[str, Any], megabytes: int, answer: Path) -> None:
    limit = _pages(0) + megabytes * _MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    before = _pages(1)
    code = _outcome(Path(case["path"]), case["file_name"])
    used = resource.getrusage(resource.RUSAGE_SELF)
    found = {
        "code": code,
        "seconds": used.ru_utime + used.ru_stime,
        "megabytes": (used.ru_maxrss * 1024 - before) / _MEGABYTE,
    }
    answer.write_text(json.dumps(found))


def measured(case: dict[str, Any], megabytes: int) -> dict[str, Any]:
    """What reading one file took; a child that died is told by its status."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer"
        child = os.fork()
        if child == 0:
            try:
                _child(case, megabytes, answer)
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        if not answer.exists():
            return {"code": f"died with {status}", "seconds": 0.0, "megabytes": 0.0}
        found: dict[str, Any] = json.loads(answer.read_text())
        return found


if __name__ == "__main__":
    cases = json.load(sys.stdin)
    answers = {name: measured(case, int(sys.argv[1])) for name, case in cases.items()}
    sys.stdout.write(json.dumps(answers))
