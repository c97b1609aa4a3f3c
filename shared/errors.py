"""What can go wrong for a caller? Problems: a status, a stable code, and a sentence to read.

The sentence stands in the catalogue under `problems.<code>`; one handler renders all of them
(RFC 9457). Input, SQL and stack traces are never part of a problem.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.texts import text


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong at one place. `pointer` is a JSON pointer into the body, or ?name, or a header."""

    pointer: str
    code: str
    message: str


class Problem(Exception):
    """Something the caller must know about. Subclasses fix the HTTP status."""

    status = 500

    def __init__(
        self,
        code: str,
        /,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.values = values

    @property
    def title(self) -> str:
        """A short sentence that is the same each time this code occurs."""
        return text(f"problems.{self.code}.title")

    @property
    def detail(self) -> str:
        """What happened this time and what to do about it."""
        return text(f"problems.{self.code}.detail", **self.values)


class BadRequest(Problem):
    status = 400


class Unauthenticated(Problem):
    status = 401


class Forbidden(Problem):
    status = 403


class NotFound(Problem):
    status = 404

    def __init__(self, code: str = "not_found", /, **values: Any) -> None:
        super().__init__(code, **values)


class Conflict(Problem):
    status = 409


class PreconditionFailed(Problem):
    status = 412


class TooLarge(Problem):
    status = 413


class UnsupportedMediaType(Problem):
    status = 415


class Invalid(Problem):
    status = 422

    def __init__(self, code: str = "invalid", /, **values: Any) -> None:
        super().__init__(code, **values)


class PreconditionRequired(Problem):
    status = 428


class Unavailable(Problem):
    status = 503
