"""What does this installation do as long as a person wishes nothing else?"""

from dataclasses import dataclass

from services.notifications.domain.preferences import Delivery, Preferences
from services.notifications.domain.quiet import QuietHours
from services.notifications.storage.tables import Preference
from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class House:
    """The address people reach the platform at, and how they are told unless they wish otherwise.

    More reminders than `storm_per_hour`, or `storm_per_unit` a unit and day, are held.
    """

    public_url: str
    usual: Preferences
    storm_per_hour: int
    storm_per_unit: int

    def wishes(self, row: Preference | None) -> Preferences:
        """Somebody's wishes, filled up with what is usual here."""
        if row is None:
            return self.usual
        usual = self.usual
        start, until = row.quiet_from, row.quiet_until
        return Preferences(
            quiet=QuietHours(
                usual.quiet.start if start is None else start,
                usual.quiet.until if until is None else until,
            ),
            digest_at=row.digest_at or usual.digest_at,
            cap=row.daily_cap or usual.cap,
            unit_digest=row.unit_digest,
            deliveries={channel: _delivery(wish) for channel, wish in row.deliveries.items()},
        )


def house_of(settings: Settings) -> House:
    """The habits that the settings give an installation."""
    return House(
        public_url=settings.public_url or f"http://{settings.host}:{settings.port}",
        usual=Preferences(
            quiet=QuietHours(settings.quiet_from, settings.quiet_until),
            digest_at=settings.digest_at,
            cap=settings.daily_cap,
        ),
        storm_per_hour=settings.storm_per_hour,
        storm_per_unit=settings.storm_per_unit,
    )


def _delivery(wish: str) -> Delivery:
    match wish:
        case "daily" | "weekly" | "off":
            return wish
        case _:
            return "at_once"
