"""Is the process in this container well? Asked by the container engine; exit code 0 means yes.

An api answers HTTP. A worker has no port: its process being there is what can be seen from here, and
whether it works is told by its service's readiness ("degraded").
"""

import os
import sys
import urllib.request
from pathlib import Path

_SECONDS = 4


def main() -> int:
    """Ask the process that the container was started for."""
    arguments = Path("/proc/1/cmdline").read_bytes().decode().split("\0")
    if "api" not in arguments:
        return 0
    service = next(a for a in arguments if a.startswith("services.")).removeprefix("services.")
    port = os.environ.get("CCHC_PORT", "8000")
    url = f"http://127.0.0.1:{port}/{service}/health/live"
    with urllib.request.urlopen(url, timeout=_SECONDS) as answer:
        return 0 if answer.status == 200 else 1  # noqa: PLR2004


if __name__ == "__main__":
    sys.exit(main())
