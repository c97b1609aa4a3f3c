"""What does each column of a table hold? Decided by the words of its header, never by its place."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from services.plans.documents.blocks import Row, Table
from services.plans.domain.targets.wording import fold

TableKind = Literal["tasks", "findings", "index"]
Label = tuple[str, ...]
OTHER = "other"
HEADER_SEARCH_ROWS = 6
MAX_HEADER_ROWS = 4
_SUBHEADER_LENGTH = 60
_FEWEST = 3  # columns of anything worth calling a table
_SHORT_LABEL = 80

_ORDINAL = r"^(?:tt|s\.?t\.?t\.?|so tt|so thu tu|stt\.?|thu tu|no\.?|#)$"
# The first pattern that fits decides. Folded: without marks.
_ROLES: Mapping[TableKind, tuple[tuple[str, str], ...]] = {
    "tasks": (
        ("ordinal", _ORDINAL),
        ("measure_unit", r"don vi tinh|^dvt$"),
        ("assignment", r"chu tri.*phoi hop"),
        ("coordination", r"phoi hop|tham gia thuc hien|^ho tro"),
        ("lead", r"chu tri|dau moi|phu trach|chiu trach nhiem|trach nhiem thuc hien|^trach nhiem$"),
        ("lead", r"^(?:ten )?(?:cac )?(?:don vi|co quan|phong|bo phan|phan cong|giao)\b"),
        ("deadline", r"thoi gian|thoi han|tien do|thoi diem|lo trinh|^han\b|(?:han|ngay) hoan"),
        ("output", r"san pham|ket qua|dau ra|muc tieu|chi tieu|yeu cau can dat|tieu chi hoan thanh"),
        ("deadline", r"hoan thanh"),
        ("note", r"ghi chu"),
        ("funding", r"kinh phi|nguon luc"),
        ("area", r"^(?:ten )?linh vuc|^nhom nhiem vu|^noi dung cai cach"),
        ("title", r"nhiem vu|noi dung|cong viec|hoat dong|giai phap|ten viec|de muc"),
    ),
    "findings": (
        ("ordinal", _ORDINAL),
        ("max", r"diem toi da|diem chuan|thang diem"),
        ("points", r"diem dat|diem tham dinh|diem tu cham|^diem$|ket qua diem"),
        ("reason", r"ly do|nguyen nhan"),
        ("issue", r"ton tai|han che|bi tru|khuyet diem|sai sot|noi dung can khac phuc"),
        ("deadline", r"thoi han|thoi gian|^han\b|lo trinh"),
        ("progress", r"tien do|ket qua|tinh hinh|da thuc hien|trang thai"),
        ("measure", r"giai phap|bien phap|khac phuc|huong xu ly|nhiem vu"),
        ("note", r"ghi chu"),
        ("unit", r"chu tri|don vi|phong|bo phan|phu trach|trach nhiem|phoi hop"),
        ("criterion", r"tieu chi|linh vuc|noi dung"),
    ),
    "index": (
        ("ordinal", _ORDINAL),
        ("measure_unit", r"don vi tinh|^dvt$|^don vi$"),
        ("max", r"diem toi da|diem chuan|thang diem"),
        ("note", r"ghi chu"),
        ("lead", r"chu tri|phu trach|don vi thuc hien|theo doi"),
        ("title", r"tieu chi|noi dung|linh vuc|chi so thanh phan|ten chi|^(?:cac )?chi tieu$"),
        ("target", r"chi tieu|muc tieu|phan dau|ke hoach|dang ky"),
        ("baseline", r"nam (?:20)?\d\d|ket qua|thuc hien|diem dat|hien trang|da dat"),
    ),
}  # fmt: skip
_COMPILED = {
    kind: tuple((role, re.compile(pattern)) for role, pattern in roles)
    for kind, roles in _ROLES.items()
}
_FINDINGS = (
    re.compile(r"ton tai|han che|bi tru|khuyet diem"),
    re.compile(r"giai phap|bien phap|khac phuc|tien do|nguyen nhan|ly do"),
)
_SUBHEADER = re.compile(
    r"^(?:diem|ty le|gia tri|so luong|ket qua|chi tieu|%|\(%\)|don vi.*|dat duoc)\b.*$|^%$"
    r"|^(?:quy )?(?:iv|i{1,3})$"
)
_COLUMN_NUMBER = re.compile(r"\(?(?:[0-9]{1,2}|[A-Z])\)?(?:\s?=.*)?")


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a table: its kind, columns by role, printed labels, where the data begins.

    `labels` has the words over each column from the top down ("Phân công thực hiện", "Chủ trì").
    """

    kind: TableKind
    columns: Mapping[str, tuple[int, ...]]
    labels: tuple[Label, ...]
    data_from: int

    def label(self, role: str) -> str | None:
        """The printed words over the first column of a role, without what they say in brackets."""
        columns = self.columns.get(role)
        return short_label(self.labels[columns[0]]) if columns else None

    def unknown(self) -> list[str]:
        """The printed labels of columns without a role."""
        labels = (self.labels[column] for column in self.columns.get(OTHER, ()))
        return [name for label in labels if (name := short_label(label))]


