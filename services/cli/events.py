"""`cchc outbox` and `cchc inbox`: how do events flow?"""

from typing import Annotated, Any

import typer

from services.cli.platform_api import PlatformApi, say
from shared.texts import text

app = typer.Typer(help=text("cli.events.help"), no_args_is_help=True)
_SERVICES = ("plans", "scoring", "notifications")


@app.callback()
def events() -> None:
    """Keep `status` a word of its own."""


@app.command("status", help=text("cli.events.status_help"))
def status(
    as_json: Annotated[bool, typer.Option("--json", help=text("cli.json"))] = False,
) -> None:
    api = PlatformApi()
    found = {service: api.get(f"/{service}/v1/events/status") for service in _SERVICES}
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
