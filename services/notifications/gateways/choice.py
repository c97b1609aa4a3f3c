"""Which way does a mail take? People who do not exist are never written to for real."""

from dataclasses import dataclass

from services.notifications.domain.addresses import is_reserved
from services.notifications.gateways.files import FileGateway
from services.notifications.gateways.port import Gateway
from services.notifications.gateways.smtp import SmtpGateway
from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Gateways:
    """The ways out of one installation; without a mail server everything becomes a file."""

    file: Gateway
    smtp: Gateway | None = None

    def choose(self, address: str, *, simulated: bool) -> Gateway:
        """The way to an address; reserved domains and simulated contacts never leave the house."""
        if self.smtp is None or simulated or is_reserved(address):
            return self.file
        return self.smtp

    def names(self) -> list[str]:
        """The ways that are open, as attempts name them."""
        return [way.name for way in (self.file, self.smtp) if way is not None]

    def named(self, name: str) -> Gateway | None:
        """The way an earlier attempt took; None when it is no longer configured."""
        return next((g for g in (self.file, self.smtp) if g is not None and g.name == name), None)


def gateways(settings: Settings) -> Gateways:
    """The ways out that the settings open."""
    return Gateways(
        file=FileGateway(settings.data_dir / "mail"),
        smtp=SmtpGateway(settings) if settings.smtp_host else None,
    )
