"""`cchc inbox`: the events a service receives. What is stuck and why; try again, give up, compare."""

import asyncio
from collections import defaultdict
from typing import Annotated, Any

import typer

from services.cli.flow import say_status
from services.cli.platform_api import PlatformApi, fail, say
from services.cli.services import SERVICES, AsJson, OneService, Reason
from shared.messaging.rabbitmq.dead_letters import count_dead_letters, replay_dead_letters
from shared.settings import Settings
from shared.texts import text

app = typer.Typer(help=text("cli.events.inbox_help"), no_args_is_help=True)
_ASKED_AT_ONCE = 1000


@app.command("status", help=text("cli.events.status_help"))
def status(as_json: AsJson = False) -> None:
    say_status(as_json=as_json)


@app.command("list", help=text("cli.events.list_help"))
def list_stuck(service: OneService, as_json: AsJson = False) -> None:
    found = list(PlatformApi().items(f"/{service}/v1/events/inbox", state="parked"))
    lines = [
        text(
            "cli.events.stuck",
            position=event["position"],
            type=event["type"],
            aggregate=event["aggregate_id"],
            attempts=event["attempts"],
            error=event["last_error"],
        )
        for event in found
    ]
    none = text("cli.events.none_stuck", service=service)
    say(found, as_json=as_json, line="\n".join(lines) or none)


@app.command("replay", help=text("cli.events.replay_inbox_help"))
def replay(
    service: OneService,
    reason: Reason,
    position: Annotated[int | None, typer.Option(help=text("cli.events.position"))] = None,
    type_: Annotated[str | None, typer.Option("--type", help=text("cli.events.type"))] = None,
    as_json: AsJson = False,
) -> None:
    api, path = PlatformApi(), f"/{service}/v1/events/inbox"
    if position is None:
        result = api.post(f"{path}:replay", {"type": type_, "reason": reason})
    else:
        api.post(f"{path}/{position}:replay")
        result = {"events": 1}
    line = text("cli.events.again", service=service, events=result["events"])
    say(result, as_json=as_json, line=line)


@app.command("skip", help=text("cli.events.skip_help"))
def skip(
    service: OneService,
    position: Annotated[int, typer.Option(help=text("cli.events.position"))],
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    PlatformApi().post(f"/{service}/v1/events/inbox/{position}:skip", {"reason": reason})
    line = text("cli.events.skipped", service=service, position=position)
    say({"skipped": position}, as_json=as_json, line=line)


@app.command("orphans", help=text("cli.events.orphans_help"))
def orphans(
    service: OneService,
    since: Annotated[str, typer.Option(help=text("cli.events.since"))],
    as_json: AsJson = False,
) -> None:
    """What a restored sender forgot: exit code 1 when there is any."""
    api = PlatformApi()
    found = _unknown_to_their_senders(api, service, since)
    lines = [
        text(
            "cli.events.orphan",
            message_id=event["message_id"],
            type=event["type"],
            aggregate=event["aggregate_id"],
            at=event["received_at"],
        )
        for event in found
    ]
    none = text("cli.events.no_orphans", service=service)
    say(found, as_json=as_json, line="\n".join(lines) or none)
    raise typer.Exit(1 if found else 0)


def _unknown_to_their_senders(api: PlatformApi, service: str, since: str) -> list[dict[str, Any]]:
    received: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for state in ("done", "superseded", "pending"):
        path = f"/{service}/v1/events/inbox"
        for event in api.items(path, state=state, received_since=since):
            sender = event["stream"].partition(".")[0]
            received[sender][event["message_id"]] = event
    orphaned = []
    for sender, events in received.items():
        ids = list(events)
        for start in range(0, len(ids), _ASKED_AT_ONCE):
            asked = {"message_ids": ids[start : start + _ASKED_AT_ONCE]}
            answer = api.post(f"/{sender}/v1/events/outbox:unknown", asked)
            orphaned += [events[unknown] for unknown in answer["message_ids"]]
    return orphaned


@app.command("dead-letters", help=text("cli.events.dead_letters_help"))
def dead_letters(
    replay: Annotated[bool, typer.Option("--replay", help=text("cli.events.replay_dead"))] = False,
    as_json: AsJson = False,
) -> None:
    """Asks the broker itself, so it works while the platform is down."""
    broker = Settings().broker_url
    if broker is None:
        fail(text("cli.events.no_broker"))
    try:
        counts = asyncio.run(_dead_letters(broker.get_secret_value(), replay=replay))
    except Exception as error:  # noqa: BLE001 - whatever kept the broker away, it is said in one line
        fail(text("cli.events.broker_away", why=type(error).__name__))
    words = "cli.events.dead_replayed" if replay else "cli.events.dead_letters"
    lines = [text(words, service=service, count=count) for service, count in counts.items()]
    say(counts, as_json=as_json, line="\n".join(lines))


async def _dead_letters(broker: str, *, replay: bool) -> dict[str, int]:
    counts = await count_dead_letters(broker)
    if not replay:
        return counts
    return {
        service: await replay_dead_letters(broker, service)
        for service in SERVICES
        if service in counts
    }
