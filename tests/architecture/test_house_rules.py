"""Is the house in order? Names, sizes, words and addresses that must not be in it."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = ("services", "shared", "deploy", "benchmarks", "tests")
LINES_OF_A_FILE, LINES_OF_A_FUNCTION = 350, 60
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "core", "manager", "managers", "misc"}  # fmt: skip
# put together here, so that this file does not contain what it forbids
UNFINISHED = ["TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK"]
SHORTCUTS = ["raise NotImplemented" + "Error", "pytest." + "skip", "x" + "fail(", "import" + "orskip", "pragma: no " + "cover"]  # fmt: skip
HOSTS = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.",
    "deb.debian" + ".org",
    "--index" + "-url",
    "--extra-index" + "-url",
]
OWN_PATHS = re.compile(r"(?<![\w.~-])/(wor" + r"k|roo" + r"t|home/[a-z]+)/[a-z]")


def tracked() -> list[Path]:
    """Every file that belongs to the project, also before it is committed."""
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    names = listed.stdout.splitlines() if listed.returncode == 0 else _walked()
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def _walked() -> list[str]:
    """An exported tree has no git: everything but what is made here."""
    made = {".venv", "var", "__pycache__", ".git", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
    files = (file.relative_to(ROOT) for file in ROOT.rglob("*") if file.is_file())
    return [str(file) for file in files if not made & set(file.parts)]


FILES = tracked()
PYTHON = [f for f in FILES if f.suffix == ".py" and f.relative_to(ROOT).parts[0] in CODE]
OURS = [f for f in PYTHON if f.relative_to(ROOT).parts[0] in {"services", "shared"}]


def words(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""  # a picture or a Word file


def short(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_the_files_are_found() -> None:
    assert len(OURS) > 150
    assert ROOT / "pyproject.toml" in FILES


def test_every_file_is_named_after_what_it_holds() -> None:
    empty = [
        short(f) for f in PYTHON if NAMES_THAT_SAY_NOTHING & {f.stem, *f.relative_to(ROOT).parts}
    ]
    assert empty == []


def test_no_file_is_too_long() -> None:
    written = [f for f in PYTHON if "migrations" not in f.parts]
    lengths = {short(f): len(words(f).splitlines()) for f in written}
    assert {name: n for name, n in lengths.items() if n > LINES_OF_A_FILE} == {}


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(words(file))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_function_is_too_long() -> None:
    long = {
        f"{short(file)}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for file in PYTHON
        if "migrations" not in file.parts
        for node in functions(file)
    }
    assert {name: n for name, n in long.items() if n > LINES_OF_A_FUNCTION} == {}


def test_every_module_of_the_product_says_what_question_it_answers() -> None:
    silent = [
        short(file)
        for file in OURS
        if words(file).strip() and "versions" not in file.parts
        if not ast.get_docstring(ast.parse(words(file)))
    ]
    assert silent == []


@pytest.mark.parametrize("word", UNFINISHED)
def test_nothing_is_left_for_later(word: str) -> None:
    whole_word = re.compile(rf"\b{word}\b")
    assert [short(f) for f in PYTHON if whole_word.search(words(f))] == []


@pytest.mark.parametrize("shortcut", SHORTCUTS)
def test_nothing_is_faked_or_left_out(shortcut: str) -> None:
    assert [short(f) for f in PYTHON if shortcut in words(f)] == []


@pytest.mark.parametrize("host", HOSTS)
def test_no_file_names_a_package_registry(host: str) -> None:
    """These networks are closed; where packages come from is the operator's setting."""
    assert [short(f) for f in FILES if host in words(f)] == []


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    assert [short(f) for f in FILES if OWN_PATHS.search(words(f))] == []


def called(file: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(words(file))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node.lineno


def test_no_service_commits_or_opens_a_transaction_of_its_own() -> None:
    """Whoever opens a unit of work commits it; use cases never do."""
    own = [
        f"{short(file)}:{line}"
        for file in OURS
        if short(file).startswith("services/") and short(file) != "services/write_revision.py"
        for name, line in called(file)
        if name in {"commit", "begin", "begin_nested"}
    ]
    assert own == []


def test_only_the_clock_knows_the_time() -> None:
    direct = re.compile(r"\b(datetime\.(now|utcnow)|date\.today|time\.time(_ns)?)\(")
    found = [short(f) for f in OURS if direct.search(words(f)) and short(f) != "shared/clock.py"]
    assert found == []


def test_only_the_settings_read_the_environment() -> None:
    """And the command line, a client of its own, and the crash points, which are for sandboxes."""
    reads = re.compile(r"\bos\.(environ|getenv)\b")
    found = {short(f) for f in OURS if reads.search(words(f))}
    assert found <= {"services/cli/platform_api.py", "shared/crash_points.py"}


@pytest.mark.parametrize("service", ["plans", "scoring", "notifications"])
def test_every_service_has_the_same_rooms(service: str) -> None:
    rooms = ["service.py", "__main__.py", "api", "use_cases", "storage", "domain", "migrations"]
    folder = ROOT / "services" / service
    assert [room for room in rooms if not (folder / room).exists()] == []


def test_every_test_is_a_sentence() -> None:
    """At least three words after "test": what is so, when, for whom."""
    names = [
        f"{short(file)}:{node.name}"
        for file in PYTHON
        if file.name.startswith("test_")
        for node in functions(file)
        if node.name.startswith("test_") and len(node.name.split("_")) < 4
    ]
    assert names == []
