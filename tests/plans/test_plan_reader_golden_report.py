"""The remediation report of Hà Tĩnh against what a careful person took from it."""

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from services.plans.documents import read_document
from services.plans.domain.document_content import DocumentContent
from services.plans.domain.targets.wording import fold
from tests.support.documents import DATA, HA_TINH


@cache
def read() -> DocumentContent:
    return read_document(HA_TINH.read_bytes(), file_name=HA_TINH.name)


def figure(printed: str) -> Decimal:
    return Decimal(printed.replace(",", "."))


def codes(content: DocumentContent) -> Counter[str]:
    return Counter(warning.code for warning in content.warnings)


class TestHaTinhRemediationReport:
    @pytest.fixture
    def content(self) -> DocumentContent:
        return read()

    @pytest.fixture
    def known(self) -> Any:
        case = DATA / "cases" / "remediation_hatinh_sngv_2022.json"
        return json.loads(case.read_text("utf-8"))

    def test_it_is_a_remediation_report_of_the_year_it_was_made(
        self, content: DocumentContent
    ) -> None:
        assert content.document_kind == "remediation_report"
        assert (content.as_of, content.year) == (date(2022, 9, 14), 2022)
        assert (content.number, content.symbol, content.issued_on) == (None, None, None)
        assert content.issuer == "Văn phòng - Thanh tra Sở"
        assert content.signer.position == "CHÁNH VĂN PHÒNG"
        assert content.legal_bases[0].number == "80/BC-SNgV"

    def test_every_criterion_that_lost_points_is_a_finding_with_its_points(
        self, content: DocumentContent, known: Any
    ) -> None:
        wanted = {
            row["code"]: (figure(row["score"]), figure(row["max"]), area["code"])
            for area in known["areas"]
            for row in area["deducted"]
        }
        found = {f.criterion: (f.points, f.max, f.area) for f in content.findings if f.criterion}
        assert found == wanted

    def test_the_areas_have_their_titles(self, content: DocumentContent, known: Any) -> None:
        titles = {area.code: area.title for area in content.areas}
        for area in known["areas"]:
            assert fold(titles[area["code"]]).find(fold(area["name"].split()[0])) >= 0
        assert titles["7.2"] == "Áp dụng Hệ thống quản lý chất lượng ISO 9001:2015"

    def test_blocks_that_pair_one_to_one_are_paired(self, content: DocumentContent) -> None:
        by_code = {finding.criterion: finding for finding in content.findings}
        assert str(by_code["1.2"].measure).startswith("Tham mưu triển khai cũng như đôn đốc")
        assert str(by_code["1.7"].measure).startswith("Tiếp tục vận động, khuyến khích")
        assert str(by_code["1.7"].progress).endswith("đến thời điểm này chưa có sáng kiến")
        assert str(by_code["6.5.5"].measure).startswith("Rà soát, đánh giá khả năng tự chủ")
        deadline = by_code["4.1.1"].deadline
        assert deadline is not None
        assert (deadline.raw, deadline.due_on) == ("Quý IV", date(2022, 12, 31))

    def test_blocks_that_do_not_pair_stay_on_the_row_with_a_warning(
        self, content: DocumentContent
    ) -> None:
        first = [finding for finding in content.findings if finding.area == "1"]
        kept = {finding.deadline.raw for finding in first if finding.deadline}
        assert kept == {"Thường xuyên; Thường xuyên; -; Thường xuyên; Thường xuyên"}
        assert {f.deadline.kind for f in first if f.deadline} == {"unrecognised"}
        digital = [finding for finding in content.findings if finding.area == "7.1"]
        assert len({finding.measure for finding in digital}) == 1
        rows = [w.where for w in content.warnings if w.code == "unpaired"]
        assert rows == ["Bảng 1, TT 1", "Bảng 1, TT 2", "Bảng 1, TT 4", "Bảng 1, TT 5"]

    def test_the_reasons_are_kept_without_the_points(self, content: DocumentContent) -> None:
        by_code = {finding.criterion: finding.reason for finding in content.findings}
        assert by_code["1.7"] == "Không có sáng kiến cấp tỉnh về công tác CCHC năm trước liền kề"
        assert by_code["7.2.6"] == (
            "việc sắp xếp và lưu trữ hồ sơ chỉ đảm bảo từ 70% - <90% quy định"
        )
        assert str(by_code["2.1.5"]).startswith("Sở cung cấp danh mục và 27 văn bản")

    def test_the_self_check_of_the_running_text_is_six_findings(
        self, content: DocumentContent, known: Any
    ) -> None:
        listed = [finding for finding in content.findings if finding.criterion is None]
        assert len(listed) == len(known["self_inspection_2022_06_28"])
        assert listed[1].reason is not None
        assert listed[1].reason.startswith("Chưa có bài báo tuyên truyền")

    def test_the_years_that_disagree_and_the_wrong_sum_are_warned_about(
        self, content: DocumentContent
    ) -> None:
        found = codes(content)
        assert found["year_disagreement"] == 1
        assert found["points_do_not_add_up"] == 0
        wrong = next(w for w in content.warnings if w.code == "printed_sum_disagrees")
        assert wrong.message == "Phép tính in trong văn bản ra 1,35, nhưng văn bản ghi 1,39."
