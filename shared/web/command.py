"""How is a change over HTTP made exactly once, and never reported before it is true?

The route runs inside one unit of work. The response is built first, stored with its idempotency
key, committed in the same transaction, and only then leaves. (A `yield` dependency that commits
runs after the response: a failed commit would have been a 2xx.)
"""

import hashlib
import re
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from functools import cache
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header
from fastapi.routing import APIRoute
from python_multipart.multipart import parse_options_header
from sqlalchemy import Executable, Row, Table, Text, and_, bindparam, func, select, true
from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.responses import Response

from shared.context import ServiceContext, context_of
from shared.crash_points import crash_point
from shared.errors import BadRequest, Conflict, Invalid, UnsupportedMediaType
from shared.unit_of_work import Actor, Doing, UnitOfWork, unit_of_work
from shared.web.auth import authenticate
from shared.web.csv_lists import is_list, list_as_csv, wants_csv
from shared.web.limits import begin_commit
from shared.web.problem_details import render
from shared.web.strict_json import StrictRequest
from shared.web.tracing import trace_id, traceparent

_KEY = re.compile(r'"?([\x21\x23-\x7e]{1,255})"?')
_KEPT_HEADERS = ("content-type", "etag", "location", "content-language", "preference-applied")
# a header an endpoint sets when its answer must not be stored; its value is the problem's code
ANSWERED_ONCE = "x-answered-once"
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Replayed(Exception):
    """This very command was answered before."""

    def __init__(self, response: Response) -> None:
        super().__init__("replayed")
        self.response = response


class Command:
    """One change asked for over HTTP; its transaction begins when the endpoint asks for it."""

    def __init__(
        self, context: ServiceContext, doing: Doing, key: str | None, request_hash: str
    ) -> None:
        self._context = context
        self._doing = doing
        self._key = key
        self._request_hash = request_hash
        self._uow: UnitOfWork | None = None
        self.stack = AsyncExitStack()

    async def start(self) -> UnitOfWork:
        """Open the transaction.

        :raises Replayed: the key was used with the same request before.
        :raises Invalid: the key was used with another request before.
        """
        if self._uow is None:
            self._uow = await self.stack.enter_async_context(
                unit_of_work(
                    self._context.database,
                    self._context.tables,
                    self._context.clock,
                    service=self._context.name,
                    doing=self._doing,
                    on_commit=self._context.committed,
                )
            )
            if self._key:
                await self._take_turn(self._uow)
        return self._uow

    def remember(self, response: Response) -> None:
        """Store the answer with its key, in the transaction of what it answers."""
        if self._uow is None:
            raise RuntimeError("a command must open its unit of work")
        once = response.headers.get(ANSWERED_ONCE)
        if once:
            del response.headers[ANSWERED_ONCE]
        if not self._key:
            return
        # a secret is never stored: who asks again is told so, and makes another
        kept = render(Conflict(once)) if once else response
        headers = {k: v for k, v in kept.headers.items() if k in _KEPT_HEADERS}
        row = self._identity() | {
            "request_hash": self._request_hash,
            "status": kept.status_code,
            "headers": headers,
            "body": bytes(kept.body),
            "created_at": self._context.clock.now(),
        }
        self._uow.put_beside(self._context.tables.idempotency, row)

    async def _take_turn(self, uow: UnitOfWork) -> None:
        """Let no other process answer the same key meanwhile; what was answered is given again.

        One process knows by itself. Whoever committed between our look and our lock is found by the
        primary key when this command stores its answer.
        """
        identity = self._identity()
        parameters = dict(identity)
        if not self._context.database.is_sqlite:
            parameters["slot"] = "\x1f".join(str(part) for part in identity.values())
        statement = _turn(self._context.tables.idempotency, self._context.database.dialect)
        connection = await uow.session.connection()
        row = (await connection.execute(statement, parameters)).first()
        if row is None:
            return
        if not row.ours:
            raise in_flight()
        if row.key is not None:
            raise self._answered_before(row)

    def _answered_before(self, row: Row[Any]) -> Exception:
        if row.request_hash != self._request_hash:
            return Invalid("idempotency_mismatch")
        headers = dict(row.headers) | {"Idempotency-Replayed": "true"}
        return Replayed(Response(row.body, status_code=row.status, headers=headers))

    def _identity(self) -> dict[str, Any]:
        return {
            "principal_id": UUID(self._doing.actor.id),
            "route": self._doing.action,
            "key": self._key,
        }


