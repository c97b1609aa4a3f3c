"""Which further tables does the page of a preview have? Targets, indices, duties, findings, bases."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.plans.use_cases.preview_import import Preview
from shared.texts import text

_NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, column titles, and rows of text."""

    heading: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def tables_of(preview: Preview) -> Iterator[Table]:
    """The tables in the order of the document; those without rows too."""
    content = preview.content
    yield _table("targets", "text operator value unit area task", _targets(content))
    for goal in content["index_targets"]:
        yield Table(
            _goal(goal), _columns("index", "ordinal title baseline most target"), _index(goal)
        )
    yield _table("duties", "unit text deadline report_to", _duties(content))
    yield _table(
        "findings", "criterion points reason measure deadline progress", _findings(content)
    )
    yield _table("bases", "kind number date issuer title", _bases(content))
    yield _table("changes", "what field before after via", _changes(preview))


def _table(key: str, columns: str, rows: Iterator[Sequence[str]]) -> Table:
    found = list(rows)
    heading = text(f"import_preview.page.{key}.heading", count=len(found))
    return Table(heading, _columns(key, columns), found)


def _columns(key: str, names: str) -> list[str]:
    return [text(f"import_preview.page.{key}.{name}") for name in names.split()]


def _targets(content: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    for target in content["targets"]:
        yield [
            target["text"],
            target["operator"],
            _figure(target["value"]),
            target["unit"] or _NOTHING,
            target["area"] or _NOTHING,
            target["task"] or _NOTHING,
        ]


def _goal(goal: Mapping[str, Any]) -> str:
    overall, rank = goal["overall"], goal["rank"]
    aim = f" {overall['operator'] or ''} {_figure(overall['value'])}{overall['unit'] or ''}"
    place = f", {rank['position']}/{rank['of'] or '?'}" if rank["position"] else ""
    return f"{goal['index']}{aim if overall['operator'] else ''}{place}"


def _index(goal: Mapping[str, Any]) -> list[Sequence[str]]:
    return [
        [
            part["ordinal"] or _NOTHING,
            part["title"],
            *(_figure(part[name]) for name in ("baseline", "baseline_max", "target")),
        ]
        for part in goal["components"]
    ]


def _duties(content: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    for unit in content["responsibilities"]:
        for duty in unit["duties"]:
            yield [
                unit["unit"],
                duty["text"],
                _due(duty["deadline"]),
                duty["report_to"] or _NOTHING,
            ]


def _findings(content: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    for found in content["findings"]:
        yield [
            found["criterion"] or _NOTHING,
            f"{_figure(found['points'])}/{_figure(found['max'])}",
            found["reason"] or _NOTHING,
            found["measure"] or _NOTHING,
            _due(found["deadline"]),
            found["progress"] or _NOTHING,
        ]


def _bases(content: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    for basis in content["legal_bases"]:
        yield [basis["kind"], basis["number"] or _NOTHING, _day(basis["date"]),
               basis["issuer"] or _NOTHING, basis["title"] or _NOTHING]  # fmt: skip


def _changes(preview: Preview) -> Iterator[Sequence[str]]:
    for change in preview.row.changes:
        place = text(f"import_preview.places.{change['place']}")
        yield [
            f"{place}: {change['label']}" if change["label"] else place,
            text(f"import_preview.fields.{change['field']}"),
            _words(change["before"]),
            _words(change["after"]),
            text(f"import_preview.via.{change['via']}"),
        ]


def _words(value: Any) -> str:
    """A value before or after a correction, short enough for a cell."""
    if value is None or value in ("", []):
        return _NOTHING
    if isinstance(value, Mapping):
        return _words(value.get("title") or value.get("text") or "; ".join(_parts(value.values())))
    if isinstance(value, list):
        if any(isinstance(item, Mapping) for item in value):
            return text("import_preview.rows", count=len(value))
        return "; ".join(str(item) for item in value)
    return str(value)


def _parts(values: Any) -> Iterator[str]:
    return (str(value) for value in values if value)


def _due(deadline: Mapping[str, Any] | None) -> str:
    if deadline is None or not deadline["raw"]:
        return _NOTHING
    due = f" → {_day(deadline['due_on'])}" if deadline["due_on"] else ""
    return f"{deadline['raw']}{due}"


def _day(iso: str | None) -> str:
    return f"{date.fromisoformat(iso):%d/%m/%Y}" if iso else _NOTHING


def _figure(value: str | None) -> str:
    return _NOTHING if value is None else value.replace(".", ",")
