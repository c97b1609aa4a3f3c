"""How long until the next try? Longer each time, never in step with others."""

import random
from datetime import timedelta

_FIRST = 0.5
_LONGEST = 300.0


def backoff(attempts: int, *, longest: float = _LONGEST) -> timedelta:
    """The pause after the given number of failed attempts: doubling, at most 5 min, jittered."""
    ceiling = min(longest, _FIRST * 2 ** min(attempts, 20))
    return timedelta(seconds=ceiling * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
