"""A clock that moves only when told."""

from datetime import UTC, datetime, timedelta


class FrozenClock:
    """Stands at an instant; moves forward by `advance` or to a later instant by `move_to`."""

    def __init__(self, start: str) -> None:
        self._now = datetime.fromisoformat(start).astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, **by: float) -> None:
        self._now += timedelta(**by)

    def move_to(self, instant: str) -> None:
        later = datetime.fromisoformat(instant).astimezone(UTC)
        assert later >= self._now, "time does not run backwards"
        self._now = later
