"""The three sample documents against what a careful person took from them (tests/data/cases)."""

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from services.plans.documents import read_document
from services.plans.domain.document_content import DocumentContent
from tests.support.documents import BINH_DINH, DATA, DONG_NAI, HA_TINH


@cache
def read(sample: Path) -> DocumentContent:
    return read_document(sample.read_bytes(), file_name=sample.name)


def case(name: str) -> Any:
    return json.loads((DATA / "cases" / f"{name}.json").read_text("utf-8"))


def figure(printed: str) -> Decimal:
    return Decimal(printed.replace(",", "."))


def codes(content: DocumentContent) -> Counter[str]:
    return Counter(warning.code for warning in content.warnings)


class TestBinhDinhPlan:
    @pytest.fixture
    def content(self) -> DocumentContent:
        return read(BINH_DINH)

    @pytest.fixture
    def known(self) -> Any:
        return case("plan_binhdinh_svhtt_2023")

    def test_the_letterhead_is_whole_although_the_number_is_written_apart(
        self, content: DocumentContent, known: Any
    ) -> None:
        assert (content.document_kind, content.number, content.symbol) == (
            "plan", known["number"], "KH-SVHTT",
        )  # fmt: skip
        assert content.issued_on == date.fromisoformat(known["date"])
        assert (content.place, content.issuer) == ("Bình Định", "Sở Văn hóa và Thể thao")
        assert content.year == known["year"]
        assert content.title is not None
        assert content.title.startswith("Triển khai thực hiện cải thiện, nâng cao Chỉ số hài lòng")
        assert content.title.endswith("năm 2023 tại Sở Văn hóa và Thể thao")

    def test_the_signer_and_the_recipients_are_read(self, content: DocumentContent) -> None:
        signer = content.signer
        assert (signer.authority, signer.position, signer.name) == (
            None,
            "GIÁM ĐỐC",
            "Tạ Xuân Chánh",
        )
        assert content.recipients == (
            "Sở Nội vụ (để báo cáo)",
            "Lãnh đạo Sở (để theo dõi)",
            "Các phòng, đơn vị thuộc Sở",
            "Lưu: VT, VP",
        )

    def test_the_plan_of_the_province_is_its_legal_basis(self, content: DocumentContent) -> None:
        (basis,) = content.legal_bases
        assert (basis.kind, basis.number, basis.issuer) == ("Kế hoạch", "107/KH-UBND", "UBND tỉnh")
        assert basis.date == date(2023, 6, 8)
        assert basis.title is not None
        assert basis.title.endswith("(PAR INDEX) tỉnh Bình Định năm 2023")

    @pytest.mark.parametrize("place", [0, 1])
    def test_the_index_tables_give_the_figures_of_the_case(
        self, place: int, content: DocumentContent, known: Any
    ) -> None:
        found, wanted = content.index_targets[place], known["index_targets"][place]
        assert found.index == wanted["index"]
        assert f"≥{found.value}{found.unit}" == wanted["target"]
        assert found.operator == ">="
        assert wanted["rank_target"] == f"{found.position}/{found.of} sở, ngành"
        for component, row in zip(found.components, wanted["components"], strict=True):
            points, _, most = row["y2022"].partition("/")
            assert component.ordinal == str(row["no"])
            assert component.baseline == figure(points)
            assert component.baseline_max == (figure(most) if most else None)
            assert component.target == figure(row["target2023"])

    def test_the_tasks_have_the_leads_and_coordinating_units_of_the_case(
        self, content: DocumentContent, known: Any
    ) -> None:
        tasks, rows = content.tasks, known["tasks"]
        assert [task.ordinal for task in tasks] == [str(row["no"]) for row in rows]
        assert [list(task.lead_units) for task in tasks] == [row["lead"] for row in rows]
        assert [list(task.coordinating_units) for task in tasks] == [
            row["coordinating"] for row in rows
        ]
        assert [len(task.lead_units) for task in tasks] == [1, 1, 1, 4, 1, 2, 2, 1]

    def test_the_deadlines_are_those_of_the_case(
        self, content: DocumentContent, known: Any
    ) -> None:
        for task, row in zip(content.tasks, known["tasks"], strict=True):
            due = row["deadline_norm"].get("due")
            assert task.deadline.raw == row["deadline_raw"]
            assert task.deadline.due_on == (date.fromisoformat(due) if due else None)
        kinds = [task.deadline.kind for task in content.tasks]
        assert kinds == [
            "window", "date", "as_prescribed", "date", "date", "recurring", "recurring", "date",
        ]  # fmt: skip

    def test_each_quantity_of_a_task_is_one_target(
        self, content: DocumentContent, known: Any
    ) -> None:
        for task, row in zip(content.tasks, known["tasks"], strict=True):
            wanted = row.get("targets", [row["target"]] if "target" in row else [])
            assert [(t.operator, t.value, t.unit) for t in task.targets] == [
                (">=", Decimal(t["value"]), t["unit"]) for t in wanted
            ]
            assert all(target.task == task.ordinal for target in task.targets)

    def test_a_row_torn_by_a_page_break_is_one_task_with_whole_sentences(
        self, content: DocumentContent
    ) -> None:
        second, sixth = content.tasks[1], content.tasks[5]
        assert second.outputs[0].endswith("đánh giá chỉ số cải cách chính năm 2023")
        assert len(sixth.outputs) == 4
        assert [(t.numerator, t.denominator) for t in sixth.targets][1] == (
            "hồ sơ giải quyết trực tuyến của dịch vụ công trực tuyến toàn trình",
            "Tổng số hồ sơ giải quyết dịch vụ công trực tuyến toàn trình",
        )
        assert sixth.targets[3].denominator == "Tổng số giao dịch thanh"

    def test_every_target_is_listed_once_those_of_tasks_too(self, content: DocumentContent) -> None:
        inside = [target for task in content.tasks for target in task.targets]
        assert [target for target in content.targets if target.task] == inside
        outside = [(t.operator, t.value, t.unit) for t in content.targets if not t.task]
        assert outside == [
            (">=", Decimal(95), "%"), ("<=", Decimal(5), "hạng"),
            (">=", Decimal(90), "%"), ("<=", Decimal(10), "hạng"),
        ]  # fmt: skip

    def test_the_reporting_duty_knows_its_periods_its_day_and_its_addressee(
        self, content: DocumentContent
    ) -> None:
        groups, office = content.responsibilities
        assert groups.unit == "Các phòng chuyên môn, các đơn vị trực thuộc Sở"
        report = groups.duties[1]
        assert report.report_to == "Giám đốc Sở (Qua Văn phòng Sở)"
        assert report.deadline is not None
        assert report.deadline.recurrence is not None
        assert report.deadline.recurrence.as_json() == {
            "every": ["quarter", "half_year", "year"],
            "day": 15,
            "month": None,
            "of": "last_month_of_period",
        }
        assert office.unit == "Văn phòng Sở Văn hóa và Thể thao"
        assert len(office.duties) == 3
        last = office.duties[2].deadline
        assert last is not None
        assert last.recurrence is not None
        assert last.recurrence.every == ("quarter", "half_year", "nine_months", "year")
        assert office.duties[0].deadline is None

    def test_what_the_case_calls_defects_is_warned_about(self, content: DocumentContent) -> None:
        found = codes(content)
        assert found == Counter(
            {
                "annex_number_blank": 1,
                "annex_date_blank": 1,
                "numbering_jump": 1,
                "target_below_max": 1,
                "deadline_as_prescribed": 1,
                "multiple_leads": 3,
                "group_lead": 1,
                "text_cut": 1,
                "unit_spellings": 2,
            }
        )
        jump = next(w for w in content.warnings if w.code == "numbering_jump")
        assert jump.message == "Số thứ tự nhảy từ 6 sang 8 (thiếu 7)."
        assert jump.where == "Bảng 2"


