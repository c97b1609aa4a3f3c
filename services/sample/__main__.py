"""How does the sample get into a platform that runs apart? `python -m services.sample URL`.

Loads it, or the rest of it, and says what is there. With --tell nothing is loaded.
"""

import argparse
import asyncio
import sys

from services.sample import load, summary
from services.sample.client import SampleFailed
from shared.runtime.bootstrap import administrator_key
from shared.runtime.running import clock_of
from shared.runtime.server import CannotStart, settings_from_environment
from shared.web.forwarding import Forwarding


def main() -> None:
    """Entry; exit code 1 when something was refused."""
    parser = argparse.ArgumentParser(prog="python -m services.sample")
    parser.add_argument("url")
    parser.add_argument("--tell", action="store_true")
    options = parser.parse_args()
    try:
        asyncio.run(_run(options.url, load_first=not options.tell))
    except (CannotStart, SampleFailed) as reason:
        print(reason, file=sys.stderr)  # noqa: T201 - a sentence for a person, not a log line
        sys.exit(1)


async def _run(url: str, *, load_first: bool) -> None:
    settings = settings_from_environment()
    key, _ = administrator_key(settings.data_dir, first_start=False)
    if key is None:
        return
    platform = Forwarding([url])
    if load_first:
        await load(platform, key=key.text, clock=clock_of(settings))
    for line in await summary(platform, key=key.text):
        print(line, flush=True)  # noqa: T201 - what a person who starts the platform reads
    await platform.close()


if __name__ == "__main__":
    main()
