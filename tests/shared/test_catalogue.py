"""Is everything said in Vietnamese also said in English, and with the same blanks?"""

import re
import tomllib
import unicodedata
from pathlib import Path

import pytest

from shared import texts
from shared.texts import LANGUAGES, catalogue, text

FOLDER = Path(texts.__file__).parent
FILES = sorted(file.name for file in (FOLDER / "vi").glob("*.toml"))
_BLANK = re.compile(r"\{(\w*)(?:[:!][^}]*)?\}")


def keys(language: str, file: str) -> dict[str, str]:
    return {k: v for k, v in catalogue(language).items() if k.split(".")[0] == Path(file).stem}


def test_both_languages_have_the_same_files() -> None:
    assert sorted(file.name for file in (FOLDER / "en").glob("*.toml")) == FILES
    assert {folder.name for folder in FOLDER.iterdir() if folder.is_dir()} >= set(LANGUAGES)


@pytest.mark.parametrize("file", FILES)
def test_both_languages_say_the_same_things_with_the_same_blanks(file: str) -> None:
    vietnamese, english = keys("vi", file), keys("en", file)
    assert set(vietnamese) == set(english)
    different = {
        key: (sorted(set(_BLANK.findall(words))), sorted(set(_BLANK.findall(english[key]))))
        for key, words in vietnamese.items()
        if set(_BLANK.findall(words)) != set(_BLANK.findall(english[key]))
    }
    assert different == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("file", FILES)
def test_every_text_says_something_and_can_be_filled(language: str, file: str) -> None:
    for key, words in keys(language, file).items():
        assert words.strip(), key
        assert unicodedata.is_normalized("NFC", words), key
        assert text(key, language=language, **dict.fromkeys(_BLANK.findall(words), 7)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_has_a_title_and_says_what_to_do(language: str) -> None:
    texts_ = catalogue(language)
    codes = {key.split(".")[1] for key in texts_ if key.startswith("problems.")} - {"fields"}
    for code in codes:
        assert texts_[f"problems.{code}.title"]
        assert texts_[f"problems.{code}.detail"]
    titles = [texts_[f"problems.{code}.title"] for code in codes]
    assert not [title for title in titles if title.endswith(".")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("file", FILES)
def test_no_key_is_written_twice(language: str, file: str) -> None:
    """TOML refuses a repeated key in one table; a dotted name could still hide another."""
    with (FOLDER / language / file).open("rb") as stream:
        tree = tomllib.load(stream)
    assert not [name for name in _flat(tree) if _flat(tree).count(name) > 1]


def _flat(tree: dict[str, object], prefix: str = "") -> list[str]:
    names: list[str] = []
    for key, value in tree.items():
        names += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [f"{prefix}{key}"]
    return names


def test_a_missing_value_is_an_ellipsis_and_a_missing_text_is_a_fault() -> None:
    assert "…" in text("problems.body_too_large.detail")
    with pytest.raises(KeyError):
        text("problems.never_heard_of.title")


def test_values_are_put_in_as_they_are() -> None:
    shown = text("problems.unit_code_taken.detail", code="{code} {0} %s")
    assert "{code} {0} %s" in shown
