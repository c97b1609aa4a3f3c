"""However a table of tasks is laid out, in Word, Excel or text, it says the same tasks."""

from collections.abc import Sequence
from typing import Any

import pytest

from services.plans.documents import read_document
from services.plans.domain.document_content import DocumentContent
from tests.support.layouts import (
    ABOVE,
    HEADER,
    LEFT,
    ROWS,
    Layout,
    Renderer,
    across,
    as_excel,
    as_markdown,
    as_tabs,
    as_word,
    changed,
    columns,
    decomposed,
    header,
    plain,
    with_rows,
)

ONE, TWO, THREE, FOUR = ROWS
E = ""
I_AREA, II_AREA = "I. CẢI CÁCH THỂ CHẾ", "II. CẢI CÁCH THỦ TỤC HÀNH CHÍNH"


def numbered(row: Sequence[str], ordinal: str) -> list[str]:
    return [ordinal, *row[1:]]


def widened(*extra: str) -> Layout:
    """One more column at the end: its header, then its cells."""
    grid = plain().table
    for row, words in zip(grid, extra, strict=True):
        row.append(words)
    return Layout((grid,))


TWO_ROW_HEADER = Layout(
    (
        [
            ["TT", "Nội dung công việc", "Phân công thực hiện", LEFT, "Kết quả", "Thời gian"],
            [ABOVE, ABOVE, "Chủ trì", "Phối hợp", ABOVE, ABOVE],
            *ROWS,
        ],
    )
)
LAYOUTS: dict[str, Layout] = {
    "plain": plain(),
    "deadline first": columns(5, 0, 1, 2, 3, 4),
    "units before the task": columns(0, 2, 3, 1, 4, 5),
    "product last": columns(0, 1, 5, 2, 3, 4),
    "backwards": columns(5, 4, 3, 2, 1, 0),
    "coordination before lead": columns(0, 1, 3, 2, 4, 5),
    "other words 1": header("STT", "Nội dung công việc", "Cơ quan chủ trì", "Cơ quan phối hợp",
                            "Kết quả đạt được", "Thời gian hoàn thành"),
    "other words 2": header("Số TT", "Tên nhiệm vụ", "Đơn vị đầu mối", "Đơn vị phối hợp thực hiện",
                            "Sản phẩm đầu ra", "Tiến độ"),
    "other words 3": header("TT", "Hoạt động", "Phòng phụ trách", "Phối hợp", "Dự kiến kết quả",
                            "Thời hạn thực hiện"),
    "other words 4": header("STT", "Các nhiệm vụ cụ thể", "Đơn vị chịu trách nhiệm",
                            "Đơn vị tham gia thực hiện", "Yêu cầu cần đạt", "Hạn hoàn thành"),
    "other words 5": header("No.", "Giải pháp, nhiệm vụ", "Đơn vị thực hiện", "Phối hợp",
                            "Kết quả/sản phẩm", "Lộ trình"),
    "capitals": header("TT", "NHIỆM VỤ", "CHỦ TRÌ", "PHỐI HỢP", "KẾT QUẢ", "THỜI GIAN"),
    "labels in brackets": header("TT", "Nhiệm vụ (theo Kế hoạch của tỉnh)", "Chủ trì (đơn vị)",
                                 "Phối hợp (nếu có)", "Sản phẩm (văn bản)", "Thời hạn (dự kiến)"),
    "header over two lines": header("TT", "Nội dung\nnhiệm vụ", "Đơn vị\nchủ trì",
                                    "Đơn vị\nphối hợp", "Sản phẩm", "Thời\nhạn"),
    "decomposed letters": decomposed(plain()),
    "two-row header, merged": TWO_ROW_HEADER,
    "two-row header, not merged": Layout((
        [["TT", "Nội dung công việc", "Phân công thực hiện", E, "Kết quả", "Thời gian"],
         [E, E, "Chủ trì", "Phối hợp", E, E], *ROWS],)),
    "numbers of the columns": with_rows(["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"], *ROWS),
    "numbers without brackets": with_rows(["1", "2", "3", "4", "5", "6"], *ROWS),
    "header again on the next page": with_rows(ONE, TWO, HEADER, THREE, FOUR),
    "title inside the table": Layout(([across("BẢNG PHÂN CÔNG NHIỆM VỤ NĂM 2025"), HEADER, *ROWS],)),
    "areas merged across": with_rows(across(I_AREA), ONE, TWO, across(II_AREA), THREE, FOUR),
    "areas in the title column": with_rows(
        ["I", "Cải cách thể chế", E, E, E, E], ONE, TWO,
        ["II", "Cải cách thủ tục hành chính", E, E, E, E], THREE, FOUR),
    "areas in capitals, no number": with_rows(
        [E, "CẢI CÁCH THỂ CHẾ", E, E, E, E], ONE, TWO,
        [E, "CẢI CÁCH THỦ TỤC HÀNH CHÍNH", E, E, E, E], THREE, FOUR),
    "areas with letters": with_rows(["A", "Cải cách thể chế", E, E, E, E], *ROWS),
    "an area column": Layout((
        [["TT", "Lĩnh vực", *HEADER[1:]],
         *([row[0], "Cải cách thể chế", *row[1:]] for row in ROWS)],)),
    "blank rows": with_rows([E] * 6, ONE, [E] * 6, TWO, THREE, [E] * 6, FOUR),
    "a column of remarks": widened("Ghi chú", E, "Đã làm", E, E),
    "a column of money": widened("Kinh phí", "10 triệu đồng", E, E, E),
    "an unknown column": widened("Mã hồ sơ", "A1", "A2", "A3", "A4"),
    "an empty column": widened(E, E, E, E, E),
    "a sum at the end": with_rows(*ROWS, [E, "Tổng cộng", E, E, E, E]),
    "ordinals with dots": with_rows(*(numbered(row, f"{row[0]}.") for row in ROWS)),
    "ordinals in brackets": with_rows(*(numbered(row, f"({row[0]})") for row in ROWS)),
    "ordinals with zeros": with_rows(*(numbered(row, f"0{row[0]}") for row in ROWS)),
    "a product torn by a page": with_rows(
        [*ONE[:4], "Kế hoạch của", ONE[5]], [E, E, E, E, "Sở", E], TWO, THREE, FOUR),
    "a title torn by a page": with_rows(
        ["1", "Tham mưu ban hành Kế hoạch cải cách", *ONE[2:]],
        [E, "hành chính năm 2025", E, E, E, E], TWO, THREE, FOUR),
    "a title and a product torn by a page": with_rows(
        ["1", "Tham mưu ban hành Kế hoạch cải cách", "Văn phòng Sở", ONE[3], "Kế hoạch của",
         ONE[5]],
        [E, "hành chính năm 2025", E, E, "Sở", E], TWO, THREE, FOUR),
    "two tables, header again": Layout(([HEADER, ONE, TWO], [HEADER, THREE, FOUR])),
    "two tables, text between": Layout(
        ([HEADER, ONE, TWO], [HEADER, THREE, FOUR]), before=((), ("Các nhiệm vụ tiếp theo như sau",))),
    "a landscape section": Layout(plain().tables, landscape=True),
    "bullets before words": with_rows(
        *([row[0], *(f"- {w}" for w in row[1:5]), row[5]] for row in ROWS)),
    "semicolons after words": with_rows(*([row[0], *(f"{w};" for w in row[1:5]), row[5]] for row in ROWS)),
    "full stops after words": with_rows(*([row[0], *(f"{w}." for w in row[1:5]), row[5]] for row in ROWS)),
    "units labelled": with_rows(
        *([*row[:2], f"Chủ trì: {row[2]}", f"Phối hợp: {row[3]}", *row[4:]] for row in ROWS)),
    "lead and coordination in one column": Layout((
        [["TT", "Nhiệm vụ", "Đơn vị chủ trì, phối hợp", "Sản phẩm", "Thời hạn"],
         *([*row[:2], f"{row[2]}; Phối hợp: {row[3]}", *row[4:]] for row in ROWS)],)),
    "no ordinals at all": Layout(([row[1:] for row in plain().table],)),
    "HTML left in cells": with_rows(
        *([*row[:4], f"<p>{row[4]}</p>", f"<span>{row[5]}</span>"] for row in ROWS)),
    "spaces everywhere": with_rows(*([f"  {words}  " for words in row] for row in ROWS)),
    "an empty first column": Layout(([[E, *row] for row in plain().table],)),
}  # fmt: skip

