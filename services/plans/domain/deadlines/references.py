"""What refers to something outside the cell: a standing document, somebody's act, a happening?

"Theo quy định", "theo Kế hoạch số 12/KH-UBND của tỉnh" (as_prescribed), "khi có yêu cầu",
"theo chỉ đạo của UBND tỉnh" (on_event), "thường xuyên" (continuous). The words of documents,
acts and bodies are data; a word that is not among them is not understood.
"""

from services.plans.domain.deadlines.cursor import Cursor, rule
from services.plans.domain.deadlines.dates import atom
from services.plans.domain.deadlines.nodes import Plain

_SYMBOL_SIGNS = ("/", "-", "&")
_HAPPENINGS = ("reference.document", "reference.act", "reference.happening")
_OTHER_WORDS = ("reference.schedule", "reference.topic", "reference.link")
_PERIODIC_ADJECTIVES = (
    "hằng năm",
    "hằng quý",
    "hằng tháng",
    "hằng tuần",
    "năm",
    "quý",
    "tháng",
    "tuần",
)


def plain(cursor: Cursor) -> Plain | None:
    """A deadline that names no date: continuous, as_prescribed or on_event."""
    return _continuous(cursor) or _according_to(cursor) or _on_event(cursor)


@rule
def _continuous(cursor: Cursor) -> Plain | None:
    if cursor.take_phrase("continuous.whole"):
        return Plain("continuous")
    return Plain("continuous", weak=True) if cursor.take_phrase("continuous.weak") else None


@rule
def _on_event(cursor: Cursor) -> Plain | None:
    if cursor.take_phrase("event.alone"):
        return Plain("on_event")
    is_condition = cursor.take_phrase("event.condition") is not None
    if (is_condition or cursor.take_phrase("event.when")) and event(cursor):
        return Plain("on_event", conditional=is_condition)
    return None


@rule
def _according_to(cursor: Cursor) -> Plain | None:
    """Reads "theo" with a document or schedule, or with an act; also "thời hạn quy định"."""
    if not cursor.take_phrase("event.according"):
        return Plain("as_prescribed") if _prescribed_time(cursor) else None
    cursor.take("các", "những")
    return referred(cursor)


@rule
def _prescribed_time(cursor: Cursor) -> bool | None:
    found = cursor.take_words("thời gian", "thời hạn", "tiến độ") and cursor.take_words("quy định")
    return found or None


@rule
def referred(cursor: Cursor) -> Plain | None:
    """What stands after *theo*: its first words decide the kind, the rest must be understood."""
    start = cursor.position
    act = cursor.take_phrase("reference.act") or ()
    cursor.position = start
    periodic = cursor.take_phrase("reference.periodic")
    if periodic:
        cursor.take_words(*_PERIODIC_ADJECTIVES)
    head = periodic or cursor.take_phrase(
        "reference.document", "reference.schedule", "reference.act"
    )
    if head is None:
        return None
    _read_on(cursor, and_more=False)
    return Plain("on_event" if head == act else "as_prescribed")


@rule
def event(cursor: Cursor) -> tuple[str, ...] | None:
    """The words of an act or happening, with who and what; at least one must be such a thing."""
    start = cursor.position
    is_named = _read_on(cursor, and_more=True)
    found = cursor.tokens[start : cursor.position]
    return tuple(token.text for token in found) if is_named else None


def _read_on(cursor: Cursor, *, and_more: bool) -> bool:
    """Everything said of a document or event; True if it names a thing that happens.

    A preposition without anything after it stays unread: "theo quy định của". `and_more`: commas
    may add further things.
    """
    is_named, understood = False, cursor.position
    while True:
        if _is_named_thing(cursor):
            is_named = True
        elif not _qualifier(cursor) and not (and_more and _further_thing(cursor)):
            if not cursor.take_phrase("reference.preposition"):
                break
            continue
        understood = cursor.position
    cursor.position = understood
    return is_named


