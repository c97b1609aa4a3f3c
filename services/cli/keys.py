"""`cchc keys`: give a system or a person a key."""

from typing import Annotated

import typer

from services.cli.platform_api import PlatformApi, fail, say
from shared.texts import text

app = typer.Typer(help=text("cli.keys.help"), no_args_is_help=True)


@app.callback()
def keys() -> None:
    """Keep `create` a word of its own."""


@app.command("create", help=text("cli.keys.create_help"))
def create(
    system: Annotated[str | None, typer.Option(help=text("cli.keys.system"))] = None,
    person: Annotated[str | None, typer.Option(help=text("cli.keys.person"))] = None,
    unit: Annotated[str | None, typer.Option(help=text("cli.keys.unit"))] = None,
    scope: Annotated[list[str] | None, typer.Option(help=text("cli.keys.scope"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=text("cli.json"))] = False,
) -> None:
    if (system is None) == (person is None):
        fail(text("cli.keys.one_holder"))
    api = PlatformApi()
    holder = person or _system(api, str(system), unit, scope or [])
    key = api.post(f"/plans/v1/principals/{holder}/keys", {})
    say(key, as_json=as_json, line=text("cli.keys.created", key=key["key"]))


def _system(api: PlatformApi, name: str, unit: str | None, scopes: list[str]) -> str:
    """The system of this name; registered now if it is new."""
    known = [s for s in api.get("/plans/v1/systems", limit=200)["items"] if s["name"] == name]
    if known:
        return str(known[0]["id"])
    if not scopes:
        fail(text("cli.keys.scope_needed", name=name))
    body = {"name": name, "unit_code": unit, "scopes": scopes}
    return str(api.post("/plans/v1/systems", body)["id"])
