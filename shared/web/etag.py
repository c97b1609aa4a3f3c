"""Did somebody change it meanwhile? ETag is the revision; every change says which one it saw."""

import re
from typing import Annotated

from fastapi import Depends, Header
from starlette.responses import Response

from shared.errors import BadRequest, PreconditionFailed, PreconditionRequired

_TAG = re.compile(r'"(\d{1,18})"')


def set_etag(response: Response, revision: int) -> None:
    """Put a resource's revision on the answer."""
    response.headers["ETag"] = f'"{revision}"'


class Expected:
    """The revision a caller wants to change; None stands for `*`, whichever is there."""

    def __init__(self, revision: int | None) -> None:
        self._revision = revision

    def check(self, revision: int) -> None:
        """Insist that the resource is still the one the caller saw.

        :raises PreconditionFailed: when it is not.
        """
        if self._revision is not None and self._revision != revision:
            raise PreconditionFailed("stale", headers={"ETag": f'"{revision}"'})


def _expected(
    if_match: Annotated[str | None, Header(alias="If-Match", max_length=200)] = None,
) -> Expected:
    if if_match is None:
        raise PreconditionRequired("if_match_missing")
    if if_match.strip() == "*":
        return Expected(None)
    if if_match.startswith("W/"):
        return Expected(-1)  # a weak tag never matches (RFC 9110)
    match = _TAG.fullmatch(if_match.strip())
    if match is None:
        raise BadRequest("if_match_malformed")
    return Expected(int(match[1]))


IfMatch = Annotated[Expected, Depends(_expected)]
