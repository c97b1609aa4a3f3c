"""How does a criteria set come into force? Registered, linted, published, then never changed."""

from typing import Any, Literal

from sqlalchemy import select
from sqlmodel import col

from services.scoring.domain import (
    CriteriaSet,
    InvalidData,
    Problem,
    lint_criteria_set,
    parse_criteria_set,
)
from services.scoring.storage.tables import CriteriaSetRow
from shared.errors import Conflict, FieldError, Invalid
from shared.search_text import search_key
from shared.texts import current_language
from shared.unit_of_work import UnitOfWork

DRAFT, PUBLISHED = "draft", "published"


def read_criteria_set(content: object) -> tuple[CriteriaSet, list[Problem]]:
    """A set from its file format, and what lint says of it.

    :raises Invalid: it cannot be read, or lint finds an error; every fault with its pointer.
    """
    try:
        criteria_set = parse_criteria_set(content)
    except InvalidData as invalid:
        raise as_problem("criteria_set_invalid", invalid.problems) from invalid
    found = lint_criteria_set(criteria_set)
    errors = [problem for problem in found if problem.severity == "error"]
    if errors:
        raise as_problem("criteria_set_invalid", errors)
    return criteria_set, found


async def register(uow: UnitOfWork, content: dict[str, Any]) -> CriteriaSetRow:
    """Keep a set as a draft.

    :raises Invalid: see `read_criteria_set`.
    :raises Conflict: the code is taken.
    """
    criteria_set, warnings = read_criteria_set(content)
    await _require_free_code(uow, criteria_set.code)
    row = CriteriaSetRow(state=DRAFT, **_fields(criteria_set, content, warnings))
    await uow.save(row)
    return row


async def replace(uow: UnitOfWork, row: CriteriaSetRow, content: dict[str, Any]) -> CriteriaSetRow:
    """Put another content into a draft.

    :raises Conflict: it is published, or the new code is taken.
    """
    if row.state != DRAFT:
        raise Conflict("criteria_set_is_published")
    criteria_set, warnings = read_criteria_set(content)
    if criteria_set.code != row.code:
        await _require_free_code(uow, criteria_set.code)
    for name, value in _fields(criteria_set, content, warnings).items():
        setattr(row, name, value)
    await uow.save(row)
    return row


async def publish(uow: UnitOfWork, row: CriteriaSetRow) -> CriteriaSetRow:
    """Publish (ban hành) a draft; from now on it never changes.

    :raises Conflict: it is published already.
    """
    if row.state != DRAFT:
        raise Conflict("criteria_set_is_published")
    read_criteria_set(row.content)  # the lint of today decides, not the one of the upload
    row.state = PUBLISHED
    row.published_at = uow.now()
    await uow.save(row)
    return row


def as_problem(code: str, problems: list[Problem]) -> Invalid:
    """Faults of scoring data as one HTTP problem."""
    language: Literal["vi", "en"] = "en" if current_language.get() == "en" else "vi"
    errors = [FieldError(p.pointer, p.code, p.message(language)) for p in problems]
    return Invalid(code, errors=errors, count=len(errors))


def _fields(
    criteria_set: CriteriaSet, content: dict[str, Any], warnings: list[Problem]
) -> dict[str, Any]:
    return {
        "code": criteria_set.code,
        "title": criteria_set.title,
        "reference": criteria_set.reference,
        "content": content,
        "content_hash": criteria_set.hash,
        "warnings": [problem.as_json() for problem in warnings],
        "search": search_key(f"{criteria_set.code} {criteria_set.title}"),
    }


async def _require_free_code(uow: UnitOfWork, code: str) -> None:
    statement = select(col(CriteriaSetRow.id)).where(col(CriteriaSetRow.code) == code)
    if await uow.session.scalar(statement) is not None:
        raise Conflict("criteria_set_code_taken", code=code)
