"""How does a preview look to a person who reads and prints it? One page, doubts beside their rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.plans.api.import_tables import tables_of
from services.plans.domain.content_doubts import GROUPS
from services.plans.use_cases.import_workbook import day_of, group_words
from services.plans.use_cases.preview_import import Owed, Preview
from services.plans.use_cases.recognise_import import NamePreview
from services.plans.use_cases.warn_of_import import Warned
from shared.texts import text

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    autoescape=select_autoescape(default=True, default_for_string=True),
    trim_blocks=True,
    lstrip_blocks=True,
)
_NOTHING = "—"
_MOST_LINES = 4


@dataclass(frozen=True, slots=True)
class UnitShown:
    """A unit of a task as written, and what it is taken to mean where the words do not say it."""

    written: str
    means: str
    doubt: bool


@dataclass(frozen=True, slots=True)
class TaskShown:
    """A row of the table of tasks."""

    row: str
    area_heading: str | None
    ordinal: str | None
    title: str
    outputs: list[str]
    targets: list[str]
    leads: list[UnitShown]
    coordinating: list[UnitShown]
    deadline: str
    owed: list[str]
    doubts: list[str]


def page_of(preview: Preview, *, links: Mapping[str, str], language: str) -> str:
    """The page as HTML; everything from the document is escaped."""
    content, row = preview.content, preview.row
    other = "en" if language == "vi" else "vi"
    ticket = links["page"].partition("?")[2]
    return _ENVIRONMENT.get_template("import_page.html").render(
        say=partial(_say, language),
        language=language,
        other_language_query="&".join(part for part in (ticket, f"lang={other}") if part),
        here=f"/plans/v1/imports/{row.id}",
        open=row.state == "previewed",
        state=text(f"import_preview.states.{row.state}"),
        number=content["number"] or content["symbol"] or _say(language, "no_number"),
        issued_on=_day(content["issued_on"]) or _say(language, "no_date"),
        content=content,
        links=links,
        summary=_summary(preview),
        groups=_groups(preview),
        head=list(_head(preview)),
        names=list(_names(preview)),
        tasks=list(_tasks(preview)),
        tables=[table for table in tables_of(preview) if table.rows],
        file_name=preview.file.name,
        sha256=preview.file.sha256,
    )


def _say(language: str, key: str, **values: Any) -> str:
    return text(f"import_preview.page.{key}", language=language, **values)


def _day(iso: str | None) -> str:
    return f"{date.fromisoformat(iso):%d/%m/%Y}" if iso else ""


def _summary(preview: Preview) -> dict[str, str]:
    tasks = preview.content["tasks"]
    count, undated = 0, 0
    leading: set[str] = set()
    for task in tasks:
        codes = _lead_codes(preview, task)
        leading |= codes
        owed = preview.owed.get(task["row"], ())
        count += len(owed) * len(codes)
        undated += all(item.due_on is None for item in owed)
    new = list(
        dict.fromkeys(
            name
            for found in preview.names.values()
            if not found.resolution.is_group_name
            for name in found.made
        )
    )
    say = partial(text, language=None)
    return {
        "result": say(
            "import_preview.page.summary.result", tasks=len(tasks), owed=count, units=len(leading)
        ),
        "undated": say("import_preview.page.summary.undated", count=undated) if undated else "",
        "new_units": say(
            "import_preview.page.summary.new_units", count=len(new), names="; ".join(new)
        )
        if new
        else "",
        "doubts": say("import_preview.page.summary.doubts", count=len(preview.warnings)),
    }


def _lead_codes(preview: Preview, task: Mapping[str, Any]) -> set[str]:
    """The units that will owe a task: known ones, new ones by their name, else the plan's own."""
    codes: set[str] = set()
    for name in task["lead_units"]:
        found = preview.names[name]
        codes |= {*found.resolution.unit_codes, *found.made}
    return codes or (set() if task["lead_units"] else {preview.owner.code})


def _groups(preview: Preview) -> list[dict[str, Any]]:
    """Warnings under their headings; names nobody knows are one line, they have a table below."""
    found = []
    for group in GROUPS:
        warnings = [w for w in preview.warnings if w.group == group]
        if not warnings:
            continue
        listed = [w for w in warnings if w.about is None]
        if left := len(warnings) - len(listed):
            message = text("import_preview.unknown_names", count=left)
            place = text("import_preview.page.names.heading")
            listed.insert(0, Warned("unknown_unit", group, message, place))
        heading = text(f"import_preview.groups.{group}")
        found.append({"key": group, "heading": heading, "count": len(warnings), "warnings": listed})
    return found


