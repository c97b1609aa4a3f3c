"""`cchc plan`: read a plan without a database, or import it into the running platform."""

from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli import plan_parse
from services.cli.import_summary import summary
from services.cli.platform_api import PlatformApi, fail, say
from shared.texts import text

app = typer.Typer(help=text("cli.plan.help"), no_args_is_help=True)
app.registered_commands += plan_parse.app.registered_commands


@app.command("import", help=text("cli.plan.import_help"))
def import_plan(  # noqa: PLR0913 - one parameter an option
    file: Annotated[Path, typer.Argument(help=text("cli.plan.file"))],
    confirm: Annotated[bool, typer.Option("--confirm", help=text("cli.plan.confirm"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=text("cli.plan.dry_run"))] = False,
    unit: Annotated[str | None, typer.Option(help=text("cli.plan.unit"))] = None,
    year: Annotated[int | None, typer.Option(help=text("cli.plan.year"))] = None,
    draft: Annotated[bool, typer.Option("--draft", help=text("cli.plan.draft"))] = False,
    unknown_units: Annotated[str, typer.Option(help=text("cli.plan.unknown_units"))] = "create",
    replaces: Annotated[str | None, typer.Option(help=text("cli.plan.replaces"))] = None,
    allow_duplicate: Annotated[
        bool, typer.Option("--allow-duplicate", help=text("cli.plan.allow_duplicate"))
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help=text("cli.json"))] = False,
) -> None:
    """Print the preview; with --confirm make the plan of it."""
    try:
        content = file.read_bytes()
    except OSError as error:
        fail(text("cli.unreadable_file", file=file, why=error.strerror))
    api = PlatformApi()
    query = {"unit_code": unit} if unit else {}
    preview = api.post("/plans/v1/imports", files={"file": (file.name, content)}, params=query)
    told = [] if dry_run else _use_known(api, preview)
    preview = told[0] if told else preview
    lines = [text("cli_import.known_preview", changes=len(preview["changes"]))] if told else []
    lines.append(summary(preview, url=api.url))
    if dry_run:
        api.post(f"/plans/v1/imports/{preview['id']}:discard")
        say(preview, as_json=as_json, line="\n".join([*lines, text("cli_import.dry_run_done")]))
        return
    if not confirm:
        say(preview, as_json=as_json, line="\n".join([*lines, text("cli_import.next", file=file)]))
        return
    body: dict[str, Any] = {"unknown_units": unknown_units, "year": year}
    body |= {"replaces": replaces, "allow_duplicate": allow_duplicate}
    plan = api.post(
        f"/plans/v1/imports/{preview['id']}:confirm", body | ({"issue": False} if draft else {})
    )
    say(plan, as_json=as_json, line="\n".join([*lines, "", _imported(api, plan)]))


def _use_known(api: PlatformApi, preview: dict[str, Any]) -> list[dict[str, Any]]:
    """The open preview this file has already: its corrections count, the new one goes."""
    if preview["same_file_as"] is None:
        return []
    known = api.get(f"/plans/v1/imports/{preview['same_file_as']}")
    if known["state"] != "previewed":
        return []
    api.post(f"/plans/v1/imports/{preview['id']}:discard")
    return [api.get(f"/plans/v1/imports/{known['id']}")]


def _imported(api: PlatformApi, plan: dict[str, Any]) -> str:
    tasks = api.get("/plans/v1/tasks", plan_id=plan["id"], limit=200)["items"]
    return text(
        "cli.plan.imported",
        number=plan["number"] or "—",
        year=plan["year"],
        tasks=len(tasks),
        state=text(f"run.states.{plan['state']}"),
        id=plan["id"],
    )
