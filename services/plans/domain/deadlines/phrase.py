"""Of which clauses does a phrase consist, if every word of it is understood?

A clause is one deadline with the fillers around it; signs, *và* and *hoặc* join clauses. A word
that is neither deadline nor filler makes the whole phrase unrecognised (SPEC §4).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise

from services.plans.domain.deadlines.cursor import Cursor, rule
from services.plans.domain.deadlines.nodes import Clause, Node, Plain, Repeat
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
_FILLERS = ("filler.neutral", "filler.report", "filler.hedge", "filler.action")


@dataclass(slots=True)
class _Gap:
    """What was read since the last clause; the two places bound the words of either clause."""

    joiner: str = ""
    filled: bool = False
    named: bool = False
    ordinal: bool = False
    in_filler: bool = False
    first_sign: int | None = None
    after_signs: int | None = None


@dataclass(slots=True)
class Phrase:
    """The clauses of a phrase, all of whose words were understood.

    `hedged`: dự kiến stands there. `periodic`: định kỳ stands there as a filler.
    """

    tokens: Sequence[Token]
    clauses: list[Clause] = field(default_factory=list)
    hedged: bool = False
    reported: bool = False
    periodic: bool = False


def read_phrase(cursor: Cursor) -> Phrase | None:
    """All clauses up to the end of the text; None when a word is not understood."""
    phrase, gap = Phrase(cursor.tokens), _Gap()
    while not cursor.at_end:
        _note_line_break(cursor, phrase, gap)
        start = cursor.position
        node = _node(cursor, phrase)
        if node is not None:
            _add(cursor, phrase, Clause(node, start, cursor.position), gap=gap)
            gap = _Gap()
        elif not (_sign(cursor, gap) or _filler(cursor, phrase, gap=gap)):
            return None
    _close(phrase, cursor.position if gap.first_sign is None else gap.first_sign)
    return phrase


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
        {("định", "kỳ"), ("báo", "cáo")}
    )


def _close(phrase: Phrase, end: int) -> None:
    """The words up to here belong to the last clause."""
    if phrase.clauses:
        phrase.clauses[-1] = replace(phrase.clauses[-1], end=end)


def _note_line_break(cursor: Cursor, phrase: Phrase, gap: _Gap) -> None:
    token = cursor.peek()
    if token is not None and token.new_line and phrase.clauses:
        gap.joiner = max(gap.joiner, ";", key=_STRENGTH.index)


@rule
def _sign(cursor: Cursor, gap: _Gap) -> bool | None:
    """A sign or word between clauses, or a number such as "a)", "1)" before one."""
    start = cursor.position
    if joiner := cursor.take(*_JOINERS):
        # "báo cáo định kỳ hoặc báo cáo riêng": an alternative of fillers, not of deadlines
        meant = "" if joiner.text == "hoặc" and gap.filled else _JOINERS[joiner.text]
        if joiner.text == ")" and gap.joiner == "(":
            gap.joiner = ""
        gap.joiner = max(gap.joiner, meant, key=_STRENGTH.index)
    elif _enumerator(cursor):
        gap.ordinal = True
    elif not cursor.take(*_QUIET) and not _closing_stroke(cursor) and not _bullet(cursor):
        return None
    gap.first_sign = start if gap.first_sign is None else gap.first_sign
    gap.after_signs = cursor.position
    return True


@rule
def _enumerator(cursor: Cursor) -> bool | None:
    found = cursor.take(*_LETTERS, *ROMAN) or cursor.take_number(1, 99)
    return True if found and cursor.take(")") else None


def _closing_stroke(cursor: Cursor) -> bool:
    """The stroke of "./." at the end of a document."""
    following = cursor.peek(1)
    is_last = following is None or following.text in {".", ";"}
    return is_last and cursor.take("/") is not None


def _bullet(cursor: Cursor) -> bool:
    token = cursor.peek()
    starts_line = cursor.position == 0 or (token is not None and token.new_line)
    return starts_line and cursor.take("+") is not None


def _filler(cursor: Cursor, phrase: Phrase, *, gap: _Gap) -> bool:
    """Words without a date: one phrase of the data file, an ordinal, or whom a report goes to."""
    if _ordinal(cursor):
        gap.ordinal = gap.filled = gap.in_filler = True
        return True
    start = cursor.position
    found = cursor.take_phrase(*_FILLERS)
    if found is None:
        if not gap.in_filler or not (body(cursor) or cursor.take_phrase("filler.inner")):
            return False
        gap.named = True
        return True
    gap.filled = gap.in_filler = True
    kind = _kind_of_filler(cursor, start)
    gap.named |= kind == "filler.action"
    phrase.hedged |= kind == "filler.hedge"
    phrase.reported |= kind == "filler.report"
    phrase.periodic |= found[:2] == ("định", "kỳ") or found[-2:] == ("định", "kỳ")
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
    return True if number else None