# Where cells are merged down, plain text has only empty cells: what they share is lost in it.
MERGED_DOWN: dict[str, Layout] = {
    "an area column merged down": Layout((
        [["Lĩnh vực", *HEADER], ["Cải cách thể chế", *ONE], [ABOVE, *TWO], [ABOVE, *THREE],
         [ABOVE, *FOUR]],)),
    "a lead merged down": with_rows(
        ONE, [*TWO[:3], "Văn phòng Sở", *TWO[4:]],
        [*THREE[:3], ABOVE, *THREE[4:]], FOUR),
    "three-row header": Layout((
        [["TT", "Nội dung", "Tổ chức thực hiện", LEFT, LEFT, LEFT],
         [ABOVE, ABOVE, "Phân công", LEFT, "Kết quả", "Thời hạn"],
         [ABOVE, ABOVE, "Chủ trì", "Phối hợp", ABOVE, ABOVE], *ROWS],)),
}  # fmt: skip
RENDERERS: dict[str, Renderer] = {
    "word": as_word, "excel": as_excel, "tabs": as_tabs, "markdown": as_markdown,
}  # fmt: skip


def said(content: DocumentContent) -> list[tuple[Any, ...]]:
    return [
        (task.title, task.lead_units, task.coordinating_units, task.outputs, task.deadline.raw,
         task.deadline.kind, task.deadline.due_on)
        for task in content.tasks
    ]  # fmt: skip


