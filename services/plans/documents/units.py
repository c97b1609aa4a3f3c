"""Which units does a phrase name? "Các phòng chuyên môn, các đơn vị trực thuộc Sở" names two.

A semicolon, a line or a bullet separates units; a comma or *và* only where each side is a unit or a
group by itself: "Sở Văn hóa, Thể thao và Du lịch" and "Các phòng, đơn vị thuộc Sở" are one.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from services.plans.documents.items import split_items, split_outside, tidy
from services.plans.documents.markers import marked
from services.plans.domain.targets.wording import fold, lowered

_DETERMINERS = r"(?:các|những|toàn thể|tất cả(?: các)?|mỗi|một số|từng)"
# With what the names of Vietnamese bodies begin. Lists of bodies go stale, these words do not.
_HEADS = """
    sở(?! hữu)|ban(?! hành)|phòng(?!,? (?:chống|ngừa))|văn phòng|vp|thanh tra|trung tâm|tt|chi cục
    |cục|tổng cục|vụ(?! việc)|bộ(?! (?:tiêu chí|chỉ số|thủ tục|máy))|bảo tàng|thư viện|nhà hát
    |nhà văn hóa|nhà thi đấu|nhà xuất bản|nhà trưng bày|đoàn|trường(?! hợp)|học viện|viện
    |[uủ]y ban|uỷ ban|ubnd|ubmttq|hđnd|hội đồng|hội(?! (?:nghị|thảo|họp))|công an|bộ chỉ huy
    |báo(?! cáo)|đài|tổ(?! chức)|bộ phận|đội(?! ngũ)|khối(?! lượng)|kho bạc|bưu điện|cơ quan|đơn vị
    |tỉnh [uủ]y|huyện [uủ]y|thành [uủ]y|đảng [uủ]y|thị [uủ]y|công đoàn|liên minh|liên hiệp
    |liên đoàn|mặt trận|ngân hàng|bệnh viện|trạm|quỹ|khu(?! vực)|vườn quốc gia|công ty
    |tổng công ty|doanh nghiệp|hợp tác xã|xí nghiệp|câu lạc bộ|hạt|lãnh đạo|giám đốc|phó giám đốc
    |thủ trưởng|người đứng đầu|chánh|trưởng|đồng chí|đ/c|ông|bà|chủ tịch|công chức|viên chức
    |bảo hiểm xã hội|thuế|chi bộ|xã|phường|huyện|tòa án|tòa soạn|viện kiểm sát
"""
_HEAD = "".join(_HEADS.split("\n")).replace("    ", "")
_BEGINS = re.compile(rf"(?:{_DETERMINERS}\s+(?:{_HEAD})|(?:{_HEAD}))(?![\w/])")
_DETERMINED = re.compile(rf"{_DETERMINERS}\b")
_BARE_GROUP_NOUN = re.compile(
    r"(?:đơn vị|cơ quan|phòng|ban|ngành|xã|phường|huyện|công chức|viên chức|bộ phận|tổ)\b"
)
_ABBREVIATION = re.compile(r"(?:[A-ZĐ]{2,}[a-z]{0,2}[A-ZĐ]*)(?:[ -].*)?")
_ROLE_LABEL = re.compile(
    r"^(?:(?:cơ quan|đơn vị|bộ phận|phòng)\s+)?(?:chủ trì|phối hợp|thực hiện|đầu mối)"
    r"\s*(?:chính|thực hiện)?\s*:\s*",
    re.IGNORECASE,
)
_AND = re.compile(r"\s+và\s+", re.IGNORECASE)
_GROUP = re.compile(
    rf"^{_DETERMINERS}\b|\bcác\b|^sở, ban|^toàn (?:ngành|sở|cơ quan)\b"
    r"|^(?:ubnd|phòng [^,]*) (?:huyện|xã)[,/]"
)
_NONE = re.compile(r"\W*|không(?: có)?")


def split_units(lines: Sequence[str]) -> tuple[str, ...]:
    """The units of a cell in the order written, each once, with a capital as names have."""
    return _split_units(tuple(lines))


@lru_cache(maxsize=4096)
def _split_units(lines: tuple[str, ...]) -> tuple[str, ...]:
    items = split_items([_ROLE_LABEL.sub("", line) for line in lines], _goes_on)
    return _named(items)


def split_units_exactly(lines: Sequence[str]) -> tuple[str, ...]:
    """The units of a cell where each line is known to be whole: no line goes on with another."""
    return _split_units_exactly(tuple(lines))


@lru_cache(maxsize=4096)
def _split_units_exactly(lines: tuple[str, ...]) -> tuple[str, ...]:
    return _named([item for line in lines for item in split_items([_ROLE_LABEL.sub("", line)])])


def _named(items: Sequence[str]) -> tuple[str, ...]:
    units: dict[str, None] = {}
    for item in items:
        for unit in _split_commas(_ROLE_LABEL.sub("", item)):
            if not _NONE.fullmatch(unit.lower()):
                units[unit[:1].upper() + unit[1:]] = None
    return tuple(units)


def is_unit(words: str) -> bool:
    """Whether the words begin as the name of a unit or group does."""
    return bool(_BEGINS.match(lowered(words)) or _ABBREVIATION.fullmatch(words))


@lru_cache(maxsize=4096)
def is_group(unit: str) -> bool:
    """Whether the name stands for several units ("Các phòng chuyên môn thuộc Sở")."""
    return bool(_GROUP.search(lowered(unit)))


@lru_cache(maxsize=4096)
def same_name(unit: str) -> str:
    """The same for two spellings of one name: case, marks, kinds of dashes and spaces apart."""
    return re.sub(r"\s*-\s*", " - ", re.sub(r"\s+", " ", fold(unit))).strip()


def _goes_on(left: str, right: str) -> bool:
    """A line that names no unit of its own goes on with the name above."""
    return bool(left) and marked(right) is None and not is_unit(right)


def _split_commas(phrase: str) -> list[str]:
    parts: list[str] = []
    for part in split_outside(phrase, ","):
        for place, piece in enumerate(_split_and(part)):
            whole = piece.strip()
            if not whole:
                continue
            if parts and place == 0 and not _is_whole(whole):
                parts[-1] = f"{parts[-1]}, {whole}"
            else:
                parts.append(whole)
    return [tidy(part) for part in parts]


def _split_and(part: str) -> list[str]:
    pieces = [part]
    for match in reversed(list(_AND.finditer(part))):
        left, right = part[: match.start()], part[match.end() :]
        if _is_whole(right.strip()) and _is_whole(left.strip()):
            pieces[:1] = [left, pieces[0][match.end() :]]
            part = left
    return pieces


def _is_whole(words: str) -> bool:
    """Whether a part is a unit or group by itself: not the tail of the name before it."""
    if not is_unit(words):
        return False
    small = lowered(words)
    if _DETERMINED.match(small):
        return True
    return not (words[0].islower() and _BARE_GROUP_NOUN.match(small))
