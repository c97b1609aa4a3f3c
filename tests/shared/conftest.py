"""The toy platform, and callers of it."""

from collections.abc import AsyncIterator

import pytest

from shared.settings import Settings
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.toy_platform import EVERYWHERE, ToyPlatform, toy_platform


@pytest.fixture
async def toy(settings: Settings, clock: FrozenClock) -> AsyncIterator[ToyPlatform]:
    """The toy service twice, with unit T known."""
    async with toy_platform(settings, clock) as built:
        await built.units("/T/")
        yield built


@pytest.fixture
async def boss(toy: ToyPlatform) -> AsyncIterator[Api]:
    """A person who may do everything everywhere."""
    async with Api(toy, await toy.caller(EVERYWHERE)) as api:
        yield api
