"""How does a plan read as a workbook? The sheets of docs/import-workbook.md, read back by the reader.

Every text stands as it was written, deadlines in their own words; what was understood of them is
understood again when the workbook is read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from shared.workbooks import Cell, Look, Sheet

Json = Mapping[str, Any]
TEMPLATE = "CCHC 1"
KINDS = {"plan": "Kế hoạch", "remediation_report": "Báo cáo khắc phục", "report": "Báo cáo"}
INFO, TASKS, TARGETS = "Thông tin", "Nhiệm vụ", "Chỉ tiêu"
# field of the content → column, width in characters
TASK_COLUMNS = {
    "ordinal": ("TT", 7),
    "area": ("Lĩnh vực", 9),
    "title": ("Nhiệm vụ", 52),
    "lead_units": ("Đơn vị chủ trì", 28),
    "coordinating_units": ("Đơn vị phối hợp", 28),
    "outputs": ("Sản phẩm", 36),
    "deadline": ("Thời hạn", 22),
}
TARGET_COLUMNS = {
    "area": ("Lĩnh vực", 9),
    "task": ("Nhiệm vụ", 10),
    "text": ("Chỉ tiêu", 60),
    "operator": ("So sánh", 9),
    "value": ("Giá trị", 10),
    "unit": ("Đơn vị tính", 12),
    "numerator": ("Tử số", 30),
    "denominator": ("Mẫu số", 30),
}
INFO_ITEMS = {
    "document_kind": "Loại văn bản",
    "number": "Số",
    "symbol": "Ký hiệu",
    "issued_on": "Ngày ban hành",
    "as_of": "Số liệu đến ngày",
    "issuer": "Cơ quan ban hành",
    "place": "Nơi ban hành",
    "year": "Năm",
    "title": "Trích yếu",
    "signer.authority": "Thẩm quyền ký",
    "signer.position": "Chức vụ người ký",
    "signer.name": "Người ký",
    "recipients": "Nơi nhận",
}
_DECIMALS = frozenset({"value", "baseline", "baseline_max", "target", "points", "max"})
_DAYS = frozenset({"issued_on", "as_of", "date"})
Row = Sequence[str]


def plan_sheets(content: Json) -> list[Sheet]:
    """The sheets of a plan or report; of the further ones those that have something to say.

    :param content: the object of SPEC §9.
    """
    further = [_plain(title, widths, rows_of(content)) for title, widths, rows_of in _FURTHER]
    return [
        _plain(INFO, {"Mục": 24, "Nội dung": 90}, info_rows(content)),
        _plain(TASKS, _widths(TASK_COLUMNS) | {"Ghi chú": 24}, _task_rows(content)),
        _plain(TARGETS, {"TT": 7} | _widths(TARGET_COLUMNS), _target_rows(content)),
        *(sheet for sheet in further if sheet.rows),
    ]


def shown(name: str, value: Any) -> str:
    """A value of the content as it stands in its cell."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "\n".join(value)
    return str(_WRITTEN.get(name, str)(value))


def _day(iso: str) -> str:
    return f"{date.fromisoformat(iso):%d/%m/%Y}"


def _figure(value: str) -> str:
    return format(Decimal(value), "f").replace(".", ",")


_WRITTEN: dict[str, Callable[[Any], str]] = {
    "document_kind": KINDS.__getitem__,
    "deadline": lambda deadline: deadline["raw"],
    **dict.fromkeys(_DAYS, _day),
    **dict.fromkeys(_DECIMALS, _figure),
}


def info_rows(content: Json) -> list[Row]:
    """Item and content of the sheet about the document."""
    rows: list[Row] = [("Mẫu", TEMPLATE)]
    for name, label in INFO_ITEMS.items():
        outer, _, inner = name.partition(".")
        value = (content[outer] or {}).get(inner) if inner else content[outer]
        rows.append((label, shown(name, value)))
    return rows


def _task_rows(content: Json) -> Iterator[Row]:
    for task in content["tasks"]:
        yield [*(shown(name, task[name]) for name in TASK_COLUMNS), ""]


