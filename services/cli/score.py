"""Which scores do these files give? `cchc score` works without the platform."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from services.scoring.domain import (
    CriteriaSet,
    InvalidData,
    Problem,
    Result,
    UnitInputs,
    check_printed_results,
    evaluate,
    lint_criteria_set,
    parse_criteria_set,
    parse_inputs,
    parse_printed_results,
)
from services.scoring.domain.json_text import MAX_MEGABYTES, read_json
from services.scoring.domain.schemas import SCHEMAS
from services.scoring.domain.texts import said

app = typer.Typer(
    help="Chấm điểm theo bộ tiêu chí và kiểm tra bảng kết quả đã in.", no_args_is_help=True
)

_FOUND = 1
_UNUSABLE = 2
_LONG_WORK = 200


class Tongue(StrEnum):
    """The languages of messages."""

    vi = "vi"
    en = "en"


class SchemaName(StrEnum):
    """The formats that are published."""

    criteria_set = "criteria-set"
    inputs = "inputs"
    result = "result"
    printed_results = "printed-results"


_AsJson = Annotated[bool, typer.Option("--json", help="Chỉ in JSON ra đầu ra chuẩn.")]
_Lang = Annotated[Tongue, typer.Option("--lang", help="Ngôn ngữ của thông báo: vi hoặc en.")]


@app.command(
    "evaluate", help="Chấm điểm từ tệp bộ tiêu chí và tệp số liệu, không cần hệ thống chạy."
)
def evaluate_files(
    *,
    criteria: Annotated[Path, typer.Option(help="Tệp JSON của bộ tiêu chí.")],
    inputs: Annotated[Path, typer.Option(help="Tệp JSON số liệu của một hay nhiều đơn vị.")],
    as_json: _AsJson = False,
    lang: _Lang = Tongue.vi,
) -> None:
    """Prints the result of each unit: an object for an object, a list for a list."""
    set_data, input_data = _read(criteria, lang), _read(inputs, lang)
    try:
        criteria_set = parse_criteria_set(set_data)
        problems = criteria_set.outline.problems
    except InvalidData as error:
        _stop(criteria, error.problems, lang)
    if problems:
        _stop(criteria, problems, lang)
    _say(criteria, lint_criteria_set(criteria_set), lang)
    try:
        units = parse_inputs(input_data, criteria_set)
    except InvalidData as error:
        _stop(inputs, error.problems, lang)
    results = [result.as_json() for result in _evaluated(criteria_set, units)]
    if as_json:
        _print_json(results if isinstance(input_data, list) else results[0])
    else:
        for result in results:
            _print(_table(result, lang))


@app.command("check", help="Tính lại một bảng kết quả đã in và liệt kê những chỗ không khớp.")
def check_table(
    *,
    results: Annotated[Path, typer.Option(help="Tệp JSON của bảng (xem: schema printed-results).")],
    as_json: _AsJson = False,
    strict: Annotated[bool, typer.Option("--strict", help="Mã thoát 1 nếu có chỗ sai.")] = False,
    lang: _Lang = Tongue.vi,
) -> None:
    """Prints what does not add up; that is a failure only with `--strict`."""
    data = _read(results, lang)
    try:
        table = parse_printed_results(data)
    except InvalidData as error:
        _stop(results, error.problems, lang)
    problems = check_printed_results(table)
    wrong = any(problem.severity == "error" for problem in problems)
    if as_json:
        listed = [_finding(problem) for problem in problems]
        _print_json({"ok": not wrong, "rows": len(table.rows), "problems": listed})
    else:
        for problem in problems:
            _print(f"{problem.pointer}: {problem.message(lang.value)}")
        found = f"{len(table.rows)} dòng, {len(problems)} chỗ không khớp."
        other = f"{len(table.rows)} rows, {len(problems)} that do not add up."
        _print(found if lang is Tongue.vi else other)
    if strict and wrong:
        raise typer.Exit(_FOUND)


@app.command("schema", help="In JSON Schema của một định dạng tệp.")
def print_schema(name: Annotated[SchemaName, typer.Argument(help="Tên định dạng.")]) -> None:
    """Prints one of the schemas of `docs/schemas`."""
    _print_json(SCHEMAS[name.value]())


def _read(path: Path, lang: Tongue) -> object:
    """The data of a JSON file; anything else ends the command with a sentence."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_MEGABYTES * 1024 * 1024 + 1)
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError)
        code = "file_missing" if missing else "file_unreadable"
        _stop(path, [Problem("", code)], lang)
    try:
        return read_json(raw)
    except InvalidData as error:
        _stop(path, error.problems, lang)


def _evaluated(criteria_set: CriteriaSet, units: Sequence[UnitInputs]) -> Iterator[Result]:
    """The results one by one, with a bar on the error output when it takes long."""
    hidden = len(units) < _LONG_WORK or not sys.stderr.isatty()
    with typer.progressbar(units, label="Chấm điểm", file=sys.stderr, hidden=hidden) as shown:
        for unit in shown:
            yield evaluate(criteria_set, unit)


def _stop(path: Path, problems: Sequence[Problem], lang: Tongue) -> NoReturn:
    _say(path, problems, lang)
    raise typer.Exit(_UNUSABLE)


def _say(path: Path, problems: Iterable[Problem], lang: Tongue) -> None:
    """One line per problem on the error output: file, place, sentence."""
    for problem in problems:
        words = {"error": ("Lỗi", "Error"), "warning": ("Cảnh báo", "Warning")}[problem.severity]
        word = words[0] if lang is Tongue.vi else words[1]
        place = f"{path}{' ' if problem.pointer else ''}{problem.pointer}"
        line = f"{word}: {place}: {problem.message(lang.value)}"
        typer.echo(line.encode("utf-8", errors="replace"), err=True)


def _finding(problem: Problem) -> dict[str, Any]:
    return {
        "row": problem.params.get("criterion"),
        **problem.as_json(),
        "printed": _figure(problem.params.get("printed")),
        "computed": _figure(problem.params.get("computed")),
    }


def _figure(value: object) -> str | None:
    return None if value is None else said(value, "en")


def _table(data: dict[str, Any], lang: Tongue) -> str:
    """The result for a reader at a terminal."""
    point = "," if lang is Tongue.vi else "."
    rows = [f"{data['unit']}", data["explanation"][lang.value]]
    for area in data["areas"]:
        share = f"{area['points']}/{area['max']}".replace(".", point)
        rows.append(f"  {area['code']}: {share}")
    rows += [f"    {line['code']}: {line['explanation'][lang.value]}" for line in data["lines"]]
    return "\n".join(rows)


def _print_json(data: object) -> None:
    _print(json.dumps(data, ensure_ascii=False, indent=2))


def _print(text: str) -> None:
    # bytes, so that a terminal that is not UTF-8 is no reason to fail
    typer.echo(text.encode("utf-8", errors="replace"))
