"""What is wanted of SIPAS, PAR INDEX and their like: overall, rank, and component by component?

The sentence above a table gives the index, its overall value and rank goal; the rows give last
year's points ("9,25/11") and the aim. A table of figures without an index gives plain targets.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from services.plans.documents.blocks import Row, Table
from services.plans.documents.columns import Header, is_column_numbers, repeats_header
from services.plans.documents.index_sentences import index_name
from services.plans.documents.items import tidy
from services.plans.documents.notices import in_table
from services.plans.documents.reading import Reading
from services.plans.documents.tasks import warn_of_jumps
from services.plans.domain.document_content import IndexComponent, IndexTarget, Target
from services.plans.domain.targets import decimal_of, parse_index_goal, parse_targets
from services.plans.domain.targets.wording import fold

_FIGURE = re.compile(r"(?P<value>\d+(?:[.,]\d+)?)(?:\s*/\s*(?P<of>\d+(?:[.,]\d+)?))?\s*(?:%|điểm)?")
_YEAR = re.compile(r"nam (20\d\d)|\b(20\d\d)\b")


def read_index_table(
    table: Table, header: Header, *, before: Sequence[str], reading: Reading
) -> None:
    """Note the index of a table; `before` are the sentences above it, the nearest one last."""
    sentence = next((line for line in reversed(before) if index_name(line)), None)
    title = " ".join(part for label in header.labels for part in label)
    name = index_name(sentence) if sentence else index_name(title)
    rows = [row for row in table.rows[header.data_from :] if _is_data(row, header)]
    if name is None:
        _read_plain_targets(rows, header, reading=reading)
        return
    goal = parse_index_goal(sentence or "", year=reading.year)
    components = tuple(_component(row, header) for row in rows)
    reading.index_targets.append(
        IndexTarget(name, goal.operator, goal.value, goal.unit, goal.position, goal.of, components)
    )
    _check(components, table.number, header=header, reading=reading)


def _is_data(row: Row, header: Header) -> bool:
    if is_column_numbers(row) or repeats_header(row, header):
        return False
    return bool(_text(row, header, role="title"))


def _component(row: Row, header: Header) -> IndexComponent:
    baseline, of = _figure(_text(row, header, role="baseline"))
    target, target_of = _figure(_text(row, header, role="target"))
    maximum, _ = _figure(_text(row, header, role="max"))
    return IndexComponent(
        ordinal=_text(row, header, role="ordinal").rstrip(".)") or None,
        title=tidy(_text(row, header, role="title")),
        baseline=baseline,
        baseline_max=of or maximum or target_of,
        target=target,
    )


def _text(row: Row, header: Header, *, role: str) -> str:
    """The words of the column of a role: of several years the latest."""
    columns = header.columns.get(role, ())
    if not columns:
        return ""
    return row[max(columns, key=lambda column: (_label_year(header, column), column))].cell.text


def _label_year(header: Header, column: int) -> int:
    found = _YEAR.search(fold(" ".join(header.labels[column])))
    return int(found[1] or found[2]) if found else 0


def _figure(words: str) -> tuple[Decimal | None, Decimal | None]:
    match = _FIGURE.search(words)
    if match is None:
        return None, None
    return decimal_of(match["value"]), decimal_of(match["of"]) if match["of"] else None


def _check(
    components: tuple[IndexComponent, ...], table: int, *, header: Header, reading: Reading
) -> None:
    warn_of_jumps([component.ordinal for component in components], in_table(table), reading=reading)
    label = header.label("target")
    for component in components:
        where = in_table(table, component.ordinal, column=label)
        check_component(component, where, reading=reading)
    aimed = max(_label_year(header, column) for column in header.columns["target"])
    if aimed and reading.year and aimed != reading.year:
        where = in_table(table, None, column=label)
        reading.notices.add("year_disagreement", where, found=aimed, year=reading.year)


def check_component(component: IndexComponent, where: str, *, reading: Reading) -> None:
    """Warn of an aim that is missing, below or above the maximum, or below last year."""
    target, most, was = component.target, component.baseline_max, component.baseline
    if target is None:
        reading.notices.add("figure_missing", where, title=component.title)
    elif most is not None and target < most:
        reading.notices.add("target_below_max", where, target=target, max=most)
    elif most is not None and target > most:
        reading.notices.add("target_above_max", where, target=target, max=most)
    if target is not None and was is not None and target < was:
        reading.notices.add("target_below_baseline", where, target=target, baseline=was)


def _read_plain_targets(rows: list[Row], header: Header, *, reading: Reading) -> None:
    for row in rows:
        title, aim = _text(row, header, role="title"), _text(row, header, role="target")
        unit = _text(row, header, role="measure_unit")
        needs_unit = bool(re.search(r"\d$", aim)) and bool(unit)
        words = f"{tidy(title)} {aim}{unit if unit == '%' else f' {unit}' if needs_unit else ''}"
        reading.targets.extend(
            Target(
                text=target.text, operator=target.operator, value=target.value, unit=target.unit,
                numerator=target.numerator, denominator=target.denominator,
            )
            for target in parse_targets(words.strip(), year=reading.year)
        )  # fmt: skip
