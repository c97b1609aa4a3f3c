"""Does `cchc deadline parse` answer on standard output, and refuse in Vietnamese?"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli.deadline import app
from services.plans.domain.deadlines import parse_deadline

CORPUS = Path(__file__).parents[1] / "data" / "deadlines"


def run(*arguments: str, stdin: str | bytes | None = None):
    return CliRunner().invoke(app, ["parse", *arguments], input=stdin)


def test_one_phrase_gives_one_json_object():
    result = run("Trước ngày 30/6", "--year", "2025", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == parse_deadline("Trước ngày 30/6", year=2025).as_json()
    assert "Trước ngày 30/6" in result.stdout
    assert result.stdout.count("\n") == 1


def test_standard_input_gives_one_object_a_line_blank_lines_too():
    lines = ["Quý IV", "", "Trước ngày 30/6/2023", "-", "  ", "xyz", '"Thường xuyên"']
    result = run("-", "--year", "2025", "--json", stdin="\n".join(lines) + "\n")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["raw"] for one in found] == lines
    assert [one["kind"] for one in found] == [
        "window",
        "unset",
        "date",
        "unset",
        "unset",
        "unrecognised",
        "continuous",
    ]


def test_the_whole_corpus_passes_through_standard_input():
    phrases = [
        phrase
        for file in sorted(CORPUS.glob("*.json"))
        for phrase in json.loads(file.read_text("utf-8"))
        if phrase["year"] == 2025 and "issued_on" not in phrase and "\n" not in phrase["raw"]
    ]
    result = run("-", "--year", "2025", "--json", stdin="\n".join(p["raw"] for p in phrases))
    found = [json.loads(line) for line in result.stdout.split("\n")[:-1]]
    assert found == [phrase["expected"] for phrase in phrases]


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b""])
def test_line_ends_and_byte_order_marks_are_not_part_of_a_phrase(end):
    result = run("-", "--year", "2025", "--json", stdin=b"\xef\xbb\xbf" + "Quý IV".encode() + end)
    assert json.loads(result.stdout)["raw"] == "Quý IV"


def test_bytes_that_are_not_text_are_unrecognised():
    result = run("-", "--year", "2025", "--json", stdin=b"Qu\xff IV\n")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["kind"] == "unrecognised"


def test_an_empty_standard_input_gives_nothing():
    result = run("-", "--year", "2025", "--json", stdin="")
    assert (result.exit_code, result.stdout) == (0, "")


def test_working_days_are_counted_on_the_calendar_of_vietnamese_offices():
    text = "Trong 05 ngày làm việc kể từ ngày ban hành"
    for issued_on in ("2025-04-25", "25/4/2025"):
        result = run(text, "--year", "2025", "--issued-on", issued_on, "--json")
        # Saturday 26/4 was worked for Friday 02/5; 30/4 and 01/5 are holidays
        assert json.loads(result.stdout)["due_on"] == "2025-05-06"


def test_a_text_may_begin_with_a_dash():
    result = run("- Tháng 6", "--year", "2025", "--json")
    assert json.loads(result.stdout)["due_on"] == "2025-06-30"


def test_without_a_year_only_what_needs_none_is_answered():
    assert json.loads(run("Quý IV/2025", "--json").stdout)["due_on"] == "2025-12-31"
    assert json.loads(run("Thường xuyên", "--json").stdout)["kind"] == "continuous"
    result = run("Quý IV", "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "không ghi năm" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Quý IV", "--year", "abc"], "--year phải là năm"),
        (["Quý IV", "--year", "0"], "--year phải là năm"),
        (["Quý IV", "--year", "२०२५"], "--year phải là năm"),
        (["Quý IV", "--year", "2025", "--issued-on", "31/02/2025"], "--issued-on phải là một ngày"),
        ([], "Thiếu câu chữ cần đọc"),
    ],
)
def test_bad_options_are_refused_in_vietnamese_with_status_2(arguments, said):
    result = run(*arguments, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Trước ngày 30/6", "trước ngày 30/06/2025"),
        ("Quý IV", "từ ngày 01/10/2025 đến hết ngày 31/12/2025"),
        ("Từ 15/3 đến trước 30/6", "từ ngày 15/03/2025 đến trước ngày 30/06/2025"),
        ("15/3; 15/6", "ngày 15/03/2025, 15/06/2025"),
        (
            "Hằng quý, trước ngày 15 của tháng cuối quý",
            "lặp lại hằng quý, trước ngày 15 của tháng cuối kỳ",
        ),
        ("Tháng 12 hằng năm", "lặp lại hằng năm, trong tháng 12"),
        ("Tháng cuối quý", "lặp lại hằng quý, trong tháng cuối kỳ"),
        ("trước ngày 10/12 hằng năm", "lặp lại hằng năm, trước ngày 10 tháng 12"),
        ("05 ngày trước khi họp", "5 ngày trước ngày xảy ra sự việc"),
        ("10 ngày làm việc kể từ ngày ký", "10 ngày làm việc kể từ ngày ban hành"),
        ("Thường xuyên; khi có yêu cầu", "thường xuyên, không có hạn cuối; và khi có sự việc"),
        ("Theo quy định", "theo quy định hoặc kế hoạch khác"),
        ("31/02", "chưa hiểu được; cần người xem lại"),
        ("…", "không ghi thời hạn"),
    ],
)
def test_without_json_the_answer_is_a_vietnamese_line(text, said):
    result = run(text, "--year", "2025")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{text} → {said}")


def test_help_is_in_vietnamese():
    result = CliRunner().invoke(app, ["parse", "--help"])
    assert "Cho biết một thời hạn viết bằng chữ nghĩa là gì" in result.stdout
