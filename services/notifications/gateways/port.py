"""What can hand a message to the outside world? Anything that keeps this promise."""

from typing import Protocol
from uuid import UUID

from services.notifications.domain.delivery import Outcome
from services.notifications.gateways.mail import Mail


class Gateway(Protocol):
    """One way out. Called outside any transaction, after the intent is committed."""

    @property
    def name(self) -> str:
        """How attempts name this way."""
        ...

    async def send(self, mail: Mail) -> Outcome:
        """Hand over one mail and say what became of it; "unknown" when that cannot be said."""
        ...

    async def was_sent(self, message_id: UUID) -> bool | None:
        """Whether a mail went out in an attempt that was interrupted; None: nobody can know."""
        ...
