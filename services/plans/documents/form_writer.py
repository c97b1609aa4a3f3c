"""How does a plan become the platform's own workbook? The inverse of `form.py`.

What is written is read back as the same content: words as they were read, one thing a line.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from services.plans.documents.spreadsheet_writer import SheetOfWords, write_spreadsheet
from services.plans.domain.document_content import (
    Area,
    DocumentContent,
    Finding,
    IndexTarget,
    Responsibility,
    Target,
    Task,
)
from services.plans.domain.targets import decimal_text

Rows = list[Sequence[str]]
MARK = "CCHC 1"
_KINDS = {
    "plan": "Kế hoạch",
    "remediation_report": "Báo cáo khắc phục",
    "report": "Báo cáo",
}


def write_form(content: DocumentContent) -> bytes:
    """The .xlsx of a plan or report; sheets without anything to say keep their header."""
    return write_spreadsheet(
        [
            SheetOfWords("Thông tin", _facts(content), (24, 90)),
            SheetOfWords("Nhiệm vụ", _tasks(content.tasks), (8, 12, 60, 30, 30, 40, 24, 20)),
            SheetOfWords("Chỉ tiêu", _targets(content.targets), (6, 10, 10, 60, 9, 9, 12, 40, 40)),
            SheetOfWords("Chỉ số", _indices(content.index_targets)),
            SheetOfWords("Lĩnh vực", _areas(content.areas), (8, 40, 90)),
            SheetOfWords("Trách nhiệm", _duties(content.responsibilities), (40, 90, 30, 30)),
            SheetOfWords("Căn cứ", _bases(content), (16, 20, 14, 24, 90)),
            SheetOfWords("Tồn tại", _findings(content.findings), (8, 10, 8, 8, 60, 60, 20, 60, 20)),
        ]
    )


def _facts(content: DocumentContent) -> Rows:
    signer = content.signer
    return [
        ("Mục", "Nội dung"),
        ("Mẫu", MARK),
        ("Loại văn bản", _KINDS[content.document_kind]),
        ("Số", content.number or ""),
        ("Ký hiệu", content.symbol or ""),
        ("Ngày ban hành", _day(content.issued_on)),
        ("Số liệu đến ngày", _day(content.as_of)),
        ("Cơ quan ban hành", content.issuer or ""),
        ("Nơi ban hành", content.place or ""),
        ("Năm", str(content.year or "")),
        ("Trích yếu", content.title or ""),
        ("Thẩm quyền ký", signer.authority or ""),
        ("Chức vụ người ký", signer.position or ""),
        ("Người ký", signer.name or ""),
        ("Nơi nhận", "\n".join(content.recipients)),
    ]


def _tasks(tasks: Sequence[Task]) -> Rows:
    rows: Rows = [
        ("TT", "Lĩnh vực", "Nhiệm vụ", "Đơn vị chủ trì", "Đơn vị phối hợp", "Sản phẩm",
         "Thời hạn", "Ghi chú"),
    ]  # fmt: skip
    rows += [
        (
            task.ordinal or "",
            task.area or "",
            task.title,
            "\n".join(task.lead_units),
            "\n".join(task.coordinating_units),
            "\n".join(task.outputs),
            task.deadline.raw,
            "",
        )
        for task in tasks
    ]
    return rows


def _targets(targets: Sequence[Target]) -> Rows:
    rows: Rows = [
        ("TT", "Lĩnh vực", "Nhiệm vụ", "Chỉ tiêu", "So sánh", "Giá trị", "Đơn vị tính", "Tử số",
         "Mẫu số"),
    ]  # fmt: skip
    rows += [
        (
            str(number),
            target.area or "",
            target.task or "",
            target.text,
            target.operator,
            _figure(target.value),
            target.unit or "",
            target.numerator or "",
            target.denominator or "",
        )
        for number, target in enumerate(targets, start=1)
    ]
    return rows


def _indices(indices: Sequence[IndexTarget]) -> Rows:
    rows: Rows = [
        ("Chỉ số", "So sánh", "Giá trị", "Đơn vị tính", "Xếp hạng", "Trong số", "TT",
         "Tiêu chí thành phần", "Năm trước", "Điểm tối đa", "Phấn đấu"),
    ]  # fmt: skip
    for index in indices:
        facts = (
            index.index,
            index.operator or "",
            _figure(index.value),
            index.unit or "",
            str(index.position or ""),
            str(index.of or ""),
        )
        lines = [
            (c.ordinal or "", c.title, _figure(c.baseline), _figure(c.baseline_max),
             _figure(c.target))
            for c in index.components
        ] or [("",) * 5]  # fmt: skip
        rows += [(*(facts if place == 0 else ("",) * 6), *line) for place, line in enumerate(lines)]
    return rows


def _areas(areas: Sequence[Area]) -> Rows:
    rows: Rows = [("Mã", "Lĩnh vực", "Mục tiêu")]
    for area in areas:
        for place, objective in enumerate(area.objectives or ("",)):
            head = (area.code, area.title) if place == 0 else ("", "")
            rows.append((*head, objective))
    return rows


def _duties(responsibilities: Sequence[Responsibility]) -> Rows:
    rows: Rows = [("Đơn vị", "Nội dung", "Thời hạn", "Báo cáo về")]
    for item in responsibilities:
        for place, duty in enumerate(item.duties):
            unit = item.unit if place == 0 else ""
            deadline = duty.deadline.raw if duty.deadline else ""
            rows.append((unit, duty.text, deadline, duty.report_to or ""))
    return rows


def _bases(content: DocumentContent) -> Rows:
    rows: Rows = [("Loại văn bản", "Số, ký hiệu", "Ngày ban hành", "Cơ quan ban hành", "Trích yếu")]
    rows += [
        (basis.kind, basis.number or "", _day(basis.date), basis.issuer or "", basis.title or "")
        for basis in content.legal_bases
    ]
    return rows


def _findings(findings: Sequence[Finding]) -> Rows:
    rows: Rows = [
        ("Lĩnh vực", "Tiêu chí", "Điểm đạt", "Điểm tối đa", "Lý do", "Giải pháp", "Thời hạn",
         "Chưa rõ thời hạn", "Tiến độ", "Ghi chú"),
    ]  # fmt: skip
    rows += [
        (
            finding.area or "",
            finding.criterion or "",
            _figure(finding.points),
            _figure(finding.max),
            finding.reason or "",
            finding.measure or "",
            finding.deadline.raw if finding.deadline else "",
            "x" if finding.deadline and finding.deadline.kind == "unrecognised" else "",
            finding.progress or "",
            finding.note or "",
        )
        for finding in findings
    ]
    return rows


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _figure(value: Decimal | None) -> str:
    return "" if value is None else decimal_text(value)
