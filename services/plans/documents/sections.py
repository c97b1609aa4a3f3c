"""What do the sections of the running text hold: objectives, tasks, duties, shortcomings?

A heading says what follows (Mục tiêu, Nhiệm vụ, Tổ chức thực hiện) or of which area it is; both go
down to everything below it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from services.plans.documents.areas import is_known_area
from services.plans.documents.duties import read_responsibilities
from services.plans.documents.index_sentences import note_index_goals
from services.plans.documents.items import tidy
from services.plans.documents.markers import Depth
from services.plans.documents.notices import at, in_tasks_from
from services.plans.documents.outline import Node
from services.plans.documents.phrases import deadline_within
from services.plans.documents.reading import Reading
from services.plans.documents.tasks import task_targets
from services.plans.domain.document_content import Finding, Task
from services.plans.domain.targets import parse_targets
from services.plans.domain.targets.wording import fold

OBJECTIVES, TASKS, MIXED, DUTIES, NOTHING = "objectives", "tasks", "mixed", "duties", "nothing"

_SHORTCOMINGS = re.compile(r"\b(?:ton tai|han che|khuyet diem|thieu sot)\b.*:$")
_OUTLOOK = re.compile(r"\bphuong huong\b|\bnhiem vu (?:trong tam|thoi gian toi|ky toi|quy|nam)\b")
_NAMES_AREA = re.compile(
    r"(?:ve |linh vuc |noi dung )?(?:cai cach|hien dai hoa|xay dung(?:,| va) phat trien"
    r"|(?:cong tac )?chi dao)\b"
)
_INLINE_AIM = re.compile(r"(?:muc tieu|chi tieu)(?: [a-z ]{0,30})?:")
_MAX_AREA_LINE = 120
_TO_ANNEX = re.compile(r"\bphu luc\b|\bkem theo\b")


def mode_of(heading: str) -> str | None:
    """What a heading announces; None when its words do not say."""
    words = fold(heading)
    if re.search(
        r"to chuc thuc hien|trach nhiem (?:cua|thuc hien)|^phan cong|phan cong thuc hien", words
    ):
        return DUTIES
    if re.search(r"\bkinh phi|nguon luc|quan diem|danh gia chung|tinh hinh thuc hien", words):
        return NOTHING
    aims = bool(re.search(r"muc tieu|chi tieu|muc dich|yeu cau", words))
    work = bool(re.search(r"nhiem vu|giai phap|noi dung thuc hien|^noi dung$", words))
    if aims and work:
        return MIXED
    return OBJECTIVES if aims else TASKS if work else None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk is: what stands here, in which area, under which number, after which lead."""

    mode: str | None = None
    area: str | None = None
    number: str = ""
    lead: str = ""
    section: str = ""


