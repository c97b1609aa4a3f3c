"""Waiting for something that happens by itself, without sleeping for a fixed time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable


async def eventually(
    condition: Callable[[], bool | Awaitable[bool]], *, within: float = 30.0, every: float = 0.02
) -> float:
    """Ask again and again until it is true; the seconds it took.

    :raises AssertionError: when it did not become true within the given seconds.
    """
    started = time.monotonic()
    while True:
        answer = condition()
        if await answer if isawaitable(answer) else answer:
            return time.monotonic() - started
        assert time.monotonic() - started < within, f"not true within {within:g} s"
        await asyncio.sleep(every)