def read(layout: Layout, way: str) -> DocumentContent:
    content, name = RENDERERS[way](layout)
    return read_document(content, file_name=name)


WANTED = said(read(plain(), "word"))


def cases() -> list[Any]:
    found = []
    for name, layout in LAYOUTS.items():
        many_lines = any("\n" in cell for grid in layout.tables for row in grid for cell in row)
        found += [
            pytest.param(layout, way, id=f"{name}-{way}")
            for way in RENDERERS
            if way != "tabs" or not many_lines
        ]
    found += [
        pytest.param(layout, way, id=f"{name}-{way}")
        for name, layout in MERGED_DOWN.items()
        for way in ("word", "excel")
    ]
    return found


def test_the_plain_table_says_what_was_typed() -> None:
    assert [task[0] for task in WANTED] == [row[1] for row in ROWS]
    assert [task[1] for task in WANTED] == [(row[2],) for row in ROWS]
    assert [task[2] for task in WANTED] == [(row[3],) for row in ROWS]
    assert [task[3] for task in WANTED] == [(row[4],) for row in ROWS]
    assert [task[4] for task in WANTED] == [row[5] for row in ROWS]
    assert [task[5] for task in WANTED] == ["window", "date", "window", "recurring"]


def test_there_are_more_than_forty_layouts() -> None:
    assert len(LAYOUTS) + len(MERGED_DOWN) > 50


@pytest.mark.parametrize(("layout", "way"), cases())
def test_the_layout_says_the_same_tasks(layout: Layout, way: str) -> None:
    assert said(read(layout, way)) == WANTED


@pytest.mark.parametrize("way", RENDERERS)
@pytest.mark.parametrize("name", [name for name in LAYOUTS if name.startswith("areas")])
def test_tasks_stand_in_the_area_whose_row_is_above_them(name: str, way: str) -> None:
    content = read(LAYOUTS[name], way)
    titles = {area.code: area.title.lower() for area in content.areas}
    found = [titles[task.area or ""] for task in content.tasks]
    first, second = "cải cách thể chế", "cải cách thủ tục hành chính"
    last = first if "letters" in name else second
    assert found == [first, first, last, last]


