"""Everything the engine says exists in Vietnamese and in English, and nothing is left over."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from services.scoring.domain.texts import TABLES, sentence

SERVICES = Path(__file__).parents[2] / "services"
FILES = [*(SERVICES / "scoring" / "domain").rglob("*.py"), SERVICES / "cli" / "score.py"]
NODES = [n for file in FILES for n in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
ENTRIES = [(table, code) for table, codes in TABLES.items() for code in codes]


def parameters(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def literals(function: str, place: int) -> Iterator[str]:
    """The words given to calls of a function or method at one place."""
    for node in NODES:
        if not isinstance(node, ast.Call) or len(node.args) <= place:
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        argument = node.args[place]
        if (
            name == function
            and isinstance(argument, ast.Constant)
            and isinstance(argument.value, str)
        ):
            yield argument.value


def patterns() -> list[re.Pattern[str]]:
    """Every word of the sources; a placeholder of an f-string stands for anything."""
    found = [
        re.escape(n.value)
        for n in NODES
        if isinstance(n, ast.Constant) and isinstance(n.value, str)
    ]
    for node in NODES:
        if isinstance(node, ast.JoinedStr):
            parts = [
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z_]+"
                for part in node.values
            ]
            found.append("".join(parts))
    return [re.compile(pattern) for pattern in set(found) if pattern != "[a-z_]+"]


def test_both_languages_are_there_with_the_same_parameters() -> None:
    for table, code in ENTRIES:
        entry = TABLES[table][code]
        assert set(entry) == {"vi", "en"}, code
        differing = parameters(entry["vi"]) ^ parameters(entry["en"])
        assert differing <= {"places"}, code


def test_every_sentence_can_be_said() -> None:
    for table, code in ENTRIES:
        entry = TABLES[table][code]
        names = parameters(entry["vi"]) | parameters(entry["en"])
        spoken = [
            sentence(table, code, language="vi", params=dict.fromkeys(names, "§")),
            sentence(table, code, language="en", params=dict.fromkeys(names, "§")),
        ]
        assert all(spoken), code


def test_every_problem_the_sources_report_has_a_sentence() -> None:
    reported = {*literals("add", 1), *literals("warn", 1), *literals("Problem", 1)}
    for function in ("Refusal", "FormulaError", "_invalid"):
        reported |= set(literals(function, 0))
    assert len(reported) > 60
    assert reported - set(TABLES["problems"]) == set()


def test_every_note_the_sources_make_has_a_sentence() -> None:
    noted = set(literals("Note", 0))
    assert len(noted) > 40
    assert noted - set(TABLES["explanations"]) == set()


def test_no_sentence_is_left_over() -> None:
    known = patterns()
    unused = [code for _, code in ENTRIES if not any(p.fullmatch(code) for p in known)]
    assert unused == []
