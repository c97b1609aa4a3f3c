"""Of which clauses does a phrase consist, if every word of it is understood?

A clause is one deadline with the fillers around it; signs, *và* and *hoặc* join clauses. A word
that is neither deadline nor filler makes the whole phrase unrecognised (SPEC §4).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise

from services.plans.domain.deadlines.cursor import Cursor, rule
from services.plans.domain.deadlines.nodes import Clause, Node, Plain, Points, Repeat
from services.plans.domain.deadlines.points import points
from services.plans.domain.deadlines.recurrence import last_month, repeat
from services.plans.domain.deadlines.references import body, plain, referred
from services.plans.domain.deadlines.terms import term
from services.plans.domain.deadlines.tokens import Token
from services.plans.domain.deadlines.vocabulary import ROMAN

_JOINERS = {
    ";": ";",
    ".": ";",
    "(": "(",
    ")": "",
    ",": ",",
    "-": ",",
    "và": "and",
    "&": "and",
    "hoặc": "or",
}
_STRENGTH = ("", ",", "and", "(", ";", "or")
_QUIET = tuple("\"'`“”‘’„«»[]*_•●▪◦…!:")
_LETTERS = tuple("abcdđeghik")
_FILLERS = ("filler.neutral", "filler.leading", "filler.report", "filler.hedge", "filler.action")
_PERIODIC = ("định", "kỳ")
_UNITS = ("ngày", "tuần", "tháng", "quý", "năm")


@dataclass(slots=True)
class _Gap:
    """What was read since the last clause; the two places bound the words of either clause.

    `either`: *hoặc* between two fillers, so far. `open`: a small word (và, trong) waits for more.
    """

    joiner: str = ""
    filled: bool = False
    named: bool = False
    ordinal: bool = False
    in_filler: bool = False
    either: bool = False
    open: bool = False
    first_sign: int | None = None
    after_signs: int | None = None

    def join(self, joiner: str) -> None:
        """Of several signs the strongest joins."""
        self.joiner = max(self.joiner, joiner, key=_STRENGTH.index)

    def separate(self, start: int, end: int) -> None:
        """A sign from `start` to `end`: the words before it belong to the clause before."""
        self.first_sign = start if self.first_sign is None else self.first_sign
        self.after_signs = end


@dataclass(slots=True)
class Phrase:
    """The clauses of a phrase, all of whose words were understood.

    `hedged`: dự kiến stands there. `periodic`: định kỳ stands there as a filler;
    `periodic_alone`: and it does not lead up to the first deadline.
    """

    tokens: Sequence[Token]
    clauses: list[Clause] = field(default_factory=list)
    hedged: bool = False
    reported: bool = False
    periodic: bool = False
    periodic_alone: bool = False


def read_phrase(cursor: Cursor) -> Phrase | None:
    """All clauses up to the end of the text; None when a word is not understood."""
    phrase, gap = Phrase(cursor.tokens), _Gap()
    while not cursor.at_end:
        _note_line_break(cursor, phrase, gap)
        start = cursor.position
        node = _node(cursor, phrase)
        if node is not None:
            if gap.either:
                gap.join("or")
            if gap.joiner == "or" and not phrase.clauses:
                return None
            _add(cursor, phrase, Clause(node, start, cursor.position), gap=gap)
            gap = _Gap()
        elif not any(read(cursor, phrase, gap=gap) for read in (_sign, _filler)):
            return None
    _close(phrase, cursor.position if gap.first_sign is None else gap.first_sign)
    return None if gap.open or _is_cut(cursor, phrase) else phrase


def _is_cut(cursor: Cursor, phrase: Phrase) -> bool:
    """Whether a date is followed by a dash and nothing: "tháng 3 - …"."""
    is_dated = bool(phrase.clauses) and isinstance(phrase.clauses[-1].node, Points)
    return is_dated and cursor.previous_is("-")


def _node(cursor: Cursor, phrase: Phrase) -> Node | None:
    readers: tuple[Callable[[Cursor], Node | None], ...] = (
        last_month,
        term,
        partial(repeat, reported=phrase.reported),
        points,
        plain,
    )
    for read in readers:
        if (node := read(cursor)) is not None:
            return node
    # "theo quy định và yêu cầu của tỉnh": theo is not said twice
    follows_plain = bool(phrase.clauses) and isinstance(phrase.clauses[-1].node, Plain)
    return referred(cursor) if follows_plain else None


def _add(cursor: Cursor, phrase: Phrase, clause: Clause, *, gap: _Gap) -> None:
    begun = phrase.clauses[-1].end if phrase.clauses else 0
    if gap.first_sign is not None:
        _close(phrase, gap.first_sign)
    phrase.clauses.append(
        replace(
            clause,
            start=begun if gap.after_signs is None else gap.after_signs,
            joiner=gap.joiner,
            filled=gap.filled,
            named=gap.named,
            ordinal=gap.ordinal,
            reported=phrase.reported,
        )
    )
    said = [token.text for token in cursor.tokens[clause.start : clause.end]]
    pairs = set(pairwise(said))
    phrase.reported |= isinstance(clause.node, Repeat) or not pairs.isdisjoint(
        {_PERIODIC, ("báo", "cáo")}
    )


def _close(phrase: Phrase, end: int) -> None:
    """The words up to here belong to the last clause."""
    if phrase.clauses:
        phrase.clauses[-1] = replace(phrase.clauses[-1], end=end)


def _note_line_break(cursor: Cursor, phrase: Phrase, gap: _Gap) -> None:
    token = cursor.peek()
    if token is not None and token.new_line and phrase.clauses:
        gap.join(";")


@rule
def _sign(cursor: Cursor, phrase: Phrase, *, gap: _Gap) -> bool | None:
    """A sign or word between clauses, or a number such as "a)", "1)" before one."""
    start = cursor.position
    if joiner := cursor.take(*_JOINERS):
        if not _join(phrase, gap, sign=joiner):
            return None
    elif _enumerator(cursor):
        gap.ordinal = True
    elif _joining_stroke(cursor, phrase):
        gap.join(",")
    elif not (_quiet_sign(cursor, phrase) or _closing_stroke(cursor) or _bullet(cursor)):
        return None
    gap.separate(start, cursor.position)
    return True


def _join(phrase: Phrase, gap: _Gap, *, sign: Token) -> bool:
    """Notes a joining sign or word; False for a word that has nothing to join."""
    joiner = _JOINERS[sign.text]
    phrase.periodic_alone |= phrase.periodic and not phrase.clauses and joiner not in {"", "("}
    if sign.is_word:
        if not phrase.clauses and not gap.filled:
            return False
        gap.open = True
    if sign.text == ")" and gap.joiner == "(":
        gap.joiner = ""
    if joiner == "or" and gap.filled:
        # "báo cáo định kỳ hoặc báo cáo riêng": an alternative of fillers, if one follows
        gap.either = True
    else:
        gap.join(joiner)
    return True


def _quiet_sign(cursor: Cursor, phrase: Phrase) -> bool:
    """A sign that says nothing. Dots beside a date stand for words left out: not quiet."""
    if cursor.next_is("…"):
        follows = isinstance(phrase.clauses[-1].node, Repeat | Plain) if phrase.clauses else False
        return follows and cursor.take("…") is not None
    return cursor.take(*_QUIET) is not None


@rule
def _enumerator(cursor: Cursor) -> bool | None:
    found = cursor.take(*_LETTERS, *ROMAN) or cursor.take_number(1, 99)
    return True if found and cursor.take(")") else None


def _closing_stroke(cursor: Cursor) -> bool:
    """The stroke of "./." at the end of a document."""
    return cursor.previous_is(".") and cursor.take("/") is not None


def _joining_stroke(cursor: Cursor, phrase: Phrase) -> bool:
    """The stroke of "thường xuyên/khi có yêu cầu"; between dates it would be part of one."""
    follows_date = not phrase.clauses or isinstance(phrase.clauses[-1].node, Points)
    return not follows_date and cursor.peek(1) is not None and cursor.take("/") is not None


def _bullet(cursor: Cursor) -> bool:
    token = cursor.peek()
    starts_line = cursor.position == 0 or (token is not None and token.new_line)
    return starts_line and cursor.take("+") is not None


def _filler(cursor: Cursor, phrase: Phrase, *, gap: _Gap) -> bool:
    """Words without a date: one phrase of the data file, an ordinal, or whom a report goes to."""
    if _ordinal(cursor):
        gap.ordinal = gap.filled = gap.in_filler = True
        gap.open = False
        return True
    start = cursor.position
    found = cursor.take_phrase(*_FILLERS)
    if found is None:
        return gap.in_filler and _inner_filler(cursor, gap)
    gap.filled = gap.in_filler = True
    gap.either = False
    kind = _kind_of_filler(cursor, start)
    gap.open = kind == "filler.leading"
    gap.named |= kind == "filler.action"
    phrase.hedged |= kind == "filler.hedge"
    if kind == "filler.report":
        # a first "báo cáo" after another deadline is another duty
        gap.named |= bool(phrase.clauses) and not phrase.reported
        phrase.reported = True
    if _PERIODIC in {found[:2], found[-2:]}:
        phrase.periodic = True
        phrase.periodic_alone |= bool(phrase.clauses)
    return True


def _inner_filler(cursor: Cursor, gap: _Gap) -> bool:
    """A body a report goes to, or a small word before it."""
    if cursor.take_phrase("filler.inner"):
        gap.named = gap.open = True
    elif body(cursor):
        gap.named, gap.open = True, False
    else:
        return False
    return True


def _kind_of_filler(cursor: Cursor, start: int) -> str:
    end, cursor.position = cursor.position, start
    for kind in _FILLERS:
        if cursor.take_phrase(kind) and cursor.position == end:
            return kind
        cursor.position = start
    cursor.position = end
    return _FILLERS[0]


@rule
def _ordinal(cursor: Cursor) -> bool | None:
    """Reads "Đợt 1", "lần thứ II", "giai đoạn 2"."""
    if not cursor.take_phrase("filler.ordinal"):
        return None
    number = cursor.take_number(1, 99) or cursor.take(*ROMAN) or cursor.take_spoken(1, 12)
    return True if number and not cursor.next_is(*_UNITS) else None
