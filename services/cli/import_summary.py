"""How does the preview of an import read on a screen? The lines under `cchc plan import FILE`."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from shared.texts import text

_TITLE = 100
Json = dict[str, Any]


def summary(preview: Json, *, url: str) -> str:
    """Head, tasks with leads and days, units to be made, doubts under their headings, where to go."""
    content = preview["content"]
    lines = [
        text(
            "cli_import.read",
            number=content["number"] or content["symbol"] or text("cli_import.no_number"),
            date=_day(content["issued_on"]) or text("cli_import.unknown"),
            year=content["year"] or text("cli_import.unknown"),
            tasks=len(content["tasks"]),
            targets=len(content["targets"]),
        ),
        f"  {_short(content['title'] or '')}",
        "",
        text("cli_import.tasks", count=len(content["tasks"])),
        *_tasks(preview),
        *_new_units(preview),
        "",
        *_warnings(preview),
        "",
        text("cli_import.page", url=url + preview["links"]["page"]),
        text("cli_import.workbook", url=url + preview["links"]["workbook"]),
    ]
    return "\n".join(lines)


def _tasks(preview: Json) -> Iterator[str]:
    names = {name["written"]: name for name in preview["names"]}
    coming: dict[str, list[Json]] = {}
    for item in preview["coming"]:
        coming.setdefault(item["row"], []).append(item)
    for task in preview["content"]["tasks"]:
        yield f"  {task['ordinal'] or '—'}. {_short(task['title'])}"
        leads = "; ".join(_unit(names[name]) for name in task["lead_units"])
        yield f"      {text('cli_import.lead')}: {leads or text('cli_import.owner')}"
        days = [_day(item["due_on"]) for item in coming.get(task["row"], ()) if item["due_on"]]
        due = ", ".join(days) or text("cli_import.no_day")
        yield f"      {text('cli_import.deadline')}: {task['deadline']['raw'] or '—'} → {due}"


def _unit(name: Json) -> str:
    members = [unit["name"] for unit in name["units"]]
    members += [text("cli_import.new_unit", name=new) for new in name["new_units"]]
    if name["group"]:
        return text("cli_import.group", name=name["written"], members="; ".join(members) or "—")
    return "; ".join(members) or str(name["written"])


def _new_units(preview: Json) -> Iterator[str]:
    made = dict.fromkeys(
        new for name in preview["names"] if not name["group"] for new in name["new_units"]
    )
    if made:
        yield ""
        yield text("cli_import.new_units", count=len(made), names="; ".join(made))


def _warnings(preview: Json) -> Iterator[str]:
    # a name like no other is told above, among the units that will be made
    warnings = [w for w in preview["warnings"] if w["code"] != "unknown_unit" or w["candidates"]]
    if not warnings:
        yield text("cli_import.no_warnings")
        return
    yield text("cli_import.warnings", count=len(warnings))
    for group in dict.fromkeys(warning["group"] for warning in warnings):
        yield f"  {text(f'import_preview.groups.{group}')}:"
        for warning in warnings:
            if warning["group"] == group:
                place = f" ({warning['where']})" if warning["where"] else ""
                yield f"    ! {warning['message']}{place}"


def _day(iso: str | None) -> str:
    return f"{date.fromisoformat(iso):%d/%m/%Y}" if iso else ""


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _TITLE else line[:_TITLE].rsplit(" ", 1)[0] + "…"
