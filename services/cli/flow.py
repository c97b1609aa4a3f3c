"""How do events flow between the services? What `outbox status` and `inbox status` both say."""

from typing import Any

from services.cli.platform_api import PlatformApi, say
from services.cli.services import SERVICES
from shared.texts import text


def say_status(*, as_json: bool) -> None:
    """Counts by state, for every service."""
    api = PlatformApi()
    found = {service: api.get(f"/{service}/v1/events/status") for service in SERVICES}
    say(found, as_json=as_json, line="\n".join(_line(*item) for item in found.items()))


def _line(service: str, flow: dict[str, Any]) -> str:
    return text(
        "cli.events.line",
        service=service,
        outbox=_counts(flow["outbox"]),
        inbox=_counts(flow["inbox"]),
        age=flow["oldest_waiting_seconds"] or 0,
    )


def _counts(states: dict[str, int]) -> str:
    return ", ".join(f"{state} {count}" for state, count in sorted(states.items())) or "0"
