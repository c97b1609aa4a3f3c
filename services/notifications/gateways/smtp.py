"""How is mail handed to a mail server, and what does its answer mean?

4xx: try again later. 5xx: this recipient or this mail is refused for good. No answer after the
content was on its way: nobody can know whether it was taken.
"""

import contextlib
import socket
from dataclasses import replace
from uuid import UUID

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from services.notifications.domain.delivery import Outcome
from services.notifications.gateways.mail import Mail, UnsafeHeader, to_bytes
from shared.settings import Settings

_STEP_SECONDS = 20.0
_QUIT_SECONDS = 2.0
_PERMANENT = 500
_LONGEST_DETAIL = 500


class SmtpGateway:
    """A mail server (CCHC_SMTP_*)."""

    name = "smtp"

    def __init__(self, settings: Settings, *, step_seconds: float = _STEP_SECONDS) -> None:
        self._settings = settings
        self._step_seconds = step_seconds

    async def send(self, mail: Mail) -> Outcome:
        try:
            content = to_bytes(mail)
        except UnsafeHeader as error:
            return Outcome("technical", detail=str(error))
        client = self._client()
        try:
            outcome = await _hand_over(client, mail, content)
            if outcome.kind == "sent":
                with contextlib.suppress(SMTPException, OSError):
                    await client.quit(timeout=_QUIT_SECONDS)
        finally:
            client.close()
        return outcome

    async def was_sent(self, message_id: UUID) -> bool | None:  # noqa: ARG002 - the port's shape
        return None  # SMTP has no question for that

    def _client(self) -> SMTP:
        chosen = self._settings
        password = chosen.smtp_password
        return SMTP(
            hostname=chosen.smtp_host,
            port=chosen.smtp_port,
            username=chosen.smtp_user,
            password=password.get_secret_value() if password else None,
            local_hostname=socket.gethostname(),
            timeout=self._step_seconds,
            use_tls=chosen.smtp_tls == "tls",
            start_tls=chosen.smtp_tls == "starttls",
        )


async def _hand_over(client: SMTP, mail: Mail, content: bytes) -> Outcome:
    try:
        await client.connect()
        await client.mail(mail.sender_address)
        await client.rcpt(mail.to_address)
    except (SMTPException, OSError, ValueError) as error:
        return _before_content(error)
    try:
        response = await client.data(content)
    except SMTPResponseException as error:
        return _refused(error)
    except (SMTPException, OSError) as error:
        return Outcome("unknown", detail=_say(error))
    return Outcome("sent", code=str(response.code), detail=response.message[:_LONGEST_DETAIL])


def _before_content(error: Exception) -> Outcome:
    """Nothing was handed over yet, so trying again is safe.

    Only the answer to RCPT speaks of the recipient. A greeting, a log-in or TLS that fails is
    between the server and us: the mail goes out once that is put right.
    """
    if isinstance(error, SMTPRecipientRefused):
        refused = _refused(error)
        return replace(refused, fault="recipient") if refused.kind == "permanent" else refused
    if isinstance(error, SMTPSenderRefused) and error.code >= _PERMANENT:
        return Outcome("technical", code=str(error.code), detail=_say(error))
    code = str(error.code) if isinstance(error, SMTPResponseException) else None
    return Outcome("temporary", code=code, detail=_say(error), fault="gateway")


def _refused(error: SMTPResponseException) -> Outcome:
    kind = "permanent" if error.code >= _PERMANENT else "temporary"
    return Outcome(kind, code=str(error.code), detail=_say(error))  # type: ignore[arg-type]


def _say(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:_LONGEST_DETAIL]
