"""Does one merged row hold several tasks, block beside block?

Several ordinals in one cell say so; without them the blocks of the title must pair one to one with
those of at least two other columns. What does not pair stays on the row, and a person is asked.
"""

from dataclasses import replace

from services.plans.documents.items import blocks_of, natural_blocks
from services.plans.documents.task_draft import SHARED, TaskDraft, ordinal_of

_MANY = 2
_EVIDENCE = ("lead", "coordination", "assignment", "output", "deadline")


def split_merged(draft: TaskDraft) -> list[TaskDraft]:
    """The tasks of a row: the row itself when its blocks do not pair."""
    ordinals = [found for line in draft.ordinal_lines if (found := ordinal_of([line]))]
    count = len(ordinals) if len(ordinals) >= _MANY else len(natural_blocks(draft.title))
    titles = blocks_of(draft.title, count) if count >= _MANY else None
    if titles is None:
        return [draft]
    columns = {role: blocks_of(draft.cells[role], count) for role in SHARED}
    paired = [role for role in _EVIDENCE if columns[role] is not None]
    if len(ordinals) < _MANY and (len(paired) < _MANY or "deadline" not in paired):
        return [draft]
    unpaired = [
        role
        for role in _EVIDENCE
        if columns[role] is None and len(natural_blocks(draft.cells[role])) >= _MANY
    ]
    return [
        replace(
            draft,
            ordinal=_ordinal(draft, ordinals, place=place),
            title=[title],
            cells={role: _own(draft.cells[role], columns[role], place=place) for role in SHARED},
            unpaired=unpaired if place == 0 else [],
        )
        for place, title in enumerate(titles)
    ]


def _ordinal(draft: TaskDraft, ordinals: list[str], *, place: int) -> str | None:
    if len(ordinals) >= _MANY:
        return ordinals[place]
    return f"{draft.ordinal}.{place + 1}" if draft.ordinal else None


def _own(lines: list[str], blocks: list[str] | None, *, place: int) -> list[str]:
    """The block of one task; a cell that does not pair belongs to each of them whole."""
    return list(lines) if blocks is None else [blocks[place]]