def short_label(label: Label) -> str | None:
    """A label short enough to point at: heads joined, brackets left out, cut at a word."""
    words = " / ".join(re.sub(r"\s*\(.*", "", part) or part for part in label)
    if len(words) > _SHORT_LABEL:
        words = words[:_SHORT_LABEL].rsplit(" ", 1)[0] + "…"
    return words or None


def read_header(table: Table) -> Header | None:
    """The header of a table of tasks, findings or index figures; None for any other table."""
    for start in range(min(HEADER_SEARCH_ROWS, len(table.rows))):
        if header := header_at(table, start):
            return header
    return None


def header_at(table: Table, start: int) -> Header | None:
    """The header that begins in a row of a table; None when that row begins none."""
    end = _header_end(table, start)
    return _recognised(tuple(_labels(table.rows[start:end])), end)


def is_column_numbers(row: Row) -> bool:
    """Whether a row only numbers the columns: (1) (2) (3)."""
    count = 0
    for slot in row:
        if slot.begins and (text := slot.cell.text):
            if not _COLUMN_NUMBER.fullmatch(text):
                return False
            count += 1
    return count >= _FEWEST


def repeats_header(row: Row, header: Header) -> bool:
    """Whether a row is the header again, as at the top of a new page."""
    filled = False
    for slot, label in zip(row, header.labels, strict=False):
        if text := slot.cell.text:
            if text not in label:
                return False
            filled = True
    return filled


def _recognised(labels: tuple[Label, ...], end: int) -> Header | None:
    words = fold(" | ".join(part for label in labels for part in label))
    if all(pattern.search(words) for pattern in _FINDINGS):
        columns = _columns("findings", labels)
        if "issue" in columns and len(columns) >= _FEWEST:
            return Header("findings", columns, labels, end)
    columns = _columns("tasks", labels)
    if "title" in columns and columns.keys() & {"lead", "deadline", "assignment"}:
        return Header("tasks", columns, labels, end)
    columns = _columns("index", labels)
    if "title" in columns and "target" in columns:
        return Header("index", columns, labels, end)
    return None


def _columns(kind: TableKind, labels: tuple[Label, ...]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for column, label in enumerate(labels):
        role = _role(kind, label)
        if role is None or (role in {"ordinal", "title", "issue"} and role in found):
            role = OTHER
        found[role] = (*found.get(role, ()), column)
    return found


def _role(kind: TableKind, label: Label) -> str | None:
    """The role of a column: its own words first, then with those of the heads above it."""
    words = [fold(part).strip() for part in label]
    for candidate in (words[-1], " ".join(words)) if words else ():
        for role, pattern in _COMPILED[kind]:
            if pattern.search(candidate):
                return role
    return None


def _labels(rows: tuple[Row, ...]) -> Iterator[Label]:
    for column in range(len(rows[0])):
        parts: list[str] = []
        for depth, row in enumerate(rows):
            text = row[column].cell.text or _head_to_the_left(rows[depth:], column)
            if text and text not in parts:
                parts.append(text)
        yield tuple(parts)


def _head_to_the_left(rows: tuple[Row, ...], column: int) -> str:
    """The head an empty header cell belongs to where nobody merged: labels stand below both."""
    if not any(row[column].cell.text for row in rows[1:]):
        return ""
    for left in range(column - 1, -1, -1):
        if not any(row[left].cell.text for row in rows[1:]):
            return ""
        if text := rows[0][left].cell.text:
            return text
    return ""


def _header_end(table: Table, start: int) -> int:
    end = start + 1
    while end < min(len(table.rows), start + MAX_HEADER_ROWS) and _is_subheader(table.rows[end]):
        end += 1
    return end


def _is_subheader(row: Row) -> bool:
    """Whether a row belongs to the header above it: merged into it, or only words of headers."""
    if any(not slot.begins_row for slot in row) and any(slot.begins_row for slot in row):
        return True
    if is_column_numbers(row):
        return False
    texts = [slot.cell.text for slot in row]
    filled = [fold(text) for text in texts if text]
    return 0 < len(filled) <= (len(texts) + 1) // 2 and all(map(_is_header_word, filled))


def _is_header_word(words: str) -> bool:
    if len(words) > _SUBHEADER_LENGTH or re.search(r"\d", words):
        return False
    return bool(_SUBHEADER.match(words)) or any(
        pattern.search(words) for role, pattern in _COMPILED["tasks"] if role != "title"
    )