@dataclass(slots=True)
class SectionReader:
    """Walks the tree of the running text and notes what it finds."""

    reading: Reading
    reads_tasks: bool
    _counts: dict[str, int]
    tasks_left_out: int = 0

    def read(self, root: Node) -> None:
        """Note everything below a root."""
        for child in root.children:
            self._visit(child, _Place())

    def _visit(self, node: Node, place: _Place) -> None:
        if self._heads(node, place):
            here = self._under(node, place)
            if here.mode == DUTIES:
                self.reading.responsibilities.extend(read_responsibilities(node, self.reading))
                return
            for child in node.children:
                self._visit(child, here)
        elif _INLINE_AIM.match(fold(node.text)) or self._holds_objectives(place):
            self._objective(node, place)
        elif place.mode == TASKS:
            self._task(node, place)

    def _holds_objectives(self, place: _Place) -> bool:
        return place.mode in {OBJECTIVES, MIXED} or (place.mode is None and place.area is not None)

    def _heads(self, node: Node, place: _Place) -> bool:
        """Whether what stands below a node is under it: a heading, or a line naming an area."""
        if not node.children:
            return False
        if node.is_heading and (node.depth < Depth.LETTER or mode_of(node.text)):
            return True
        is_short = len(node.text) <= _MAX_AREA_LINE and node.text[-1:] not in ".;"
        return place.area is None and is_short and bool(_NAMES_AREA.match(fold(node.text)))

    def _under(self, node: Node, place: _Place) -> _Place:
        mode = mode_of(node.text)
        here = replace(place, number=node.number or place.number, section=node.label)
        if mode != DUTIES and self._is_area(node, place, mode=mode):
            area = self.reading.areas.code(node.number, tidy(node.text).rstrip(" :"))
            return replace(here, area=area, mode=mode or place.mode)
        return replace(here, mode=mode or place.mode)

    def _is_area(self, node: Node, place: _Place, *, mode: str | None) -> bool:
        if place.mode in {DUTIES, NOTHING} or place.area is not None:
            return False
        if is_known_area(node.text) and place.mode is not None:
            return True
        below = {mode_of(child.text) for child in node.children if child.is_heading}
        if {OBJECTIVES, TASKS} <= below and node.depth >= Depth.DECIMAL:
            return True
        return mode is None and place.mode == TASKS and node.depth == Depth.DECIMAL

    def _objective(self, node: Node, place: _Place) -> None:
        for item in node.walk():
            if place.area:
                self.reading.areas.add_objective(place.area, tidy(item.text))
            found = parse_targets(item.text, year=self.reading.year)
            self.reading.targets.extend(target.placed(area=place.area) for target in found)
            note_index_goals(item.text, self.reading)

    def _task(self, node: Node, place: _Place) -> None:
        if not node.is_item and (_TO_ANNEX.search(fold(node.text)) or node.text.endswith(":")):
            for child in node.children:
                self._task(child, place)
            return
        if not self.reads_tasks:
            self.tasks_left_out += 1
            return
        ordinal = self._ordinal(node, place)
        is_lead = bool(node.children) and node.text.endswith(":")
        if not is_lead:
            self.reading.add_task(self._prose_task(node, ordinal, place=place))
        lead = f"{place.lead}{tidy(node.text)} " if is_lead else ""
        for child in node.children:
            self._task(child, replace(place, number=ordinal, lead=lead))

    def _ordinal(self, node: Node, place: _Place) -> str:
        """The printed number, or the place counted on under the number above."""
        if node.number and node.depth < Depth.LETTER:
            return node.number
        count = self._counts[place.number] = self._counts.get(place.number, 0) + 1
        last = node.number or str(count)
        return f"{place.number}.{last}" if place.number else last

    def _prose_task(self, node: Node, ordinal: str, *, place: _Place) -> Task:
        title = tidy(f"{place.lead}{node.text}")
        deadline = deadline_within(node.text, self.reading)
        return Task(
            ordinal=ordinal,
            area=place.area,
            title=title,
            lead_units=(),
            coordinating_units=(),
            outputs=(),
            deadline=deadline or self.reading.deadlines.phrase(""),
            targets=task_targets(
                title, (), area=place.area, ordinal=ordinal, year=self.reading.year
            ),
        )


def read_sections(root: Node, reading: Reading, *, reads_tasks: bool) -> None:
    """Note objectives, targets, tasks and duties of the running text.

    `reads_tasks` is False when a table assigns the tasks: then the prose only repeats them.
    """
    reader = SectionReader(reading, reads_tasks, {})
    before = len(reading.tasks)
    reader.read(root)
    prose = reading.tasks[before:]
    if reader.tasks_left_out:
        reading.notices.add("prose_tasks_not_read", at("prose"), count=reader.tasks_left_out)
    if prose:
        where = in_tasks_from([task.ordinal or "" for task in prose])
        reading.notices.add("prose_tasks_without_lead", where, count=len(prose))
    without = [task.ordinal or "" for task in prose if task.deadline.kind == "unset"]
    if without:
        where = in_tasks_from(without)
        reading.notices.add("prose_tasks_without_deadline", where, count=len(without))


def read_outlook(root: Node, reading: Reading, *, reads_tasks: bool) -> None:
    """Note the tasks a report announces for the time to come; what it reports on is no task."""
    for node in root.walk():
        if node.is_heading and _OUTLOOK.search(fold(node.text)):
            read_sections(Node("", -1, children=[node]), reading, reads_tasks=reads_tasks)


def read_shortcomings(root: Node, reading: Reading) -> None:
    """Note the shortcomings a report lists after a sentence like "… một số tồn tại, hạn chế sau:"."""
    for node in root.walk():
        if node.depth < 0 or not _SHORTCOMINGS.search(fold(node.text)):
            continue
        for item in _listed(node):
            reading.findings.append(
                Finding(area=None, criterion=None, points=None, max=None, reason=tidy(item.text))
            )


def _listed(node: Node) -> Iterator[Node]:
    return (child for child in node.children if child.is_item)
