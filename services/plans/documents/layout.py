"""Which tables only place text on the page? Letterhead, signature block and frames are no tables.

What they hold becomes paragraphs, cell by cell, each cell with a frame number of its own, so that
the list of recipients ends where its cell ends.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from services.plans.documents.blocks import Block, Paragraph, Table
from services.plans.documents.columns import read_header
from services.plans.domain.targets.wording import fold

_MAX_COLUMNS = 4
_MAX_ROWS = 6
_PLACED = re.compile(
    r"cong hoa xa hoi chu nghia|doc lap ?- ?tu do|noi nhan ?:|dang cong san viet nam"
    r"|^so ?:|\n(?:tm|kt|tl|tuq)\. |\nso ?:|ngay .{0,12}thang .{0,12}nam \d{4}"
    r"|\n(?:pho )?(?:giam doc|chu tich|chanh van phong|truong phong|thu truong)\n"
)


@dataclass(slots=True)
class _Unfolding:
    frames: int = 0
    tables: int = 0

    def blocks(self, blocks: Iterable[Block], frame: int = 0) -> Iterator[Block]:
        for block in blocks:
            if isinstance(block, Paragraph):
                yield replace(block, frame=frame) if frame else block
            elif _only_places(block):
                yield from self._cells(block)
            else:
                self.tables += 1
                yield Table(block.rows, self.tables)

    def _cells(self, table: Table) -> Iterator[Block]:
        for row in table.rows:
            for slot in row:
                if slot.begins:
                    self.frames += 1
                    yield from self.blocks(slot.cell.blocks, self.frames)


def unfolded(blocks: Iterable[Block]) -> list[Block]:
    """The blocks with layout tables opened; the tables that remain are counted from 1 again."""
    return list(_Unfolding().blocks(blocks))


def _only_places(table: Table) -> bool:
    slots = [slot for row in table.rows for slot in row if slot.begins]
    if len(slots) <= 1:
        return True
    if table.width > _MAX_COLUMNS or len(table.rows) > _MAX_ROWS:
        return False
    lines = [line for slot in slots for line in slot.cell.lines]
    return places_text(lines) and read_header(table) is None


def places_text(lines: Sequence[str]) -> bool:
    """Whether lines are those of a letterhead or signature block."""
    return bool(_PLACED.search(f"\n{fold(chr(10).join(lines))}\n"))
