"""`cchc plan`: read a plan without a database, or import it into the running platform."""

from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli import plan_parse
from services.cli.platform_api import PlatformApi, fail, say
from shared.texts import text

app = typer.Typer(help=text("cli.plan.help"), no_args_is_help=True)
app.registered_commands += plan_parse.app.registered_commands


@app.command("import", help=text("cli.plan.import_help"))
def import_plan(
    file: Annotated[Path, typer.Argument(help=text("cli.plan.file"))],
    unit: Annotated[str | None, typer.Option(help=text("cli.plan.unit"))] = None,
    year: Annotated[int | None, typer.Option(help=text("cli.plan.year"))] = None,
    dry_run: Annotated[bool, typer.Option(help=text("cli.plan.dry_run"))] = False,
    draft: Annotated[bool, typer.Option(help=text("cli.plan.draft"))] = False,
    unknown_units: Annotated[str, typer.Option(help=text("cli.plan.unknown_units"))] = "create",
    as_json: Annotated[bool, typer.Option("--json", help=text("cli.json"))] = False,
) -> None:
    try:
        content = file.read_bytes()
    except OSError as error:
        fail(text("cli.unreadable_file", file=file, why=error.strerror))
    api = PlatformApi()
    query = {"unit_code": unit} if unit else {}
    preview = api.post("/plans/v1/imports", files={"file": (file.name, content)}, params=query)
    if dry_run:
        api.post(f"/plans/v1/imports/{preview['id']}:discard")
        say(preview, as_json=as_json, line=_preview(preview))
        return
    body: dict[str, Any] = {"unknown_units": unknown_units, "year": year}
    if draft:
        body["issue"] = False
    plan = api.post(f"/plans/v1/imports/{preview['id']}:confirm", body)
    tasks = api.get("/plans/v1/tasks", plan_id=plan["id"], limit=200)["items"]
    line = text(
        "cli.plan.imported",
        number=plan["number"] or "—",
        year=plan["year"],
        tasks=len(tasks),
        state=text(f"run.states.{plan['state']}"),
        id=plan["id"],
    )
    say(plan, as_json=as_json, line=_preview(preview) + "\n" + line)


def _preview(preview: dict[str, Any]) -> str:
    content = preview["content"]
    lines = [text("cli.plan.read", number=content["number"] or "—", tasks=len(content["tasks"]))]
    lines += [f"  ! {warning['message']}" for warning in preview["warnings"]]
    return "\n".join(lines)
