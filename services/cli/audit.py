"""`cchc audit`: does the record of who did what still hold?"""

from typing import Annotated

import typer

from services.cli.platform_api import PlatformApi, say
from shared.texts import text

app = typer.Typer(help=text("cli.audit.help"), no_args_is_help=True)
_SERVICES = ("plans", "scoring", "notifications")


@app.callback()
def audit() -> None:
    """Keep `verify` a word of its own."""


@app.command("verify", help=text("cli.audit.verify_help"))
def verify(
    as_json: Annotated[bool, typer.Option("--json", help=text("cli.json"))] = False,
) -> None:
    api = PlatformApi()
    verdicts = {service: api.get(f"/{service}/v1/audit:verify") for service in _SERVICES}
    broken = {s: v["broken_positions"] for s, v in verdicts.items() if not v["holds"]}
    line = text("cli.audit.broken", where=broken) if broken else text("cli.audit.holds")
    say(verdicts, as_json=as_json, line=line)
    raise typer.Exit(1 if broken else 0)
