"""What happens again and again? Small steps, each restartable at any moment."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shared.context import ServiceContext


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """A step that runs every so many seconds; `woken`: also at once when something was committed.

    It returns how much it did; more than nothing runs it again without a pause.
    """

    name: str
    every_seconds: float
    run: Callable[[ServiceContext], Awaitable[int]]
    woken: bool = False
