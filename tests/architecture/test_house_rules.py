"""Is the house kept as CONTRIBUTING.md says?"""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE_LINES, FUNCTION_LINES = 350, 60
JUNK = {"utils", "helpers", "common", "core", "manager", "misc"}


def tracked(*patterns: str) -> list[Path]:
    """The files git knows, without those deleted but not yet committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).exists()]


PRODUCT = [p for p in tracked("services/*.py", "shared/*.py") if "migrations" not in p.parts]


def test_there_is_something_to_look_at() -> None:
    assert len(PRODUCT) > 100


def test_no_file_is_longer_than_somebody_reads() -> None:
    long = {str(p): n for p in PRODUCT if (n := len(p.read_text().splitlines())) > FILE_LINES}
    assert long == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in PRODUCT
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES
    ]
    assert long == []


def test_no_module_is_a_junk_drawer() -> None:
    assert [p for p in PRODUCT if p.stem in JUNK or p.parent.name in JUNK] == []


def test_every_module_says_which_question_it_answers() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in PRODUCT
        if path.read_text().strip() and ast.get_docstring(ast.parse(path.read_text())) is None
    ]
    assert silent == []


@pytest.mark.parametrize("service", ["plans", "scoring", "notifications"])
def test_every_service_has_the_same_rooms(service: str) -> None:
    folder = ROOT / "services" / service
    for room in (
        "service.py",
        "__main__.py",
        "api",
        "use_cases",
        "storage",
        "domain",
        "migrations",
    ):
        assert (folder / room).exists(), room


def test_only_the_unit_of_work_and_the_platform_commit() -> None:
    committing = [
        str(path.relative_to(ROOT))
        for path in PRODUCT
        if path.is_relative_to(ROOT / "services") and ".commit()" in path.read_text()
    ]
    assert committing == []


def test_no_lock_file_or_source_names_a_registry() -> None:
    hosts = ("pypi" + ".org", "python" + "hosted.org", "npm" + "js.", "deb.debian" + ".org")
    texts = tracked("*.toml", "*.lock", "*.py", "*.sh", "*.md", "*.yaml", "Makefile")
    naming = [
        str(path.relative_to(ROOT)) for path in texts if any(h in path.read_text() for h in hosts)
    ]
    assert naming == []
