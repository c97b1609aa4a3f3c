"""Can a phrase be added to fillers.toml without changing what dates mean?"""

import tomllib
from collections import Counter
from importlib.resources import files

import pytest

from services.plans.domain.deadlines import parse_deadline
from services.plans.domain.deadlines.tokens import tokenise, words
from services.plans.domain.deadlines.vocabulary import PHRASES

DATA = tomllib.loads(
    files("services.plans.domain.deadlines").joinpath("fillers.toml").read_text("utf-8")
)
LISTS = [
    (f"{section}.{name}", phrases)
    for section, lists in DATA.items()
    if section != "numerals"
    for name, phrases in lists.items()
]
FILLERS = sorted(
    {p for name in ("neutral", "leading", "report", "hedge") for p in DATA["filler"][name]}
)
ALONE = set(DATA["continuous"]["weak"])


@pytest.mark.parametrize(("name", "phrases"), LISTS, ids=[name for name, _ in LISTS])
def test_a_list_has_no_phrase_twice_and_none_that_is_empty(name, phrases):
    spelt = Counter(words(phrase) for phrase in phrases)
    assert [phrase for phrase, times in spelt.items() if times > 1] == []
    assert all(spelt)
    assert PHRASES[name].all == frozenset(spelt)


@pytest.mark.parametrize("filler", FILLERS)
def test_a_filler_alone_is_no_deadline(filler):
    expected = "continuous" if filler in ALONE else "unrecognised"
    assert parse_deadline(filler, year=2025).kind == expected


@pytest.mark.parametrize("filler", FILLERS)
def test_a_filler_before_a_date_leaves_the_date_as_it_is(filler):
    plain = parse_deadline("trước ngày 30/6/2025", year=2025)
    filled = parse_deadline(f"{filler} trước ngày 30/6/2025", year=2025)
    assert (filled.kind, filled.due_on, filled.exclusive) == ("date", plain.due_on, True)


@pytest.mark.parametrize("action", DATA["filler"]["action"])
def test_what_is_done_before_a_date_leaves_the_date_as_it_is(action):
    assert str(parse_deadline(f"{action} trước 30/6", year=2025).due_on) == "2025-06-30"


@pytest.mark.parametrize("act", DATA["reference"]["act"])
def test_according_to_an_act_is_on_event(act):
    assert parse_deadline(f"Theo {act} của UBND tỉnh", year=2025).kind == "on_event"


@pytest.mark.parametrize(
    "document", sorted({*DATA["reference"]["document"], *DATA["reference"]["schedule"]})
)
def test_according_to_a_document_or_schedule_is_as_prescribed(document):
    assert parse_deadline(f"Theo {document} của tỉnh", year=2025).kind == "as_prescribed"


@pytest.mark.parametrize("happening", DATA["reference"]["happening"])
def test_after_a_happening_is_on_event(happening):
    assert parse_deadline(f"Sau khi {happening}", year=2025).kind == "on_event"


@pytest.mark.parametrize("body", DATA["body"]["head"])
def test_a_body_may_be_named_after_a_document_and_after_a_report(body):
    assert parse_deadline(f"Theo kế hoạch của {body}", year=2025).kind == "as_prescribed"
    assert parse_deadline(f"Gửi báo cáo {body} trước 30/6", year=2025).kind == "date"


@pytest.mark.parametrize("word", DATA["reference"]["preposition"])
def test_a_document_named_after_nothing_is_not_understood(word):
    assert parse_deadline(f"Theo kế hoạch {word}", year=2025).kind == "unrecognised"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hàng QUÍ", ["hằng", "quý"]),
        ("Hoà, thuỷ, khoẻ; uỷ ban", ["hòa", ",", "thủy", ",", "khỏe", ";", "ủy", "ban"]),
        ("quý qúy", ["quý", "quý"]),
        ("30–6—2025", ["30", "-", "6", "-", "2025"]),
        ("T6/2025...", ["t", "6", "/", "2025", "…"]),
        ("Quý Ⅳ", ["quý", "iv"]),
        ("thá\u00adng\u200b 6", ["tháng", "6"]),
        ("6²", ["6", "²"]),
    ],
)
def test_one_word_in_several_spellings_is_one_token(text, expected):
    assert [token.text for token in tokenise(text)] == expected
