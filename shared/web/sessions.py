"""How does an endpoint that only reads get its database session?"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from starlette.requests import Request

from shared.context import context_of


async def _reading(request: Request) -> AsyncIterator[AsyncSession]:
    async with context_of(request).database.reading() as session:
        yield session


async def _asking(request: Request) -> AsyncIterator[AsyncConnection]:
    async with context_of(request).database.asking() as connection:
        yield connection


# one snapshot for several questions
Reading = Annotated[AsyncSession, Depends(_reading)]
# for an endpoint that asks one question only: without a transaction around it
Asking = Annotated[AsyncConnection, Depends(_asking)]
