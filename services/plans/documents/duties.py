"""Which unit must do what, report to whom and when? The section *Tổ chức thực hiện*."""

import re
from collections.abc import Iterator

from services.plans.documents.items import tidy
from services.plans.documents.outline import Node
from services.plans.documents.phrases import deadline_within, reported_to
from services.plans.documents.reading import Reading
from services.plans.documents.units import is_unit
from services.plans.domain.document_content import Duty, Responsibility
from services.plans.domain.targets.wording import lowered

_INTRODUCTION = re.compile(r"^(?:giao|đề nghị|yêu cầu|đối với|trách nhiệm của|phân công)\s+")
_AFTER_UNIT = re.compile(
    r"\s*:\s*|,?\s+(?=(?:có trách nhiệm|chịu trách nhiệm|chủ trì|chủ động|phối hợp|tham mưu|tổ chức"
    r"|theo dõi|thực hiện|xây dựng|căn cứ|theo chức năng|hướng dẫn|đôn đốc|báo cáo|kịp thời|định kỳ"
    r"|là (?:cơ quan|đơn vị|đầu mối)|tổng hợp|kiểm tra|rà soát|triển khai|nghiêm túc|chỉ đạo)\b)"
)
_CLOSING = re.compile(
    r"^(?:trên đây|yêu cầu|đề nghị|trong quá trình|quá trình|nếu có|nhận được|kế hoạch này)\b"
)
_MAX_UNIT = 200


def read_responsibilities(section: Node, reading: Reading) -> Iterator[Responsibility]:
    """The duties of each unit in a section; sentences that close the document are nobody's duty."""
    for node in section.children:
        unit, first = _unit(node)
        if unit is None:
            continue
        texts = [first] if first else []
        texts += [text for child in _duty_nodes(node) for text in _texts(child, "")]
        if texts:
            yield Responsibility(unit, tuple(_duty(text, reading) for text in texts))


def _unit(node: Node) -> tuple[str | None, str]:
    """The unit an item is about and what it is told right there ("Văn phòng Sở: chủ trì …")."""
    text = node.text
    if introduction := _INTRODUCTION.match(lowered(text)):
        text = text[introduction.end() :]
    if not node.is_item and not node.is_heading_style and _CLOSING.match(lowered(node.text)):
        return None, ""
    for match in _AFTER_UNIT.finditer(lowered(text)):
        name = text[: match.start()].strip()
        if is_unit(name) and len(name) <= _MAX_UNIT:
            return tidy(name), tidy(text[match.end() :])
    if node.children and (is_unit(text) or node.is_heading) and len(text) <= _MAX_UNIT:
        return tidy(text), ""
    return None, ""


def _duty_nodes(node: Node) -> list[Node]:
    """The items below a unit; plain sentences only where there are no items."""
    items = [child for child in node.children if child.is_item]
    if items:
        return items
    return [child for child in node.children if not _CLOSING.match(lowered(child.text))]


def _texts(node: Node, lead: str) -> Iterator[str]:
    """The duty of an item; one that only leads into others ("…:") stands before each of them."""
    leads = bool(node.children) and node.text.endswith(":")
    if not leads:
        yield tidy(f"{lead}{node.text}")
    below = f"{lead}{tidy(node.text)} " if leads else ""
    for child in node.children:
        yield from _texts(child, below)


def _duty(text: str, reading: Reading) -> Duty:
    return Duty(text, deadline_within(text, reading), reported_to(text))