class TestDongNaiPlan:
    @pytest.fixture
    def content(self) -> DocumentContent:
        return read(DONG_NAI)

    @pytest.fixture
    def known(self) -> Any:
        return case("plan_dongnai_svhttdl_2025")

    def test_a_blank_serial_leaves_the_symbol_and_no_number(self, content: DocumentContent) -> None:
        assert (content.number, content.symbol, content.issued_on) == (None, "KH-SVHTTDL", None)
        assert (content.place, content.year) == ("Đồng Nai", 2025)
        assert content.title == "Cải cách hành chính Sở Văn hóa, Thể thao và Du lịch năm 2025"
        assert content.issuer == "Sở Văn hóa, Thể thao và Du lịch"
        assert content.signer.name == "Lê Thị Ngọc Loan"

    def test_four_documents_are_cited_and_the_wrong_symbol_is_noticed(
        self, content: DocumentContent
    ) -> None:
        cited = [(basis.kind, basis.number, str(basis.date)) for basis in content.legal_bases]
        assert cited == [
            ("Nghị quyết", "76/NQ-CP", "2022-07-15"),
            ("Nghị quyết", "131/NQ-CP", "2022-10-06"),
            ("Quyết định", "3183/QĐ-UBND", "2021-09-09"),
            ("Kế hoạch", "417/QĐ-UBND", "2024-12-31"),
        ]
        assert codes(content)["legal_basis_kind_mismatch"] == 1

    def test_the_seven_areas_carry_their_objectives(self, content: DocumentContent) -> None:
        areas = content.areas
        assert [area.code for area in areas] == ["1", "2", "3", "4", "5", "6", "7"]
        assert areas[0].title == "Cải cách thể chế"
        assert [len(area.objectives) for area in areas] == [4, 11, 2, 1, 2, 7, 5]
        torn = areas[1].objectives[-1]
        assert torn.endswith("Sở, ngành có liên quan kết nối, chia sẻ")

    def test_every_target_of_the_case_is_found_in_its_area(
        self, content: DocumentContent, known: Any
    ) -> None:
        operators = {"rank<=": "<=", ">prev_year": ">prev"}
        found = Counter((t.area, t.operator, t.value) for t in content.targets)
        for row in known["targets"]:
            area = "2" if row.get("_line") == 71 else str(row["area"])  # printed under area 2
            value = None if row["value"] is None else Decimal(row["value"])
            assert found[(area, operators.get(row["op"], row["op"]), value)] > 0, row
        assert len(content.targets) == 27

    def test_tasks_of_the_running_text_belong_to_their_area_and_ask_for_a_lead(
        self, content: DocumentContent
    ) -> None:
        tasks = content.tasks
        assert Counter(task.area for task in tasks) == {
            "1": 7, "2": 7, "3": 11, "4": 9, "5": 8, "6": 11, "7": 6,
        }  # fmt: skip
        assert len({task.ordinal for task in tasks}) == len(tasks)
        assert tasks[2].ordinal == "1.2.3.1"
        assert tasks[2].title.startswith(
            "Nâng cao chất lượng công tác xây dựng pháp luật: Đổi mới, nâng cao chất lượng xây dựng"
        )
        assert codes(content)["prose_tasks_without_lead"] == 1

    def test_the_five_units_have_their_duties(self, content: DocumentContent) -> None:
        found = [(item.unit, len(item.duties)) for item in content.responsibilities]
        assert found == [
            ("Văn phòng Sở", 9),
            ("Các phòng chuyên môn thuộc Sở", 3),
            ("Phòng Kế hoạch Tài chính", 2),
            ("Phòng Văn hóa và Thông tin các huyện, thành phố", 3),
            ("Các đơn vị trực thuộc Sở", 2),
        ]
        report = content.responsibilities[3].duties[1]
        assert report.report_to == "Sở Văn hóa, Thể thao và Du lịch"
        assert report.deadline is not None
        assert report.deadline.recurrence is not None
        assert report.deadline.recurrence.every == ("quarter", "half_year", "nine_months", "year")


@pytest.mark.parametrize("sample", [BINH_DINH, DONG_NAI, HA_TINH], ids=lambda path: path.stem)
def test_the_json_reads_back_as_the_same_content(sample: Path) -> None:
    content = read(sample)
    written = json.loads(json.dumps(content.as_json(), ensure_ascii=False))
    assert DocumentContent.from_json(written) == content
    assert list(written) == [
        "document_kind", "number", "symbol", "issued_on", "as_of", "issuer", "place", "title",
        "year", "signer", "legal_bases", "recipients", "areas", "index_targets", "targets", "tasks",
        "responsibilities", "findings", "warnings",
    ]  # fmt: skip
