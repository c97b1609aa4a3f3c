"""`cchc plan parse` as an officer or a script uses it."""

import json
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from services.cli.plan_parse import app as parse_app
from services.plans.documents import read_document
from tests.support.documents import BINH_DINH, DONG_NAI, HA_TINH

app = Typer()
app.add_typer(parse_app, name="plan")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["plan", "parse", *arguments])


@pytest.mark.parametrize("sample", [BINH_DINH, DONG_NAI, HA_TINH], ids=lambda path: path.stem)
def test_with_json_standard_output_is_exactly_the_json(sample: Path) -> None:
    result = run(str(sample), "--json")
    content = read_document(sample.read_bytes(), file_name=sample.name)
    assert result.exit_code == 0
    assert json.loads(result.stdout_bytes) == content.as_json()
    assert "Sở Văn hóa".encode() in result.stdout_bytes or sample == HA_TINH
    assert result.stderr == ""


def test_without_json_a_person_reads_number_tasks_leads_deadlines_and_warnings() -> None:
    lines = run(str(BINH_DINH)).stdout.splitlines()
    assert "Số, ký hiệu: 1205/KH-SVHTT" in lines
    assert "Ngày ban hành: 16/06/2023" in lines
    assert "Nhiệm vụ (8):" in lines
    assert (
        "      chủ trì: Bảo tàng tỉnh; Bảo tàng Quang Trung; Thư viện tỉnh; Trung tâm Võ thuật cổ truyền"
        in lines
    )
    assert "      thời hạn: Trước ngày 30/6/2023 → 30/06/2023" in lines
    assert "  ! Số thứ tự nhảy từ 6 sang 8 (thiếu 7). (Bảng 2)" in lines


def test_findings_of_a_remediation_report_are_in_the_summary() -> None:
    lines = run(str(HA_TINH)).stdout.splitlines()
    assert "Tồn tại, hạn chế (19):" in lines
    assert any(line.startswith("  7.1.1.7 1.7/2: ") for line in lines)


def test_what_cannot_be_read_ends_with_two_and_a_sentence(tmp_path: Path) -> None:
    text = tmp_path / "ke-hoach.docx"
    text.write_text("KẾ HOẠCH")
    cases = {
        (): "Hãy nêu tệp cần đọc. Ví dụ: cchc plan parse ke-hoach.docx",
        (str(tmp_path / "none.docx"),): f"Không có tệp {tmp_path / 'none.docx'}.",
        (str(tmp_path),): f"Không mở được tệp {tmp_path}.",
        (str(text), "--json"): "Đây không phải tệp đọc được. "
        "Hãy gửi tệp Word (.docx), Excel (.xlsx) hoặc văn bản (.txt, .md).",
    }
    for arguments, sentence in cases.items():
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.strip() == sentence
