"""One platform with its sample for all tests of a module."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.sample_world import World, sample_world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with sample_world(tmp_path_factory.mktemp("world") / "var") as built:
        yield built
