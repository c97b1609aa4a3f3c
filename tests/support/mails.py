"""Which mails did the platform write?"""

import email
import email.policy
import re
from email.message import EmailMessage

from services.embedded import Platform

REMINDER = re.compile("Nhắc việc:|Quá hạn")


def written_mails(running: Platform) -> list[EmailMessage]:
    """The mails that were written as files, by date and recipient."""
    folder = running.settings.data_dir / "mail"
    found = [
        email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        for file in folder.glob("*.eml")
    ]
    return sorted(found, key=lambda m: (str(m["Date"].datetime), str(m["To"])))


def reminder_mails(running: Platform) -> list[EmailMessage]:
    """The single reminders among them: no digests, nothing of a ladder."""
    return [m for m in written_mails(running) if REMINDER.match(str(m["Subject"]))]
