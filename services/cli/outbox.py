"""`cchc outbox`: the events a service sends. How many wait, send again, number anew after a restore."""

from typing import Annotated

import typer

from services.cli.flow import say_status
from services.cli.platform_api import PlatformApi, say
from services.cli.services import AsJson, OneService, Reason
from shared.texts import text

app = typer.Typer(help=text("cli.events.outbox_help"), no_args_is_help=True)


@app.command("status", help=text("cli.events.status_help"))
def status(as_json: AsJson = False) -> None:
    say_status(as_json=as_json)


@app.command("replay", help=text("cli.events.replay_outbox_help"))
def replay(
    service: OneService,
    since: Annotated[str, typer.Option(help=text("cli.events.since"))],
    reason: Reason,
    until: Annotated[str | None, typer.Option(help=text("cli.events.until"))] = None,
    stream: Annotated[str | None, typer.Option(help=text("cli.events.stream"))] = None,
    as_json: AsJson = False,
) -> None:
    body = {"since": since, "until": until, "stream": stream, "reason": reason}
    result = PlatformApi().post(f"/{service}/v1/events/outbox:replay", body)
    line = text("cli.events.again", service=service, events=result["events"])
    say(result, as_json=as_json, line=line)


@app.command("begin-epoch", help=text("cli.events.epoch_help"))
def begin_epoch(service: OneService, reason: Reason, as_json: AsJson = False) -> None:
    result = PlatformApi().post(f"/{service}/v1/events/outbox:begin-epoch", {"reason": reason})
    line = text("cli.events.epoch", service=service, starts_after=result["starts_after"])
    say(result, as_json=as_json, line=line)
