"""How does an endpoint that only reads get its database session?"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from shared.context import context_of


async def _reading(request: Request) -> AsyncIterator[AsyncSession]:
    async with context_of(request).database.reading() as session:
        yield session


Reading = Annotated[AsyncSession, Depends(_reading)]
