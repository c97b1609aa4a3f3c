"""`cchc score`: results on the output, sentences on the error output, never a traceback."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from services.cli.score import app
from services.scoring.domain.json_text import MAX_MEGABYTES
from tests.scoring.engine_cases import DATA, RULEBOOKS, a_set, leaf, load, scored

CRITERIA = DATA / "ha-tinh-2021.criteria.json"
INPUTS = DATA / "ha-tinh-2021.inputs.json"
PRINTED = DATA / "ha-tinh-2021.printed.json"
SAMPLE = RULEBOOKS / "binh-dinh-svhtt-2023-sample.json"


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result


def evaluate(criteria: object, inputs: object, *more: str) -> Result:
    return run("evaluate", "--criteria", criteria, "--inputs", inputs, *more)


def written(folder: Path, name: str, content: Any) -> Path:
    file = folder / name
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    file.write_bytes(raw)
    return file


def test_evaluate_prints_the_result_of_the_engine_as_json_and_nothing_else() -> None:
    result = evaluate(CRITERIA, INPUTS, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == scored(load(CRITERIA), load(INPUTS)["values"]) | {
        "unit": "Sở Ngoại vụ Hà Tĩnh",
        "hash": json.loads(result.stdout)["hash"],
    }


def test_a_list_of_inputs_gives_a_list_of_results(tmp_path: Path) -> None:
    units = [{"unit": "A", "values": {}}, {"unit": "B", "values": {}}]
    result = evaluate(CRITERIA, written(tmp_path, "hai.json", units), "--json")
    assert [entry["unit"] for entry in json.loads(result.stdout)] == ["A", "B"]
    empty = evaluate(CRITERIA, written(tmp_path, "không.json", []), "--json")
    assert json.loads(empty.stdout) == []


def test_warnings_about_the_set_go_to_the_error_output_and_do_not_stop_it(tmp_path: Path) -> None:
    inputs = written(tmp_path, "a.json", {"unit": "A", "values": {}})
    result = evaluate(SAMPLE, inputs, "--json")
    assert json.loads(result.stdout)["applicable_max"] == "60"
    assert "Cảnh báo" in result.stderr
    assert "Tiêu chí 8" in result.stderr


def test_maxima_that_do_not_add_up_are_said_but_the_leaves_are_calculated(tmp_path: Path) -> None:
    area = {"code": "1", "parent": None, "title": "A", "max_points": "11"}
    data = a_set(area, leaf("1.1", {"kind": "manual"}, most="2", parent="1"))
    values = {"1.1": {"points": "1", "reason": "x"}}
    inputs = written(tmp_path, "a.json", {"unit": "A", "values": values})
    result = evaluate(written(tmp_path, "set.json", data), inputs, "--json")
    assert json.loads(result.stdout)["index"] == "50.00"
    assert "điểm tối đa ghi 11 nhưng tổng các tiêu chí con là 2" in result.stderr


def test_without_json_a_person_can_read_it_in_either_language() -> None:
    assert "Tổng 72,06/77,75 điểm; chỉ số 92,68" in evaluate(CRITERIA, INPUTS).stdout
    assert "72.06 of 77.75 points; index 92.68" in evaluate(CRITERIA, INPUTS, "--lang", "en").stdout


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"   ",
        b"{",
        b"{'a': 1}",
        b"[1,]",
        b"nope",
        b"\xff\xfe\x00\x01",
        b"PK\x03\x04\x00\x00\xc3\x28",
        b"\x00" * 100,
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b'{"unit": "A", "unit": "B"}',
        b'{"unit": NaN}',
        b'{"unit": -Infinity}',
        b"1" * 10_000,
        b'"\\ud800"',
        b"null",
        b"[]",
        b"5",
        b'"x"',
        b'{"code": 1}',
    ],
    ids=lambda raw: repr(raw[:20]),
)
def test_a_set_that_cannot_be_read_is_one_vietnamese_sentence_with_the_file(
    raw: bytes, tmp_path: Path
) -> None:
    file = written(tmp_path, "bộ tiêu chí.json", raw)
    result = evaluate(file, INPUTS, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "bộ tiêu chí.json" in result.stderr
    assert result.stderr.startswith("Lỗi: ")


def test_a_byte_order_mark_is_no_reason_to_refuse_a_file(tmp_path: Path) -> None:
    file = written(tmp_path, "bom.json", b"\xef\xbb\xbf" + INPUTS.read_bytes())
    assert evaluate(CRITERIA, file, "--json").exit_code == 0


def test_a_file_that_is_missing_or_a_folder_or_too_large_is_said_so(tmp_path: Path) -> None:
    assert "Không tìm thấy tệp" in evaluate(tmp_path / "a.json", INPUTS).stderr
    folder = evaluate(tmp_path, INPUTS)
    assert (folder.exit_code, "Không đọc được tệp" in folder.stderr) == (2, True)
    large = written(tmp_path, "lớn.json", b" " * (MAX_MEGABYTES * 1024 * 1024 + 1))
    assert f"Lớn quá {MAX_MEGABYTES} MB" in evaluate(large, INPUTS).stderr


def test_a_wrong_value_names_file_criterion_and_place(tmp_path: Path) -> None:
    data = load(INPUTS)
    data["values"]["7.1.1.7"] = {"numerator": "85,5", "denominator": "100"}
    result = evaluate(CRITERIA, written(tmp_path, "số liệu.json", data), "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("Lỗi")]
    for part in ("số liệu.json", "/values/7.1.1.7/numerator", "Tiêu chí 7.1.1.7: "):
        assert part in line


def test_english_is_available_for_errors_too(tmp_path: Path) -> None:
    inputs = written(tmp_path, "a.json", {"unit": "A", "values": {"9": {}}})
    result = evaluate(CRITERIA, inputs, "--lang", "en")
    assert "Error: " in result.stderr
    assert "Criterion 9: is not in the criteria set" in result.stderr


def test_a_cycle_is_refused_and_names_its_criteria(tmp_path: Path) -> None:
    rule = {"kind": "aggregate_of_others", "over": ["1", "2"]}
    file = written(tmp_path, "vòng.json", a_set(leaf("1", rule), leaf("2", rule)))
    result = evaluate(file, INPUTS, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "thành vòng: 1, 2" in result.stderr


def test_check_lists_what_does_not_add_up_in_the_report_of_ha_tinh() -> None:
    result = run("check", "--results", PRINTED, "--json")
    answer = json.loads(result.stdout)
    (problem,) = answer["problems"]
    assert (answer["ok"], answer["rows"], result.exit_code) == (False, 19, 0)
    assert (problem["row"], problem["code"]) == ("1.2", "formula_wrong")
    assert (problem["printed"], problem["computed"]) == ("1.39", "1.35")


def test_check_can_be_read_and_fails_only_when_asked_to() -> None:
    plain = run("check", "--results", PRINTED)
    assert "tính lại được 1,35, không phải 1,39" in plain.stdout
    assert "19 dòng, 1 chỗ không khớp." in plain.stdout
    assert run("check", "--results", PRINTED, "--strict").exit_code == 1
    assert "1 that do not add up" in run("check", "--results", PRINTED, "--lang", "en").stdout


def test_check_of_a_sound_table_finds_nothing(tmp_path: Path) -> None:
    table = {"rows": [{"code": "1", "points": "9,25", "max": "11"}]}
    result = run("check", "--results", written(tmp_path, "a.json", table), "--json", "--strict")
    assert (json.loads(result.stdout), result.exit_code) == (
        {"ok": True, "rows": 1, "problems": []},
        0,
    )


def test_check_refuses_a_table_it_cannot_read(tmp_path: Path) -> None:
    result = run("check", "--results", written(tmp_path, "bảng.json", {"rows": 5}), "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "bảng.json /rows: Phải là danh sách" in result.stderr


@pytest.mark.parametrize("name", ["criteria-set", "inputs", "result", "printed-results"])
def test_schema_prints_the_published_schema(name: str) -> None:
    published = Path(__file__).parents[2] / "docs" / "schemas" / f"{name}.schema.json"
    assert run("schema", name).stdout == published.read_text(encoding="utf-8")


def test_the_help_is_vietnamese() -> None:
    assert "Chấm điểm từ tệp bộ tiêu chí" in run("--help").stdout
    assert "Tệp JSON của bộ tiêu chí" in run("evaluate", "--help").stdout


def test_as_a_real_command_it_needs_no_utf8_terminal() -> None:
    code = "from services.cli.score import app; app()"
    arguments = ["evaluate", "--criteria", str(CRITERIA), "--inputs", str(INPUTS), "--json"]
    done = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-c", code, *arguments],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"},
    )
    assert json.loads(done.stdout)["unit"] == "Sở Ngoại vụ Hà Tĩnh"
    assert done.stderr == b"" or "Cảnh báo".encode() in done.stderr
