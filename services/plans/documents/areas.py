"""Which content areas (lĩnh vực CCHC) does the document have, and are two headings the same one?

Areas are matched by title: number and order differ between plan, annex and index. The seven
standing contents are known by their words (Nghị quyết 76/NQ-CP, Bộ chỉ số 876/QĐ-BNV); any other
heading is an area of its own.
"""

import re
from dataclasses import dataclass, field

from services.plans.domain.document_content import Area
from services.plans.domain.targets.wording import fold

_MAX_TITLE = 160
_KNOWN = tuple(
    (key, re.compile(pattern))
    for key, pattern in (
        ("direction", r"chi dao,? (?:va )?dieu hanh|cong tac chi dao"),
        ("institutions", r"\bthe che\b"),
        ("apparatus", r"bo may"),
        ("civil_service", r"cong vu\b"),
        ("public_finance", r"tai chinh cong"),
        (
            "digital",
            r"chinh quyen (?:dien tu|so)|chinh phu (?:dien tu|so)|hien dai hoa|chuyen doi so",
        ),
        ("procedures", r"thu tuc hanh chinh|\btthc\b"),
    )
)
_FILLER = re.compile(r"^(?:ve |cong tac |thuc hien |linh vuc |noi dung )+")


def area_key(title: str) -> str:
    """The same for two wordings of one area."""
    words = fold(title)
    for key, pattern in _KNOWN:
        if len(title) <= _MAX_TITLE and pattern.search(words):
            return key
    return _FILLER.sub("", re.sub(r"[^a-z0-9]+", " ", words).strip())


def is_known_area(title: str) -> bool:
    """Whether a heading names one of the standing contents of administrative reform."""
    return area_key(title) in {key for key, _ in _KNOWN}


@dataclass(slots=True)
class AreaRegister:
    """The areas met so far; a title met again gets the code it had first."""

    _titles: dict[str, tuple[str, str]] = field(default_factory=dict)
    _objectives: dict[str, list[str]] = field(default_factory=dict)

    def code(self, number: str | None, title: str) -> str:
        """The code of an area by its heading: the number printed first, else the next free one."""
        key = area_key(title)
        if key not in self._titles:
            code = number or str(len(self._titles) + 1)
            copies = 1
            while code in self._objectives:
                copies += 1
                code = f"{number or len(self._titles) + 1} ({copies})"
            self._titles[key] = (code, title)
            self._objectives[code] = []
        return self._titles[key][0]

    def numbered(self, code: str, title: str) -> str:
        """The code of an area of a criteria set, where numbers are given and tell areas apart."""
        if code not in self._objectives:
            self._titles[f"{area_key(title)} {code}"] = (code, title)
            self._objectives[code] = []
        return code

    def add_objective(self, code: str, objective: str) -> None:
        """Note an objective of an area, once."""
        if objective not in self._objectives[code]:
            self._objectives[code].append(objective)

    def areas(self) -> tuple[Area, ...]:
        """The areas in the order met."""
        return tuple(
            Area(code, title, tuple(self._objectives[code]))
            for code, title in self._titles.values()
        )
