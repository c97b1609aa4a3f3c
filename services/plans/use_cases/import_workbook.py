"""How is a preview corrected in Excel? Out with doubts in colour, back as corrections told from → to."""

import asyncio
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.plans.documents.preview_sheets import (
    NEW_UNIT,
    NameRow,
    PreviewBook,
    preview_sheets,
)
from services.plans.documents.returned_sheets import NotOurs, Returned, read_returned
from services.plans.storage.tables import Import
from services.plans.use_cases.correct_import import Corrections
from services.plans.use_cases.preview_import import Owed, Preview, preview_of
from services.plans.use_cases.recognise_import import NamePreview
from services.plans.use_cases.warn_of_import import Warned
from shared.errors import Conflict, FieldError, Invalid, PreconditionFailed
from shared.texts import text
from shared.workbooks import ReturnedSheet, UnreadableWorkbook, read_workbook, write_workbook

_MOST_DAYS = 6


def preview_workbook(preview: Preview) -> bytes:
    """The .xlsx of a preview. CPU-bound: call it in a thread."""
    book = PreviewBook(
        import_id=str(preview.row.id),
        revision=preview.row.revision,
        content=preview.content,
        understood={row: days_of(owed) for row, owed in preview.owed.items()},
        doubts={row: _by_field(warnings) for row, warnings in preview.by_row.items()},
        names=[_name_row(preview, name) for name in preview.names],
        units=[f"{unit.code} – {unit.name}" for unit in preview.units],
        warnings=[
            (text(f"import_preview.groups.{w.group}"), w.where or "", w.message)
            for w in preview.warnings
        ],
    )
    return write_workbook(preview_sheets(book))


async def read_sheets(content: bytes) -> list[ReturnedSheet]:
    """The sheets of a returned workbook, read outside the event loop.

    :raises Invalid: it is refused, with the reason.
    """
    try:
        return await asyncio.to_thread(read_workbook, content)
    except UnreadableWorkbook as refusal:
        error = FieldError("/file", refusal.code, str(refusal))
        raise Invalid("workbook_refused", errors=[error], why=str(refusal)) from refusal


async def corrections_in(
    session: AsyncSession, row: Import, sheets: Sequence[ReturnedSheet]
) -> Corrections:
    """What a returned workbook corrects of a preview.

    :raises Conflict: it is another preview's; the preview is confirmed or discarded.
    :raises PreconditionFailed: the preview was corrected since the workbook went out.
    :raises Invalid: it is no workbook of a preview, or cells have no value, each with its place.
    """
    if row.state != "previewed":
        raise Conflict(f"import_is_{row.state}")
    preview = await preview_of(session, row)
    meanings = {name: means(preview, found) for name, found in preview.names.items()}
    try:
        returned = read_returned(sheets, preview.content, meanings=meanings)
    except NotOurs as error:
        why = text("import_preview.not_ours")
        raise Invalid("workbook_refused", why=why) from error
    _require_ours(row, returned)
    if returned.faults:
        errors = [
            FieldError(fault.place, fault.code, text(f"problems.fields.{fault.code}"))
            for fault in returned.faults[:50]
        ]
        raise Invalid(errors=errors)
    new = [*row.new_units, *returned.new_units]
    dropped = {name for name, code in returned.units.items() if name not in returned.new_units}
    return Corrections(
        returned.edits,
        {n: c for n, c in returned.units.items() if c is not None or n in row.corrections},
        [name for name in new if name not in dropped],
    )


def means(preview: Preview, found: NamePreview) -> str:
    """What a name is taken to mean, as its cell says it."""
    codes = found.resolution.unit_codes
    if found.is_new and not codes:
        return NEW_UNIT
    if found.resolution.is_group_name:
        return group_words(preview, found)
    titles = {unit.code: unit.name for unit in preview.units}
    return f"{codes[0]} – {titles.get(codes[0], codes[0])}" if codes else ""


def group_words(preview: Preview, found: NamePreview) -> str:
    """The members of a group, those still to be made too."""
    titles = {unit.code: unit.name for unit in preview.units}
    members = [titles.get(code, code) for code in found.resolution.unit_codes]
    members += [text("import_preview.new_member", name=name) for name in found.made]
    if not members:
        return text("import_preview.empty_group")
    return text("import_preview.group_of", members="; ".join(members))


def days_of(owed: Sequence[Owed]) -> str:
    """The days obligations fall due, as one reads them in a cell."""
    if not owed:
        return text("import_preview.no_obligation")
    lines = [day_of(item) for item in owed]
    more = len(lines) - _MOST_DAYS
    return "\n".join([*lines[:_MOST_DAYS], f"… (+{more})"] if more > 0 else lines)


def day_of(item: Owed) -> str:
    """One obligation: its day, and its period where it has one."""
    if item.due_on is None:
        return text("import_preview.no_day")
    before = text("import_preview.before") + " " if item.exclusive else ""
    day = f"{before}{item.due_on:%d/%m/%Y}"
    return day if item.due_from == "text" else f"{item.label}: {day}"


def _require_ours(row: Import, returned: Returned) -> None:
    if returned.import_id != str(row.id):
        raise Conflict("workbook_of_another")
    if returned.revision != row.revision:
        raise PreconditionFailed(
            "workbook_stale",
            headers={"ETag": f'"{row.revision}"'},
            theirs=returned.revision,
            now=row.revision,
        )


def _by_field(warnings: Sequence[Warned]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for warning in warnings:
        name = next((p.split("/")[3] for p in warning.pointers if p.count("/") > 2), "title")  # noqa: PLR2004
        found.setdefault(name, []).append(
            warning.message if len(warning.rows) == 1 else warning.short
        )
    return {name: "\n".join(messages) for name, messages in found.items()}


def _name_row(preview: Preview, name: str) -> NameRow:
    found = preview.names[name]
    titles = {unit.code: unit.name for unit in preview.units}
    near = "\n".join(f"{c} – {titles.get(c, c)}" for c in found.resolution.candidates)
    doubt = next((w for w in preview.warnings if w.about == name), None)
    ordinals = {task["row"]: task["ordinal"] or task["row"] for task in preview.content["tasks"]}
    where = text("plan_reading.where.tasks", ordinals=", ".join(ordinals[r] for r in found.rows))
    return NameRow(name, means(preview, found), near, where, doubt.message if doubt else None)
