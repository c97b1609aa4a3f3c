"""`cchc reference republish`: send the other services everything they keep copies of."""

import time
from typing import Annotated, Any

import typer

from services.cli.platform_api import PlatformApi, fail, say
from services.cli.services import AsJson
from shared.texts import text

app = typer.Typer(help=text("cli.reference.help"), no_args_is_help=True)
_ASK_AGAIN_SECONDS = 0.5


@app.callback()
def reference() -> None:
    """Keep `republish` a word of its own."""


@app.command("republish", help=text("cli.reference.republish_help"))
def republish(
    kind: Annotated[list[str] | None, typer.Option(help=text("cli.reference.kind"))] = None,
    as_json: AsJson = False,
) -> None:
    api = PlatformApi()
    job = api.post("/plans/v1/reference:republish", {"kinds": kind or []})
    done = _finished(api, f"/plans/v1/jobs/{job['id']}")
    if done["state"] == "failed":
        fail(text("cli.reference.failed", detail=done["problem"]["detail"]))
    sent = ", ".join(f"{name} {count}" for name, count in done["result"]["sent"].items())
    say(done["result"], as_json=as_json, line=text("cli.reference.sent", sent=sent))


def _finished(api: PlatformApi, path: str) -> dict[str, Any]:
    while True:
        job: dict[str, Any] = api.get(path)
        if job["state"] in {"succeeded", "failed"}:
            return job
        time.sleep(_ASK_AGAIN_SECONDS)
