"""How does a browser open what only a key opens? By a link that is signed and soon over.

A link is good for one address, for reading, for as long as the key it was made with, and for one
working day at most. It lets its holder see what the key's holder may see there, nothing else.
"""

import hashlib
import hmac
import re
from datetime import timedelta
from typing import Annotated

from fastapi import Query, Security
from starlette.requests import Request

from shared.access import Access
from shared.context import ServiceContext, context_of
from shared.errors import Unauthenticated
from shared.rights import Principal
from shared.web.auth import Allowed, api_key, find_holder

_LASTS = timedelta(hours=8)
_TICKET = re.compile(r"([0-9A-Za-z_-]{1,32})\.([0-9a-f]{8,10})\.([0-9a-f]{64})")


def signed_link(request: Request, principal: Principal, path: str) -> str:
    """The address of a page with a ticket for it; without one for callers who have no key."""
    context = context_of(request)
    if principal.key_id is None:
        return path
    until = int((context.clock.now() + _LASTS).timestamp())
    return f"{path}?ticket={principal.key_id}.{until:x}.{_seal(context, path, principal.key_id, until)}"


class AllowedByLink(Allowed):
    """Like `Allowed`, for pages a person opens in a browser: a ticket stands in for the key."""

    async def __call__(
        self,
        request: Request,
        _: str | None = Security(api_key),
        ticket: Annotated[str | None, Query(max_length=200)] = None,
    ) -> Access:
        if ticket is not None and "x-api-key" not in request.headers:
            request.state.principal = await _holder(request, ticket)
        return await super().__call__(request)


async def _holder(request: Request, ticket: str) -> Principal:
    """:raises Unauthenticated: the ticket is for another address, over, or its key is."""
    context = context_of(request)
    found = _TICKET.fullmatch(ticket)
    if found is not None:
        key_id, until = found[1], int(found[2], 16)
        seal = _seal(context, request.url.path, key_id, until)
        if hmac.compare_digest(seal, found[3]) and until > context.clock.now().timestamp():
            principal = await find_holder(context, key_id)
            if principal is not None:
                return principal
    raise Unauthenticated("ticket_invalid", headers={"WWW-Authenticate": "ApiKey"})


def _seal(context: ServiceContext, path: str, key_id: str, until: int) -> str:
    message = f"{path}\x1f{key_id}\x1f{until}".encode()
    return hmac.new(context.secret, b"ticket\x1f" + message, hashlib.sha256).hexdigest()