def _head(preview: Preview) -> Iterator[tuple[str, str]]:
    content, say = preview.content, partial(text, language=None)
    signer = content["signer"]
    for key, value in (
        ("unit", f"{preview.owner.name} ({preview.owner.code})"),
        ("kind", say(f"plan_reading.kinds.{content['document_kind']}")),
        ("number", content["number"] or content["symbol"]),
        ("issued_on", _day(content["issued_on"])),
        ("issuer", content["issuer"]),
        ("place", content["place"]),
        ("year", content["year"]),
        ("title", content["title"]),
        ("signer", " ".join(signer[k] for k in ("authority", "position", "name") if signer[k])),
        ("recipients", "; ".join(content["recipients"])),
    ):
        yield say(f"import_preview.page.head.{key}"), str(value or _NOTHING)


def _names(preview: Preview) -> Iterator[dict[str, Any]]:
    titles = {unit.code: unit.name for unit in preview.units}
    ordinals = {task["row"]: task["ordinal"] or _NOTHING for task in preview.content["tasks"]}
    for name, found in preview.names.items():
        near = "; ".join(f"{titles.get(c, c)} ({c})" for c in found.resolution.candidates)
        yield {
            "written": name,
            "means": _meaning(preview, found),
            "near": near or _NOTHING,
            "where": ", ".join(ordinals[row] for row in found.rows),
            "doubt": found.means_nothing,
        }


def _meaning(preview: Preview, found: NamePreview) -> str:
    if found.resolution.is_group_name:
        return group_words(preview, found)
    titles = {unit.code: unit.name for unit in preview.units}
    means = "; ".join(f"{titles.get(c, c)} ({c})" for c in found.resolution.unit_codes)
    if not means and found.made and found.made[0] != found.resolution.written:
        return f"= {found.made[0]} {text('import_preview.will_be_made')}"
    return means or text("import_preview.will_be_made")


def _tasks(preview: Preview) -> Iterator[TaskShown]:
    areas = {area["code"]: area["title"] for area in preview.content["areas"]}
    last: str | None = None
    for task in preview.content["tasks"]:
        area = task["area"]
        heading = f"{area}. {areas[area]}" if area in areas else area
        owed = _days(preview.owed.get(task["row"], ()))
        yield TaskShown(
            row=task["row"],
            area_heading=heading if area != last else None,
            ordinal=task["ordinal"],
            title=task["title"],
            outputs=task["outputs"],
            targets=[_target(target) for target in task["targets"]],
            leads=[_unit(preview, name) for name in task["lead_units"]] or [_owner(preview)],
            coordinating=[_unit(preview, name) for name in task["coordinating_units"]],
            deadline=task["deadline"]["raw"],
            owed=owed or [text("import_preview.no_obligation")],
            doubts=[
                w.message if len(w.rows) == 1 else w.short
                for w in preview.by_row.get(task["row"], ())
                if w.about is None  # marked at the unit's name
            ],
        )
        last = area


def _owner(preview: Preview) -> UnitShown:
    """A task without a written lead falls to the plan's own unit when the plan is issued."""
    means = text("import_preview.falls_to_owner", unit=preview.owner.name)
    return UnitShown(_NOTHING, means, doubt=True)


def _days(owed: Sequence[Owed]) -> list[str]:
    """Each day on a line; of many periods the days alone."""
    if len(owed) <= _MOST_LINES or any(item.due_on is None for item in owed):
        return [day_of(item) for item in owed]
    days = "; ".join(f"{item.due_on:%d/%m/%Y}" for item in owed)
    key = "periods_before" if all(item.exclusive for item in owed) else "periods"
    return [text(f"import_preview.{key}", count=len(owed), days=days)]


def _unit(preview: Preview, name: str) -> UnitShown:
    """A unit beside its task; the members of a group stand in the table of names."""
    found = preview.names[name]
    codes = found.resolution.unit_codes
    means = _meaning(preview, found)
    members = len(codes) + len(found.made)
    if members and found.resolution.is_group_name:
        means = text("import_preview.group_size", count=members)
    if codes and not found.resolution.is_group_name:
        titles = {unit.code: unit.name for unit in preview.units}
        means = f"({codes[0]})" if titles.get(codes[0]) == name else f"= {means}"
    return UnitShown(name, means, doubt=found.means_nothing)


def _target(target: Mapping[str, Any]) -> str:
    if target["value"] is None:
        return text(f"import_preview.{'better' if target['operator'] == '>prev' else 'lower'}")
    sign = {">=": "≥", "<=": "≤"}.get(target["operator"], target["operator"])
    space = "" if target["unit"] == "%" else " "
    return f"{sign} {target['value'].replace('.', ',')}{space}{target['unit'] or ''}"
