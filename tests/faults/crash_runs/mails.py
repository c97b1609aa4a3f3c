"""Did each message arrive once, and is every doubt about one on record?

By SMTP nobody can know whether a mail was taken when the sender died before it heard the answer: it
is sent once more, by declared policy, and its attempts say so. Beyond that nothing arrives twice.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from tests.faults.crash_runs.effects import resent
from tests.faults.crash_runs.reading import Books, Row
from tests.faults.crash_runs.verdict import Verdict
from tests.support.ledger import Entry

_MESSAGES = "SELECT id, reminder_id, person_id, channel, state, reason, attempts FROM messages"
_ATTEMPTS = "SELECT message_id, gateway, outcome, resend_of_unknown, ended_at FROM message_attempts"


def check_mails(
    verdict: Verdict,
    entries: Sequence[Entry],
    books: Books,
    *,
    arrivals: Counter[str],
    folder: Path,
    deaths: int,
) -> None:
    """Messages, attempts, and what the mail server and the folder of files have.

    :param deaths: how many processes that send died; each can leave one message in doubt.
    """
    messages = {row["id"]: row for row in books.rows("notifications", _MESSAGES)}
    rows = messages.values()
    verdict.once("message", [(r["reminder_id"], r["person_id"], r["channel"]) for r in rows])
    tries: dict[str, list[Row]] = defaultdict(list)
    for attempt in books.rows("notifications", _ATTEMPTS):
        tries[attempt["message_id"]].append(attempt)
    ordered = resent(entries)
    verdict.compare("message sent", ordered, [m for m in ordered if messages[m]["state"] == "sent"])
    written = Counter(file.stem.replace("-", "") for file in folder.glob("*.eml"))
    for message_id, row in messages.items():
        mine = tries[message_id]
        _arrived(verdict, row, mine, by_smtp=arrivals[message_id], as_file=written[message_id])
    verdict.compare("mail of a message", [], set(arrivals) - messages.keys())
    doubts = sum(a["outcome"] == "unknown" for mine in tries.values() for a in mine)
    if doubts > deaths:
        verdict.doubled.append(f"{doubts} messages in doubt after {deaths} deaths of a sender")


def _arrived(
    verdict: Verdict, message: Row, tries: Sequence[Row], *, by_smtp: int, as_file: int
) -> None:
    """What arrived of one message against its attempts."""
    name = message["id"]
    if any(attempt["ended_at"] is None for attempt in tries):
        verdict.lost.append(f"end of an attempt to send {name}")
    if message["attempts"] != len(tries):
        verdict.lost.append(
            f"attempt to send {name}: {message['attempts']} counted, {len(tries)} kept"
        )
    taken = [attempt for attempt in tries if attempt["outcome"] == "sent"]
    doubtful = [attempt for attempt in tries if attempt["outcome"] == "unknown"]
    again = [attempt for attempt in tries if attempt["resend_of_unknown"]]
    if len(again) > len(doubtful) or len(taken) > 1:
        verdict.doubled.append(f"attempt to send {name} that nothing called for")
    smtp = sum(attempt["gateway"] == "smtp" for attempt in taken)
    if by_smtp < smtp or as_file < len(taken) - smtp:
        verdict.lost.append(f"mail {name} counts as sent")
    if by_smtp > smtp + len(doubtful) or as_file > 1 or (as_file and by_smtp):
        verdict.doubled.append(f"mail {name}: {by_smtp} by SMTP, {as_file} as a file")