@pytest.mark.parametrize("way", RENDERERS)
def test_numbering_that_restarts_in_each_area_is_no_jump(way: str) -> None:
    layout = with_rows(
        across(I_AREA), ONE, TWO, across(II_AREA), numbered(THREE, "1"), numbered(FOUR, "2")
    )
    content = read(layout, way)
    assert [task.ordinal for task in content.tasks] == ["1", "2", "1", "2"]
    assert not {"numbering_jump", "ordinal_repeated"} & {w.code for w in content.warnings}


@pytest.mark.parametrize("way", RENDERERS)
def test_nested_numbers_are_kept(way: str) -> None:
    layout = with_rows(
        ["1", "Cải cách thể chế", E, E, E, E], numbered(ONE, "1.1"), numbered(TWO, "1.2"),
        ["2", "Cải cách thủ tục hành chính", E, E, E, E], numbered(THREE, "2.1"),
        numbered(FOUR, "2.2"),
    )  # fmt: skip
    content = read(layout, way)
    assert said(content) == WANTED
    assert [task.ordinal for task in content.tasks] == ["1.1", "1.2", "2.1", "2.2"]


SEVERAL = ("Thanh tra Sở", "Phòng Nghiệp vụ", "Trung tâm Phục vụ hành chính công")


@pytest.mark.parametrize("way", ["word", "excel", "markdown"])
@pytest.mark.parametrize(
    "words",
    [
        "\n".join(SEVERAL),
        "\n".join(f"- {unit};" for unit in SEVERAL),
        "\n".join(f"+ {unit}" for unit in SEVERAL),
        "; ".join(SEVERAL),
        ", ".join(SEVERAL),
        f"{SEVERAL[0]}, {SEVERAL[1]} và {SEVERAL[2]}",
        f"- {SEVERAL[0]}; - {SEVERAL[1]}; - {SEVERAL[2]}.",
    ],
    ids=["lines", "dashes", "pluses", "semicolons", "commas", "and", "inline bullets"],
)
def test_several_units_in_a_cell_are_several_units(words: str, way: str) -> None:
    content = read(changed((1, 2), words), way)
    assert content.tasks[1].lead_units == SEVERAL


@pytest.mark.parametrize("way", ["word", "excel", "markdown"])
def test_several_products_in_a_cell_are_several_products(way: str) -> None:
    content = read(changed((0, 4), "- Kế hoạch của Sở;\n- Báo cáo năm;\n- Quyết định"), way)
    assert content.tasks[0].outputs == ("Kế hoạch của Sở", "Báo cáo năm", "Quyết định")


@pytest.mark.parametrize("way", RENDERERS)
def test_ticked_quarters_are_the_deadline(way: str) -> None:
    layout = Layout((
        [["TT", "Nhiệm vụ", "Chủ trì", "Thời gian thực hiện", LEFT, LEFT, LEFT],
         [ABOVE, ABOVE, ABOVE, "Quý I", "Quý II", "Quý III", "Quý IV"],
         ["1", "Kiểm tra công vụ", "Thanh tra Sở", E, "x", E, "x"],
         ["2", "Báo cáo tổng kết", "Văn phòng Sở", E, E, E, "x"]],))  # fmt: skip
    content = read(layout, way)
    assert [task.deadline.raw for task in content.tasks] == ["Quý II; Quý IV", "Quý IV"]


@pytest.mark.parametrize("way", RENDERERS)
def test_a_table_of_an_index_is_read_in_any_order_of_columns(way: str) -> None:
    layout = Layout(
        ([["Chỉ tiêu năm 2025", "Năm 2024", "Tiêu chí thành phần", "TT"],
          ["11", "9,25/11", "Chỉ đạo, điều hành", "1"],
          ["5,5", "5,1/6", "Cải cách tài chính công", "2"]],),
        before=(("Kết quả Chỉ số PAR INDEX năm 2025 đạt từ 90% trở lên, xếp thứ 3/21 sở, ngành:",),),
    )  # fmt: skip
    (index,) = read(layout, way).index_targets
    assert (index.index, str(index.value), index.position, index.of) == ("PAR INDEX", "90", 3, 21)
    figures = [(c.ordinal, str(c.baseline), str(c.baseline_max), str(c.target))
               for c in index.components]  # fmt: skip
    assert figures == [("1", "9.25", "11", "11"), ("2", "5.1", "6", "5.5")]
