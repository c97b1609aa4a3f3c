"""What Word itself puts into files: content controls, old merges, frames, nested and shifted cells."""

from docx.document import Document as WordDocument
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from services.plans.documents import read_document
from services.plans.documents.numbering import read_numbering
from tests.support.documents import (
    BINH_DINH,
    TASK_HEADER,
    add_table,
    changed,
    plan_document,
    saved,
    task_plan,
)

ROW = ("1", "Rà soát văn bản", "Văn phòng Sở", "Thanh tra Sở", "Báo cáo", "Quý II")


def test_rows_and_cells_inside_content_controls_are_read() -> None:
    def change(document: WordDocument) -> None:
        table = document.tables[2]._tbl
        for element in (table.tr_lst[2], table.tr_lst[3].tc_lst[1]):
            control = parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtContent/></w:sdt>")
            element.addprevious(control)
            control[0].append(element)

    original = read_document(BINH_DINH.read_bytes())
    assert read_document(changed(BINH_DINH, change)).tasks == original.tasks


def test_horizontal_merges_of_old_word_are_one_cell() -> None:
    document = task_plan(("I. CẢI CÁCH THỂ CHẾ", "", "", "", "", ""), ROW)
    for place, cell in enumerate(document.tables[0].rows[1].cells):
        merge = OxmlElement("w:hMerge")
        merge.set(qn("w:val"), "continue" if place else "restart")
        cell._tc.get_or_add_tcPr().append(merge)
    content = read_document(saved(document))
    assert [(area.code, area.title) for area in content.areas] == [("I", "CẢI CÁCH THỂ CHẾ")]
    assert content.tasks[0].area == "I"


def test_a_row_that_begins_further_right_keeps_its_columns() -> None:
    document = task_plan(ROW, ("", "", "", "", "và Kế hoạch", ""))
    row = document.tables[0]._tbl.tr_lst[2]
    for cell in row.tc_lst[:4]:
        row.remove(cell)
    row.insert(0, parse_xml(f'<w:trPr {nsdecls("w")}><w:gridBefore w:val="4"/></w:trPr>'))
    (task,) = read_document(saved(document)).tasks
    assert task.outputs == ("Báo cáo và Kế hoạch",)


def test_a_table_in_a_frame_of_one_cell_is_the_table() -> None:
    document = plan_document(before_table=["PHỤ LỤC"])
    outer = document.add_table(rows=1, cols=1)
    inner = add_table(document, [TASK_HEADER, ROW])
    outer.cell(0, 0)._tc.insert(0, inner._tbl)
    (task,) = read_document(saved(document)).tasks
    assert task.lead_units == ("Văn phòng Sở",)


def test_a_table_nested_in_a_cell_is_words_of_that_cell() -> None:
    document = task_plan(ROW)
    inner = document.tables[0].cell(1, 4).add_table(rows=1, cols=2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "Kế hoạch", "năm 2025"
    (task,) = read_document(saved(document)).tasks
    assert task.outputs == ("Báo cáo", "Kế hoạch năm 2025")


def test_a_letterhead_in_a_text_box_is_read() -> None:
    document = plan_document(number="", day="")
    box = (
        f'<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:shape><v:textbox>'
        "<w:txbxContent><w:p><w:r><w:t>Số: 7/KH-SNV</w:t></w:r></w:p></w:txbxContent>"
        "</v:textbox></v:shape></w:pict></w:r>"
    )
    document.paragraphs[0]._p.append(parse_xml(box))
    assert read_document(saved(document)).number == "7/KH-SNV"


def test_merged_cells_are_read_once() -> None:
    document = task_plan(ROW)
    table = document.tables[0]
    table.cell(1, 2).merge(table.cell(1, 3))
    (task,) = read_document(saved(document)).tasks
    assert task.lead_units == ("Văn phòng Sở", "Thanh tra Sở")
    assert task.coordinating_units == ()


NUMBERING = f"""<w:numbering {nsdecls("w")}>
  <w:abstractNum w:abstractNumId="1">
    <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>
    <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2."/></w:lvl>
    <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2.%3."/></w:lvl>
    <w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%4)"/></w:lvl>
    <w:lvl w:ilvl="4"><w:numFmt w:val="bullet"/><w:lvlText w:val="-"/></w:lvl>
  </w:abstractNum>
  <w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>
  <w:num w:numId="2"><w:abstractNumId w:val="1"/>
    <w:lvlOverride w:ilvl="0"><w:startOverride w:val="4"/></w:lvlOverride></w:num>
</w:numbering>"""


def test_lists_are_counted_as_word_counts_them() -> None:
    numbering = read_numbering(parse_xml(NUMBERING))
    asked = [(0, "I."), (1, "1."), (2, "1.1."), (2, "1.2."), (3, "a)"), (3, "b)"), (4, "-"),
             (1, "2."), (2, "2.1."), (0, "II."), (1, "1.")]  # fmt: skip
    assert [numbering.label("1", level) for level, _ in asked] == [label for _, label in asked]


def test_a_list_that_starts_elsewhere_counts_for_itself() -> None:
    numbering = read_numbering(parse_xml(NUMBERING))
    assert numbering.label("1", 0) == "I."
    assert [numbering.label("2", 0), numbering.label("2", 0)] == ["IV.", "V."]
    assert numbering.label("1", 0) == "II."
    assert [numbering.label("9", 0), numbering.label("1", 8), numbering.label("1", -1)] == [
        None
    ] * 3
