"""On which day was a well-known legal document issued, and can a cited day be right?"""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from services.plans.domain.targets.wording import fold

_YEAR_IN_NUMBER = re.compile(r"^[^/]+/(?P<year>20\d\d)/")


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A document with its day; `about` are folded words its title has."""

    kind: str
    number: str
    issued_on: date
    about: tuple[str, ...]


def known_document(number: str, title: str | None) -> KnownDocument | None:
    """The well-known document of that number; numbers without a year only if the title agrees."""
    found = _KNOWN.get(fold(number).replace(" ", ""))
    if found is None:
        return None
    words = fold(title or "")
    if not _YEAR_IN_NUMBER.match(number) and not all(part in words for part in found.about):
        return None
    return found


def year_in_number(number: str) -> int | None:
    """The year a number carries ("61/2018/NĐ-CP", Nghị định 30/2020/NĐ-CP, Phụ lục I)."""
    match = _YEAR_IN_NUMBER.match(number)
    return int(match["year"]) if match else None


def _load() -> dict[str, KnownDocument]:
    data = tomllib.loads(files(__package__).joinpath("legal_documents.toml").read_text("utf-8"))
    documents = (
        KnownDocument(item["kind"], item["number"], item["issued_on"], tuple(item.get("about", ())))
        for item in data["document"]
    )
    return {fold(document.number): document for document in documents}


_KNOWN = _load()
