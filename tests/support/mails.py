"""Which mails did the platform write?"""

import email
import email.policy
from email.message import EmailMessage

from services.embedded import Platform


def written_mails(running: Platform) -> list[EmailMessage]:
    """The mails that were written as files, by date and recipient."""
    folder = running.settings.data_dir / "mail"
    found = [
        email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        for file in folder.glob("*.eml")
    ]
    return sorted(found, key=lambda m: (str(m["Date"].datetime), str(m["To"])))
