"""Put a reminder into words: subject, plain text and HTML, in the recipient's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notifications.domain.duty import stage
from services.notifications.domain.recipients import Recipient
from services.notifications.domain.wording import (
    document_number,
    long_date,
    one_line,
    short_date,
    shortened,
)
from services.notifications.storage.tables import ObligationCopy
from shared.texts import has_text, text

_ENVIRONMENT = ImmutableSandboxedEnvironment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    undefined=StrictUndefined,
    autoescape=select_autoescape(enabled_extensions=("html",), default=False),
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_LONGEST_TITLE = 90
_LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Words:
    """A message as the recipient reads it; `template` names the words it was made with."""

    template: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a reminder is about, at the moment it is worded.

    `working_days_left` counts working days up to and including the last day on time.
    """

    obligation: ObligationCopy
    unit_name: str
    last_day: date
    days_left: int
    working_days_left: int
    public_url: str


def compose(
    occasion: Occasion,
    recipient: Recipient,
    *,
    role: str,
    name: str,
    language: str,
    which: str | None = None,
    more: Mapping[str, Any] | None = None,
) -> Words:
    """The words for one person; `name` may be empty when nobody told us how they are called.

    `which` are the sentences to use, those of the stage the deadline is at unless told; `more` are
    values of their own.
    """
    obligation, days_left = occasion.obligation, occasion.days_left
    which = which or stage(days_left)
    title = one_line(obligation.title)
    values: dict[str, Any] = {
        "kind": _kind(obligation.kind, language),
        "title": title,
        "short_title": shortened(title, _LONGEST_TITLE),
        "name": one_line(name),
        "unit_name": one_line(occasion.unit_name),
        "deadline": long_date(occasion.last_day, language),
        "short_deadline": short_date(occasion.last_day, language),
        "due_text": one_line(obligation.due_text),
        "document": one_line(document_number(obligation.source) or ""),
        "days_left": days_left,
        "days_late": -days_left,
        "working_days_left": occasion.working_days_left,
        "role": role,
        "found_by": recipient.found_by,
        "leads": recipient.leads or role == "head",
        "stands_in": recipient.instead_of is not None,
        "link": link_to(occasion.public_url, obligation.subject_url),
        **(more or {}),
    }
    # the sentences of the stage are macros of one file; they become part of both letters
    words: Any = _ENVIRONMENT.get_template(f"{language}/{which}.txt").make_module(values)
    values |= {
        "opening": one_line(words.opening()),
        "ask": one_line(words.ask()),
        "reason": one_line(render(f"{language}/reason.txt", values)),
    }
    return Words(
        template=f"{language}/{which}",
        subject=shortened(one_line(words.subject()), _LONGEST_SUBJECT),
        text=render(f"{language}/letter.txt", values),
        html=render(f"{language}/letter.html", values),
    )


def link_to(public_url: str, subject_url: str) -> str:
    """The address of what is owed; empty when it would lead anywhere but to a web page."""
    if subject_url.startswith("/") and not subject_url.startswith("//"):
        return f"{public_url.rstrip('/')}{subject_url}"
    return subject_url if urlsplit(subject_url).scheme in {"http", "https"} else ""


def render(template: str, values: dict[str, Any]) -> str:
    """The words of a template; it sees these values and nothing else."""
    return _ENVIRONMENT.get_template(template).render(values)


def _kind(kind: str, language: str) -> str:
    key = f"notifications.kinds.{kind}"
    return text(key if has_text(key) else "notifications.kinds.other", language=language)
