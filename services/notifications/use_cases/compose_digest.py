"""Put a digest into words: one mail that says what to decide, what is late, and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.notifications.domain.digest import (
    SECTIONS,
    Kind,
    Line,
    Section,
    end_of_week,
    key_day,
    shown,
)
from services.notifications.domain.wording import long_date, one_line, short_date, shortened
from services.notifications.use_cases.compose_message import Words, link_to, render

_LONGEST_TITLE = 200
_LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Edition:
    """One digest before it is worded: whose, of which day, with which lines.

    `links` and `unit_names` are by obligation and unit; `because` are the reasons reminders were
    put aside for it.
    """

    kind: Kind
    today: date
    sections: Mapping[Section, Sequence[Line]]
    unit_name: str
    unit_names: Mapping[str, str]
    links: Mapping[Any, str]
    because: frozenset[str]
    public_url: str


def compose_digest(edition: Edition, *, name: str, language: str) -> Words:
    """The words of a digest for one person."""
    monday = key_day("weekly", edition.today)
    units = {line.unit_code for lines in edition.sections.values() for line in lines}
    values: dict[str, Any] = {
        "kind": edition.kind,
        "name": one_line(name),
        "unit_name": one_line(edition.unit_name),
        "today": long_date(edition.today, language),
        "short_today": short_date(edition.today, language),
        "week_from": short_date(monday, language),
        "week_to": short_date(end_of_week(monday), language),
        "counts": {key: len(edition.sections.get(key, ())) for key in SECTIONS},
        "sections": [
            _section(section, lines, edition, language, several=len(units) > 1)
            for section, lines in edition.sections.items()
        ],
        "because": sorted(edition.because),
        "home": edition.public_url.rstrip("/"),
    }
    values["subject"] = shortened(
        one_line(render(f"{language}/digest_subject.txt", values)), _LONGEST_SUBJECT
    )
    return Words(
        template=f"{language}/digest",
        subject=values["subject"],
        text=render(f"{language}/digest.txt", values),
        html=render(f"{language}/digest.html", values),
    )


def _section(
    section: Section, lines: Sequence[Line], edition: Edition, language: str, *, several: bool
) -> dict[str, Any]:
    listed, more = shown(lines)
    return {
        "key": section,
        "count": len(lines),
        "more": more,
        "lines": [
            {
                "title": shortened(one_line(line.title), _LONGEST_TITLE),
                "unit": one_line(edition.unit_names.get(line.unit_code, line.unit_code))
                if several
                else "",
                "deadline": short_date(line.last_day, language) if line.last_day else "",
                "days": line.days,
                "link": link_to(edition.public_url, edition.links.get(line.obligation_id, "")),
            }
            for line in listed
        ],
    }