@cache
def _turn(table: Table, dialect: str) -> Executable:
    """Ask for the turn of a key (`ours`) and for the answer already given under it, in one."""
    same = [table.c[name] == bindparam(name) for name in ("principal_id", "route", "key")]
    if dialect != "postgresql":
        return select(table, true().label("ours")).where(*same)
    hashed = func.hashtextextended(bindparam("slot", type_=Text), 0)
    turn = select(func.pg_try_advisory_xact_lock(hashed).label("ours")).subquery("turn")
    return select(table, turn.c.ours).select_from(turn.outerjoin(table, and_(*same)))


class ReadRoute(APIRoute):
    """A route that changes nothing."""

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()

        async def read(request: Request) -> Response:
            response = await handler(StrictRequest(request.scope, request.receive))
            if wants_csv(request) and is_list(response):
                return list_as_csv(request, response)
            tag = response.headers.get("etag")
            if tag and request.headers.get("if-none-match") == tag:
                return Response(status_code=304, headers={"ETag": tag})
            return response

        return read


class CommandRoute(ReadRoute):
    """A route whose POST, PUT, PATCH and DELETE are commands; its GET reads."""

    def get_route_handler(self) -> Handler:
        methods = self.methods or set()
        if methods <= {"GET", "HEAD"}:
            return super().get_route_handler()
        handler = APIRoute.get_route_handler(self)
        action = f"{min(methods)} {self.path_format}"

        async def run(request: Request) -> Response:
            return await _run(StrictRequest(request.scope, request.receive), handler, action)

        return run


async def _run(request: Request, handler: Handler, action: str) -> Response:
    context = context_of(request)
    body = await request.body()
    _require_json(request, body)
    principal = await authenticate(request)
    key = _read_key(request)
    if key is None and principal.is_system and request.method == "POST":
        raise BadRequest("idempotency_key_required")
    doing = Doing(
        Actor(principal.kind, str(principal.id)),
        action,
        trace_id=trace_id.get(),
        traceparent=traceparent(),
    )
    slot = (str(principal.id), action, key or "")
    if key and slot in context.in_flight:
        raise in_flight()
    context.in_flight.add(slot)
    try:
        command = Command(context, doing, key, _hash(request, body))
        request.state.command = command
        async with command.stack:
            response = await handler(request)
            if response.status_code >= 400:  # noqa: PLR2004
                raise RuntimeError("a refused command raises a Problem, so that it rolls back")
            command.remember(response)
            crash_point("command.answer_kept")
            await begin_commit(request.scope)
        crash_point("command.committed")
    except Replayed as replayed:
        return replayed.response
    except IntegrityError as error:
        if str(context.tables.idempotency.primary_key.name) not in str(error.orig):
            raise
        raise in_flight() from error
    finally:
        context.in_flight.discard(slot)
    return response


def in_flight() -> Conflict:
    """The problem of a command that is being done under the same key."""
    return Conflict("idempotency_in_flight", headers={"Retry-After": "1"})


def _require_json(request: Request, body: bytes) -> None:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if body and kind not in {"application/json", "multipart/form-data"}:
        raise UnsupportedMediaType("unsupported_media_type")


def _read_key(request: Request) -> str | None:
    values = request.headers.getlist("idempotency-key")
    if not values:
        return None
    match = _KEY.fullmatch(values[0])
    if match is None or len(values) > 1:
        raise BadRequest("idempotency_key_malformed")
    return match[1]


def _hash(request: Request, body: bytes) -> str:
    digest = hashlib.sha256()
    # each try of an upload draws a new boundary; what it separates is the same
    boundary = parse_options_header(request.headers.get("content-type"))[1].get(b"boundary", b"")
    content = body.replace(boundary, b"") if boundary else body
    path = request.scope["path"].encode("utf-8", "surrogatepass")
    for part in (path, request.scope["query_string"], content):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


# read by the wrapper; declared so that the API document tells of it
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", max_length=257)]


async def _open_unit_of_work(request: Request, _: IdempotencyKey = None) -> UnitOfWork:
    command: Command = request.state.command
    return await command.start()


Uow = Annotated[UnitOfWork, Depends(_open_unit_of_work)]
