"""When is a duty due and to whom is it reported, when both are said inside a sentence?

Only wordings that cannot mean anything else are taken; the deadline grammar decides whether they
are a deadline at all. A sentence without such words has no deadline, never a guessed one.
"""

import re

from services.plans.documents.items import tidy
from services.plans.documents.reading import Reading
from services.plans.documents.units import is_unit
from services.plans.domain.deadlines import Deadline
from services.plans.domain.targets.wording import lowered

_VERBS = (
    r"tổng hợp|báo cáo|gửi|đánh giá|thực hiện|rà soát|xây dựng|tổ chức|chủ trì|tham mưu|kiểm tra"
    r"|thống kê|cập nhật|theo dõi|các|văn phòng|trình|đôn đốc|sơ kết|tổng kết|hoặc khi"
)
_RECURRING = re.compile(
    rf"(?:^|[.;:]\s+|,\s+)(?P<words>(?:định kỳ|hằng|hàng|mỗi)\s[^.;()]{{0,200}}?)(?=,?\s+(?:{_VERBS})\b|[.;(]|$)"
)
_BRACKET = re.compile(
    r"\((?P<words>(?:hoàn thành |xong |gửi |báo cáo )?(?:trước|chậm nhất|muộn nhất|trong|ngày|tháng|quý"
    r"|định kỳ|hằng|hàng|thường xuyên)\b[^()]{2,80})\)"
)
_DAY_OF_PERIOD = re.compile(
    r"(?P<words>(?:trước|chậm nhất|vào)\s+(?:là\s+)?ngày\s+\d{1,2}\s+(?:của\s+)?tháng cuối"
    r"\s+(?:quý|của quý|kỳ báo cáo|của kỳ báo cáo|kỳ))\b"
)
_DATED = re.compile(
    r"(?:^|[\s,(])(?P<words>(?:trước|chậm nhất|muộn nhất)\s+(?:là\s+|đến\s+|trước\s+|vào\s+)*"
    r"(?:ngày\s+)?\d{1,2}/\d{1,2}(?:/\d{4})?(?:\s+hằng năm|\s+hàng năm)?)(?![\d/])"
)
_COMPLETED = re.compile(
    r"\bhoàn thành\s+(?P<words>(?:trong|trước)\s+(?:tháng\s+\d{1,2}(?:[/ ](?:năm )?\d{4})?"
    r"|quý\s+[ivx]+(?:[/ ](?:năm )?\d{4})?|năm\s+\d{4}))"
)
_CONTINUOUS = re.compile(r"^(?P<words>thường xuyên)\b")
_SENT_TO = re.compile(
    r"\b(?:gửi(?: về)?|trình|báo cáo|về)\s+(?P<body>(?:đồng chí\s+)?[^\W\d_].{1,100}?)"
    r"(?=\s+(?:tổng hợp|để|theo|thông qua|trước|định kỳ|xem xét|kết quả|và báo cáo|phê duyệt)\b|[.;:(]|,\s|$)"
)
_SENDS = re.compile(r"\b(?:gửi|trình|báo cáo|về)\b")
_BODY_GOES_ON = re.compile(
    r"^,\s+(?:[^\W\d_a-zđ]\w*(?:\s+\w+){0,3}?)\s+và\s+[^\W\d_]\w*(?:\s+[^\W\d_]\w*)?"
)
_THROUGH = re.compile(r"^\s*(?P<through>\((?:qua|thông qua)\s[^()]{2,60}\))")


def deadline_within(sentences: str, reading: Reading) -> Deadline | None:
    """The deadline a duty names, or None."""
    small = lowered(sentences)
    bracket = _BRACKET.search(small)
    recurring = _RECURRING.search(small)
    if recurring:
        words = sentences[recurring.start("words") : recurring.end("words")].strip(" ,")
        day = _DAY_OF_PERIOD.search(small, recurring.end())
        completion = bracket if bracket and bracket.start() > recurring.start() else day
        if completion:
            whole = f"{words} ({sentences[completion.start('words') : completion.end('words')]})"
            if found := _understood(whole, reading, kinds={"recurring"}):
                return found
        if found := _understood(words, reading, kinds={"recurring"}):
            return found
    for match in (
        bracket,
        _DATED.search(small),
        _COMPLETED.search(small),
        _CONTINUOUS.match(small),
    ):
        if match is None:
            continue
        words = sentences[match.start("words") : match.end("words")]
        if found := _understood(words, reading, kinds=None):
            return found
    return None


def _understood(words: str, reading: Reading, *, kinds: set[str] | None) -> Deadline | None:
    deadline = reading.deadlines.phrase(words)
    if deadline.kind in {"unrecognised", "unset", "as_prescribed", "on_event"}:
        return None
    return deadline if kinds is None or deadline.kind in kinds else None


def reported_to(sentences: str) -> str | None:
    """The body or leader a duty reports to, with the one it goes through ("Qua Văn phòng Sở")."""
    small = lowered(sentences)
    for start in [match.start() for match in _SENDS.finditer(small)]:
        match = _SENT_TO.match(small, start)
        if match is None:
            continue
        body = sentences[match.start("body") : match.end("body")]
        if not body[:1].isupper() or not is_unit(body):
            continue
        end = match.end("body")
        if more := _BODY_GOES_ON.match(sentences[end:]):
            end += more.end()
        if through := _THROUGH.match(small[end:]):
            end += through.end()
        return tidy(sentences[match.start("body") : end])
    return None
