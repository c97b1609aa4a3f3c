"""How is a long list read page by page without missing or repeating a row? By keyset.

A cursor holds the last row's sort value and id, bound to the sort and filters it was made for, and
signed, so it cannot be bent into a query of its own.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from types import SimpleNamespace
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Date, Select, and_, inspect, or_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from starlette.requests import Request

from shared.context import context_of
from shared.errors import FieldError, Invalid
from shared.persistence.types import UtcDateTime
from shared.texts import text

T = TypeVar("T")
MAX_LIMIT = 200
_NO_FILTERS = {"limit", "cursor", "format"}


class Page(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` is null on the last one."""

    items: list[T]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class PageQuery:
    """What the caller asked for."""

    limit: int
    cursor: str | None
    sort: str | None
    fingerprint: str
    secret: bytes


def _page_query(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 50,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    sort: Annotated[str | None, Query(max_length=50)] = None,
) -> PageQuery:
    filters = sorted((k, v) for k, v in request.query_params.multi_items() if k not in _NO_FILTERS)
    key = str(request.headers.get("x-api-key", ""))
    fingerprint = hashlib.sha256(
        json.dumps([request.scope["path"], filters, key]).encode()
    ).hexdigest()[:24]
    return PageQuery(limit, cursor, sort, fingerprint, context_of(request).secret)


Paging = Annotated[PageQuery, Depends(_page_query)]


async def fetch_page(
    session: AsyncSession | AsyncConnection,
    statement: Select[Any],
    page: PageQuery,
    *,
    id_column: Any,
    sorts: Mapping[str, Any],
    default: str,
) -> tuple[list[Any], str | None]:
    """One page of a statement that selects a single entity, and the cursor of the next.

    Of a mapped class the columns are selected and come as `Record`s; no object is made that watches
    its attributes and belongs to the session, only to be read once.

    `sorts` maps the names a caller may sort by (descending with a leading "-") to columns or
    expressions that are never NULL.

    :raises Invalid: an unknown sort, or a cursor that was not made for this list and these filters.
    """
    name = page.sort or default
    descending, name = name.startswith("-"), name.removeprefix("-")
    if name not in sorts:
        raise _wrong("?sort", "unknown_sort", names=", ".join(sorted(sorts)))
    key = sorts[name]
    if page.cursor:
        value, last_id = _open(page, key)
        beyond = key < value if descending else key > value
        beyond_id = id_column < last_id if descending else id_column > last_id
        statement = statement.where(or_(beyond, and_(key == value, beyond_id)))
    order = (key.desc(), id_column.desc()) if descending else (key, id_column)
    names = _columns_of(statement)
    if names:
        mapped = statement.column_descriptions[0]["entity"]
        statement = statement.with_only_columns(*(getattr(mapped, name) for name in names))
    statement = statement.add_columns(key.label("sort_value"), id_column.label("sort_id"))
    rows = (await session.execute(statement.order_by(*order).limit(page.limit + 1))).all()
    shown = rows[: page.limit]
    more = len(rows) > page.limit
    cursor = _seal(page, shown[-1].sort_value, shown[-1].sort_id) if more else None
    if names:
        return [Record(**dict(zip(names, row, strict=False))) for row in shown], cursor
    return [row[0] for row in shown], cursor


class Record(SimpleNamespace):
    """A row of a mapped class that can only be read."""

    def model_dump(self, *, exclude: Collection[str] = ()) -> dict[str, Any]:
        """Its values by name, as the mapped class gives them."""
        return {name: value for name, value in vars(self).items() if name not in exclude}


def _columns_of(statement: Select[Any]) -> tuple[str, ...]:
    """The attributes of the mapped class a statement selects; none when it selects something else."""
    selected = statement.column_descriptions[0]
    mapped = selected.get("entity")
    if mapped is None or selected["expr"] is not mapped:
        return ()
    return _attributes(mapped)


@cache
def _attributes(mapped: type) -> tuple[str, ...]:
    return tuple(inspect(mapped).column_attrs.keys())


def _seal(page: PageQuery, value: Any, last_id: Any) -> str:
    payload = json.dumps([_plain(value), _plain(last_id), page.fingerprint]).encode()
    mark = hmac.digest(page.secret, payload, "sha256")[:12]
    return base64.urlsafe_b64encode(mark + payload).decode().rstrip("=")


def _open(page: PageQuery, key: ColumnElement[Any]) -> tuple[Any, Any]:
    try:
        raw = base64.urlsafe_b64decode((page.cursor or "") + "==")
        mark, payload = raw[:12], raw[12:]
        if not hmac.compare_digest(mark, hmac.digest(page.secret, payload, "sha256")[:12]):
            raise ValueError("not ours")
        value, last_id, fingerprint = json.loads(payload)
        if fingerprint != page.fingerprint:
            raise ValueError("made for another list")
        return _typed(value, key), _id(last_id)
    except (ValueError, TypeError) as error:
        raise _wrong("?cursor", "bad_cursor") from error


def _plain(value: Any) -> Any:
    return (
        value.isoformat()
        if isinstance(value, date)
        else value
        if isinstance(value, int)
        else str(value)
    )


def _typed(value: Any, key: ColumnElement[Any]) -> Any:
    if isinstance(key.type, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(key.type, Date):
        return date.fromisoformat(value)
    return value


def _id(value: Any) -> Any:
    if isinstance(value, int):
        return value
    try:
        return UUID(value)
    except ValueError:
        return value


def _wrong(pointer: str, code: str, **values: Any) -> Invalid:
    message = text(f"problems.fields.{code}", **values)
    return Invalid(errors=[FieldError(pointer, code, message)])


def whole_list(items: Sequence[T]) -> Page[T]:
    """A short list that is always given whole."""
    return Page(items=list(items), next_cursor=None)
