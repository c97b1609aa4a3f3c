"""A real SMTP server in this process that behaves as badly as it is told to."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class MailServer:
    """Keeps what it accepts. `at_mail`, `at_rcpt`, `at_data` are its answers; None accepts."""

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[EmailMessage] = []
        self.sessions = 0
        self.at_mail: str | None = None
        self.at_rcpt: str | None = None
        self.at_data: str | None = None
        # takes its time after it has taken a mail
        self.seconds_to_answer = 0.0
        # takes the mail and then says nothing until this is set
        self.answers = asyncio.Event()
        self.answers.set()

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self.at_mail is not None:
            return self.at_mail
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self.at_rcpt is not None:
            return self.at_rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.at_data is not None:
            return self.at_data
        content: Any = envelope.content
        self.mails.append(email.message_from_bytes(content, policy=email.policy.default))
        await asyncio.sleep(self.seconds_to_answer)
        await self.answers.wait()
        return "250 taken"

    def _protocol(self) -> SMTP:
        self.sessions += 1
        return SMTP(self, hostname="mail.test", loop=asyncio.get_running_loop())


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    """A listening server on a free port."""
    handler = MailServer()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(handler._protocol, "127.0.0.1", 0)
    handler.port = server.sockets[0].getsockname()[1]
    try:
        yield handler
    finally:
        handler.answers.set()
        server.close()
        await server.wait_closed()
