"""Who is asking, and where may they do it? Keys in, principals and reaches out.

Every endpoint names its action with `Allowed("…")`; an endpoint without one fails the
tests.
"""

import hmac
import time
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

from fastapi import Depends, Security
from fastapi.security import APIKeyHeader
from sqlalchemy import Executable, Table, bindparam, insert, select
from starlette.requests import Request
from starlette.responses import Response

from shared.access import Access
from shared.context import ServiceContext, context_of
from shared.errors import Forbidden, Unauthenticated
from shared.ids import new_id
from shared.keys import read_key
from shared.rights import Grant, Principal, Role, reach
from shared.web.problem_details import render
from shared.web.tracing import trace_id

# another process may take a key away; here its holder is out after this time at the latest
KNOWN_SECONDS = 1.0
_MOST_KNOWN = 1000
api_key = APIKeyHeader(name="X-API-Key", auto_error=False, scheme_name="ApiKey")


async def authenticate(request: Request) -> Principal:
    """The principal behind a request's key.

    :raises Unauthenticated: no key, a wrong one, an expired or revoked one, or an inactive holder.
    """
    known: Principal | None = getattr(request.state, "principal", None)
    if known is not None:
        return known
    context = context_of(request)
    presented = request.headers.get("x-api-key")
    if not presented:
        raise Unauthenticated("key_missing", headers={"WWW-Authenticate": "ApiKey"})
    principal = await find_principal(context, presented)
    if principal is None:
        raise Unauthenticated("key_invalid", headers={"WWW-Authenticate": "ApiKey"})
    request.state.principal = principal
    return principal


async def find_principal(context: ServiceContext, key_text: str) -> Principal | None:
    """The holder of a key that is valid now."""
    presented = read_key(key_text)
    if presented is None:
        return None
    row = await _holder(context, presented.key_id)
    if row is None or not hmac.compare_digest(row["secret_hash"], presented.secret_hash):
        return None
    return _principal(row, presented.key_id) if _is_valid(context, row) else None


async def find_holder(context: ServiceContext, key_id: str) -> Principal | None:
    """The holder of a key that is valid now, known by the key's id: for links signed here."""
    row = await _holder(context, key_id)
    return None if row is None or not _is_valid(context, row) else _principal(row, key_id)


def _is_valid(context: ServiceContext, row: Mapping[Any, Any]) -> bool:
    """Whether a key is neither revoked nor expired."""
    expires_at = row["expires_at"]
    in_time = expires_at is None or expires_at > context.clock.now()
    return row["revoked_at"] is None and in_time


async def _holder(context: ServiceContext, key_id: str) -> Mapping[Any, Any] | None:
    """A key and its active holder; what was read less than `KNOWN_SECONDS` ago is not read again."""
    read_at, row = context.known_keys.get(key_id, (0.0, None))
    if row is not None and time.monotonic() - read_at < KNOWN_SECONDS:
        return row
    statement = _holder_of(context.tables.access_keys, context.tables.principals)
    async with context.database.asking() as connection:
        found = (await connection.execute(statement, {"key_id": key_id})).mappings().first()
    if found is None:
        context.known_keys.pop(key_id, None)
        return None
    if len(context.known_keys) >= _MOST_KNOWN:
        context.known_keys.clear()
    context.known_keys[key_id] = (time.monotonic(), found)
    return found


@cache
def _holder_of(keys: Table, people: Table) -> Executable:
    return (
        select(keys, people.c.kind, people.c.name, people.c.unit_code, people.c.grants)
        .join(people, people.c.id == keys.c.principal_id)
        .where(keys.c.key_id == bindparam("key_id"), people.c.active)
    )


def _principal(row: Mapping[Any, Any], key_id: str) -> Principal:
    return Principal(
        id=row["principal_id"],
        kind=row["kind"],
        name=row["name"],
        unit_code=row["unit_code"],
        grants=tuple(read_grant(grant) for grant in row["grants"]),
        key_id=key_id,
    )


def read_grant(data: Mapping[str, Any]) -> Grant:
    """A grant as it is stored and sent."""
    return Grant(
        unit_code=data["unit_code"],
        role=Role(data["role"]) if data.get("role") else None,
        scopes=frozenset(data.get("scopes") or ()),
    )


class Allowed:
    """Dependency: the caller may do this action somewhere; where exactly, the endpoint asks."""

    def __init__(self, action: str) -> None:
        self.action = action

    async def __call__(self, request: Request, _: str | None = Security(api_key)) -> Access:
        principal = await authenticate(request)
        request.state.action = self.action
        where = reach(principal, self.action)
        if not where:
            raise Forbidden("forbidden", action=self.action)
        return Access(principal, where, context_of(request).tables)


async def known(request: Request, _: str | None = Security(api_key)) -> Principal:
    """The caller, whatever their rights are."""
    return await authenticate(request)


Known = Annotated[Principal, Depends(known)]


async def refuse(request: Request, error: Exception) -> Response:
    """Answer a refused access, and put it on record in a transaction of its own.

    By now the command's own transaction is gone, so the two never wait for each other.
    """
    assert isinstance(error, Forbidden)  # noqa: S101 - registered for this class
    principal: Principal | None = getattr(request.state, "principal", None)
    if principal is not None:
        action = getattr(request.state, "action", request.method)
        await _record_refusal(context_of(request), principal, action)
    return render(error)


async def _record_refusal(context: ServiceContext, principal: Principal, action: str) -> None:
    row = {
        "id": new_id(),
        "at": context.clock.now(),
        "actor_kind": principal.kind,
        "actor_id": str(principal.id),
        "action": action,
        "outcome": "refused",
        "touched": [],
        "trace_id": trace_id.get(),
    }
    async with context.database.writing() as session:
        await session.execute(insert(context.tables.audit), [row])
        await session.commit()
