"""Which service does a command ask? One of three, by its name."""

from typing import Annotated

import typer

from services.cli.platform_api import fail
from shared.texts import text

SERVICES = ("plans", "scoring", "notifications")


def _known(name: str) -> str:
    if name not in SERVICES:
        fail(text("cli.events.unknown_service", service=name, services=", ".join(SERVICES)))
    return name


OneService = Annotated[
    str, typer.Option("--service", callback=_known, help=text("cli.events.service"))
]
Reason = Annotated[str, typer.Option("--reason", help=text("cli.events.reason"))]
AsJson = Annotated[bool, typer.Option("--json", help=text("cli.json"))]
