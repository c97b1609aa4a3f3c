"""How does a user have one address, as in one process, while the services run apart?

    python -m services.gateway --plans URL… --scoring URL… --notifications URL…

The front page and the events' document are answered here, everything else by the services. For one
machine; `deploy/gateway/nginx.conf` does the same where nginx is at hand.
"""

import argparse
import asyncio
import socket
import sys
from collections.abc import Sequence

from shared.contracts import SUBSCRIPTIONS
from shared.logging import configure_logging
from shared.runtime.server import (
    CannotStart,
    Server,
    leave,
    listening,
    on_stop_signals,
    run,
    settings_from_environment,
)
from shared.texts import text
from shared.web.forwarding import Forwarding
from shared.web.front_page import Front

SERVICES = tuple(SUBSCRIPTIONS)


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry of `python -m services.gateway`."""
    parser = argparse.ArgumentParser(prog="python -m services.gateway", description=__doc__)
    parser.add_argument("--port", type=int, default=None)
    for service in SERVICES:
        parser.add_argument(f"--{service}", nargs="+", required=True, metavar="URL")
    options = parser.parse_args(arguments)
    try:
        settings = settings_from_environment(port=options.port)
        configure_logging(settings.log_level)
        addresses = {service: getattr(options, service) for service in SERVICES}
        with listening(settings) as taken:
            run(_serve(addresses, taken))
    except CannotStart as reason:
        print(reason, file=sys.stderr)  # noqa: T201 - a sentence for a person, not a log line
        sys.exit(1)
    leave()


async def _serve(addresses: dict[str, list[str]], taken: socket.socket) -> None:
    services = {service: Forwarding(copies) for service, copies in addresses.items()}
    server = Server(Front(services))
    on_stop_signals(server.stop)
    watching = [
        asyncio.create_task(forwarding.watch(f"/{name}/health/ready"))
        for name, forwarding in services.items()
    ]
    serving = asyncio.create_task(server.serve(sockets=[taken]))
    await server.accepting.wait()
    host, port = taken.getsockname()[:2]
    print(text("run.started", url=f"http://{host}:{port}"), flush=True)  # noqa: T201
    await asyncio.gather(serving, return_exceptions=True)
    for task in watching:
        task.cancel()
    for service in services.values():
        await service.close()


if __name__ == "__main__":
    main()
