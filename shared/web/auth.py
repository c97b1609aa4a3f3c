"""Who is asking, and where may they do it? Keys in, principals and reaches out.

A key reads `cchc_<key id>_<secret>`. Only the SHA-256 of the secret is stored: 256 random bits need
no slow hash. Every endpoint names its action with `Allowed("…")`; an endpoint without one fails the
tests.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Security
from fastapi.security import APIKeyHeader
from sqlalchemy import ColumnElement, Select, and_, func, insert, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from shared.context import ServiceContext, context_of
from shared.errors import Forbidden, NotFound, Unauthenticated
from shared.ids import new_id
from shared.persistence.platform_tables import PlatformTables
from shared.rights import Grant, Principal, Reach, Role, reach
from shared.web.tracing import trace_id

_KEY = re.compile(r"cchc_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
api_key = APIKeyHeader(name="X-API-Key", auto_error=False, scheme_name="ApiKey")


@dataclass(frozen=True, slots=True)
class FreshKey:
    """A key at the only moment its text is known."""

    key_id: str
    text: str
    secret_hash: str


def make_key() -> FreshKey:
    """A new key with 256 random bits."""
    key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    return FreshKey(key_id, f"cchc_{key_id}_{secret}", hash_secret(secret))


def read_key(key_text: str) -> FreshKey | None:
    """The parts of a key's text; None when it is not a key at all."""
    match = _KEY.fullmatch(key_text)
    return FreshKey(match[1], key_text, hash_secret(match[2])) if match else None


def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


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
    keys, people = context.tables.access_keys, context.tables.principals
    statement = (
        select(keys, people.c.kind, people.c.name, people.c.unit_code, people.c.grants)
        .join(people, people.c.id == keys.c.principal_id)
        .where(keys.c.key_id == presented.key_id, people.c.active)
    )
    async with context.database.reading() as session:
        row = (await session.execute(statement)).mappings().first()
    if row is None or not hmac.compare_digest(row["secret_hash"], presented.secret_hash):
        return None
    now = context.clock.now()
    if row["revoked_at"] is not None or (row["expires_at"] and row["expires_at"] <= now):
        return None
    return _principal(row, presented.key_id)


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


@dataclass(frozen=True, slots=True)
class Access:
    """A principal that may do an action, and where."""

    principal: Principal
    where: Reach
    tables: PlatformTables

    def within(self, unit_code: Any) -> ColumnElement[bool]:
        """The condition that a column's unit is one the action reaches."""
        if self.where.everywhere:
            return true()
        return unit_code.in_(self._reached_codes())

    def scope(self, statement: Select[Any], *unit_columns: Any) -> Select[Any]:
        """Only rows of which at least one of the unit columns is reached."""
        return statement.where(or_(*(self.within(column) for column in unit_columns)))

    async def require_unit(self, session: AsyncSession, unit_code: str | None) -> None:
        """Insist that a unit is reached. Another unit's object does not exist for the caller.

        :raises NotFound: when it is not.
        """
        if self.where.everywhere:
            return
        found = await session.scalar(
            self._reached_codes().where(self.tables.unit_nodes.c.code == unit_code)
        )
        if found is None:
            raise NotFound

    def require_everywhere(self) -> None:
        """Insist on a right over the whole installation.

        :raises Forbidden: for somebody whose right ends at a unit.
        """
        if not self.where.everywhere:
            raise Forbidden("forbidden_everywhere")

    def _reached_codes(self) -> Select[Any]:
        node, root = self.tables.unit_nodes, self.tables.unit_nodes.alias("root")
        below = and_(
            root.c.code.in_(sorted(self.where.roots)),
            func.substr(node.c.path, 1, func.length(root.c.path)) == root.c.path,
        )
        return select(node.c.code).join(root, below).distinct()


class Allowed:
    """Dependency: the caller may do this action somewhere; where exactly, the endpoint asks."""

    def __init__(self, action: str) -> None:
        self.action = action

    async def __call__(self, request: Request, _: str | None = Security(api_key)) -> Access:
        principal = await authenticate(request)
        where = reach(principal, self.action)
        if not where:
            await record_refusal(context_of(request), principal, self.action)
            raise Forbidden("forbidden", action=self.action)
        return Access(principal, where, context_of(request).tables)


async def record_refusal(context: ServiceContext, principal: Principal, action: str) -> None:
    """Put a refused access on record, in a transaction of its own."""
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
