"""What does a mail look like on the wire? The same bytes each time it is tried (RFC 5322)."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from uuid import UUID

from services.notifications.domain.addresses import is_address
from shared.working_calendar import HO_CHI_MINH


class UnsafeHeader(ValueError):
    """A header value that is no address, or has control characters or an encoded word in it."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person. `sender` is "Name <address>"; `at` becomes the Date header."""

    message_id: UUID
    sender: str
    to_address: str
    to_name: str
    subject: str
    text: str
    html: str
    language: str
    at: datetime

    @property
    def sender_address(self) -> str:
        return parseaddr(self.sender)[1]


def to_bytes(mail: Mail) -> bytes:
    """The whole mail with CRLF line ends.

    :raises UnsafeHeader: a name, address or subject that could break out of its header.
    """
    # the parser of Python 3.11 decodes encoded words and lets the line ends in them through
    # (python/cpython#121650), so nothing that looks like one is let in
    for value in (mail.sender, mail.to_address, mail.to_name, mail.subject):
        _refuse_tricks(value)
    message = EmailMessage(policy=SMTP)
    sender_name, sender_address = parseaddr(mail.sender)
    domain = sender_address.rpartition("@")[2]
    message["From"] = _address(sender_name, sender_address)
    message["To"] = _address(mail.to_name, mail.to_address)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.at.astimezone(HO_CHI_MINH))
    message["Message-ID"] = f"<{mail.message_id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["Content-Language"] = mail.language
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    # a boundary of its own would make each try a different mail
    message.set_boundary(f"=_{mail.message_id.hex}")
    return message.as_bytes()


def _address(name: str, address: str) -> Address:
    if not is_address(address):
        raise UnsafeHeader("not an address")
    return Address(name, addr_spec=address)


def _refuse_tricks(value: str) -> None:
    refused = {"Cc", "Cs", "Zl", "Zp"}
    if "=?" in value or any(unicodedata.category(char) in refused for char in value):
        raise UnsafeHeader("control characters in a header")