def _is_named_thing(cursor: Cursor) -> bool:
    """A document, act or happening, unless a longer name of something else stands there."""
    start = cursor.position
    other = cursor.take_phrase("body.head", "reference.topic", "reference.link") or ()
    cursor.position = start
    thing = cursor.take_phrase(*_HAPPENINGS) or ()
    if len(thing) < len(other):
        cursor.position = start
        return False
    return bool(thing)


@rule
def _qualifier(cursor: Cursor) -> bool | None:
    """One more word of a document or event: about what, whose, which number, of which year."""
    if _body(cursor) or _symbol(cursor) or _article(cursor) or _year_of_document(cursor):
        return True
    named = cursor.take_phrase(*_HAPPENINGS, *_OTHER_WORDS)
    return bool(named) or None


@rule
def _further_thing(cursor: Cursor) -> bool | None:
    """Reads ", Thông tư" after "khi có Nghị định"."""
    joiner = cursor.take(",", "và", "hoặc")
    start = cursor.position
    # ", hoàn thành trước 30/6": the verb of the next clause
    if joiner is None or cursor.take_phrase("filler.neutral", "filler.report"):
        return None
    cursor.position = start
    return bool(_body(cursor) or cursor.take_phrase(*_HAPPENINGS)) or None


@rule
def _article(cursor: Cursor) -> bool | None:
    """The 5 of "Điều 5"."""
    is_article = cursor.previous_is("điều", "khoản", "mục", "lục")
    found = cursor.take_number(1, 999, width=3) if is_article else None
    return bool(found and not cursor.next_is("/", "-", ".")) or None


@rule
def _body(cursor: Cursor) -> bool | None:
    """A body by its name: "UBND tỉnh Bình Định", "Sở Văn hóa, Thể thao và Du lịch"."""
    if _is_no_body(cursor) or not cursor.take_phrase("body.head"):
        return None
    while _part_of_name(cursor):
        pass
    return True


@rule
def _part_of_name(cursor: Cursor) -> bool | None:
    cursor.take(".", ",", "và")
    if _is_no_body(cursor):
        return None
    return bool(cursor.take_phrase("body.name", "body.head")) or None


def _is_no_body(cursor: Cursor) -> bool:
    """Whether what stands here is rather something else: "ban hành" is no "ban"."""
    start = cursor.position
    name = cursor.take_phrase("body.name", "body.head") or ()
    cursor.position = start
    other = cursor.take_phrase(*_HAPPENINGS, "reference.topic") or ()
    cursor.position = start
    return len(other) > len(name)


def body(cursor: Cursor) -> bool:
    """A body named where a report or a document goes to."""
    return bool(_body(cursor))


@rule
def _symbol(cursor: Cursor) -> bool | None:
    """Reads "(số) 1205/KH-SVHTT (ngày 16/6/2023)": number and symbol without a space between."""
    is_numbered = cursor.take("số") is not None
    if not cursor.take_number(0, 99_999, width=5):
        return None
    has_letters = False
    while cursor.next_is(*_SYMBOL_SIGNS):
        cursor.position += 1
        token = cursor.peek()
        if token is None or token.spaced or not (token.is_word or token.number is not None):
            return None
        has_letters = has_letters or token.is_word
        cursor.position += 1
        _digits_of_symbol(cursor)
    _date_of_document(cursor)
    return has_letters or is_numbered or None


def _digits_of_symbol(cursor: Cursor) -> None:
    """The 13 of "80/2015/QH13"."""
    token = cursor.peek()
    if token and token.number is not None and not token.spaced:
        cursor.position += 1


@rule
def _date_of_document(cursor: Cursor) -> bool | None:
    if not cursor.next_is("ngày"):
        return None
    written = atom(cursor)
    return True if written and written.year else None


@rule
def _year_of_document(cursor: Cursor) -> bool | None:
    """Reads "năm 2025", "giai đoạn 2021-2025" in the name of a document."""
    is_stage = cursor.take_words("giai đoạn")
    if not is_stage and not cursor.next_is("năm"):
        return None
    first = atom(cursor)
    if first is None or first.unit != "year" or not first.year:
        return None
    if not is_stage:
        return True
    last = atom(cursor) if cursor.take("-") or cursor.take_words("đến") else None
    return True if last and last.unit == "year" else None
