"""How does an error look? RFC 9457 problem+json, in the caller's language, without the input."""

import json
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from shared.errors import FieldError, NotFound, Problem, Unavailable
from shared.persistence.database import is_unavailable
from shared.texts import has_text, text
from shared.web.tracing import trace_id

log = structlog.get_logger(__name__)
MEDIA_TYPE = "application/problem+json"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class FieldProblem(BaseModel):
    pointer: str
    code: str
    message: str


class ProblemDetails(BaseModel):
    """What every error answer looks like."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    trace_id: str
    errors: list[FieldProblem] = Field(default_factory=list)


def render(problem: Problem) -> Response:
    """A problem as an HTTP answer."""
    body: dict[str, Any] = {
        "type": f"urn:cchc:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "trace_id": trace_id.get(),
    }
    if problem.errors:
        body["errors"] = [
            {"pointer": e.pointer, "code": e.code, "message": e.message} for e in problem.errors
        ]
    return Response(
        json.dumps(body, ensure_ascii=False),
        status_code=problem.status,
        headers=problem.headers,
        media_type=MEDIA_TYPE,
    )


def install(app: FastAPI) -> None:
    """Make an app answer every error as a problem."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    for broken_line in (ConnectionError, TimeoutError):  # the database is the only one we call
        app.add_exception_handler(broken_line, _database)
    app.add_exception_handler(Exception, unexpected)


async def _problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - registered for this class
    return render(error)


async def _validation(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    found = error.errors()
    if found and all(e["loc"][0] == "path" for e in found):
        return render(NotFound())  # an id that cannot exist does not exist
    problem = Problem("invalid", errors=[_field_error(e) for e in found[:50]])
    problem.status = 400 if any(e["type"] == "json_invalid" for e in found) else 422
    if problem.status == 400:  # noqa: PLR2004
        problem.code = "malformed_body"
    return render(problem)


def _field_error(error: dict[str, Any]) -> FieldError:
    place, *path = error["loc"]
    pointer = "/" + "/".join(_escape(p) for p in path)
    if place in {"query", "header", "cookie"}:
        pointer = ("?" if place == "query" else f"{place}:") + ".".join(str(p) for p in path)
    code = str(error["type"])
    key = f"problems.fields.{code}"
    limits: dict[str, Any] = {
        k: v for k, v in error.get("ctx", {}).items() if isinstance(v, int | float | str)
    }
    message = text(key, **limits) if has_text(key) else text("problems.fields.other")
    return FieldError(pointer=pointer, code=code, message=message)


def _escape(part: object) -> str:
    printable = str(part).encode("utf-8", "replace").decode()
    return printable.replace("~", "~0").replace("/", "~1")[:100]


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    codes = {
        400: "malformed_body",
        404: "no_such_path",
        405: "method_not_allowed",
        413: "body_too_large",
        415: "unsupported_media_type",
        422: "invalid",
    }
    problem = Problem(codes.get(error.status_code, "bad_request"))
    problem.status = error.status_code
    if error.status_code == 405:  # noqa: PLR2004
        problem.headers["Allow"] = ", ".join(sorted(_allowed_methods(request)))
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=problem.headers)
    return render(problem)


def _allowed_methods(request: Request) -> set[str]:
    """All methods of the path; Starlette names only one route's."""
    scope, methods = request.scope, {"OPTIONS"}
    for verb in _METHODS:
        probe = {**scope, "method": verb}
        for route in request.app.router.routes:
            if route.matches(probe)[0] is Match.FULL:
                methods |= {verb, "HEAD"} if verb == "GET" else {verb}
    return methods


async def _database(request: Request, error: Exception) -> Response:
    if isinstance(error, DBAPIError) and not is_unavailable(error):
        return await unexpected(request, error)
    log.error("database_unavailable", path=request.scope["path"], exc_info=error)
    return render(Unavailable("database_unavailable", headers={"Retry-After": "2"}))


async def unexpected(request: Request, error: Exception) -> Response:
    """The last net: a fault of ours, logged in full, shown without any of it."""
    log.error("unexpected_error", path=request.scope["path"], exc_info=error)
    return render(Problem("unexpected"))