def _target_rows(content: Json) -> Iterator[Row]:
    for number, target in enumerate(content["targets"], 1):
        yield [str(number), *(shown(name, target[name]) for name in TARGET_COLUMNS)]


def _legal_bases(content: Json) -> Iterator[Row]:
    for basis in content["legal_bases"]:
        yield [shown(name, basis[name]) for name in ("kind", "number", "date", "issuer", "title")]


def _areas(content: Json) -> Iterator[Row]:
    for area in content["areas"]:
        for place, objective in enumerate(area["objectives"] or [""]):
            head = [area["code"], area["title"]] if place == 0 else ["", ""]
            yield [*head, objective]


def _index_targets(content: Json) -> Iterator[Row]:
    for goal in content["index_targets"]:
        overall, rank = goal["overall"], goal["rank"]
        head = [
            goal["index"],
            shown("operator", overall["operator"]),
            shown("value", overall["value"]),
            shown("unit", overall["unit"]),
            shown("position", rank["position"]),
            shown("of", rank["of"]),
        ]
        names = ("ordinal", "title", "baseline", "baseline_max", "target")
        rows = [[shown(n, part[n]) for n in names] for part in goal["components"]]
        for place, row in enumerate(rows or [[""] * len(names)]):
            yield [*(head if place == 0 else [""] * len(head)), *row]


def _responsibilities(content: Json) -> Iterator[Row]:
    """A unit stands in the first row of its duties: where it stands again, it begins again."""
    for unit in content["responsibilities"]:
        for place, duty in enumerate(unit["duties"] or [_NO_DUTY]):
            cells = [shown(name, duty[name]) for name in ("text", "deadline", "report_to")]
            yield [unit["unit"] if place == 0 else "", *cells]


def _findings(content: Json) -> Iterator[Row]:
    before = ("area", "criterion", "points", "max", "reason", "measure", "deadline")
    for finding in content["findings"]:
        deadline = finding["deadline"]
        unclear = deadline is not None and deadline["kind"] == "unrecognised"
        yield [
            *(shown(name, finding[name]) for name in before),
            "x" if unclear else "",
            shown("progress", finding["progress"]),
            shown("note", finding["note"]),
        ]


_NO_DUTY: Json = {"text": "", "deadline": None, "report_to": None}
_FURTHER: tuple[tuple[str, dict[str, int], Callable[[Json], Iterator[Row]]], ...] = (
    (
        "Căn cứ",
        {"Loại văn bản": 16, "Số, ký hiệu": 22, "Ngày ban hành": 14, "Cơ quan ban hành": 34, "Trích yếu": 70},
        _legal_bases,
    ),
    ("Lĩnh vực", {"Mã": 8, "Lĩnh vực": 40, "Mục tiêu": 90}, _areas),
    (
        "Chỉ số",
        {
            "Chỉ số": 14, "So sánh": 9, "Giá trị": 10, "Đơn vị tính": 12, "Xếp hạng": 10, "Trong số": 10,
            "TT": 7, "Tiêu chí thành phần": 50, "Năm trước": 11, "Điểm tối đa": 12, "Phấn đấu": 11,
        },
        _index_targets,
    ),
    ("Trách nhiệm", {"Đơn vị": 34, "Nội dung": 80, "Thời hạn": 26, "Báo cáo về": 30}, _responsibilities),
    (
        "Tồn tại",
        {
            "Lĩnh vực": 9, "Tiêu chí": 12, "Điểm đạt": 10, "Điểm tối đa": 12, "Lý do": 50,
            "Giải pháp": 50, "Thời hạn": 22, "Chưa rõ thời hạn": 10, "Tiến độ": 30, "Ghi chú": 24,
        },
        _findings,
    ),
)  # fmt: skip


def _widths(columns: Mapping[str, tuple[str, int]]) -> dict[str, int]:
    return dict(columns.values())


def _plain(title: str, widths: Mapping[str, int], rows: Sequence[Row] | Iterator[Row]) -> Sheet:
    cells = [[Cell(text) for text in row] for row in rows]
    if title == INFO:
        cells = [[Cell(row[0].text, Look.FIXED), *row[1:]] for row in cells]
    return Sheet(title, list(widths), list(widths.values()), cells)
