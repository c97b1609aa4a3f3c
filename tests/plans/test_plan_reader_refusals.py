"""Files that are not opened: each refusal is quick, small, and has a code that never changes."""

import io
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from services.plans.documents import UnreadableDocument, read_document
from shared.texts import current_language
from tests.support.documents import BINH_DINH, plan_document, repacked, saved
from tests.support.hostile_excel import HOSTILE_EXCEL
from tests.support.hostile_text import HOSTILE_TEXT, SLOW_TEXT
from tests.support.hostile_word import HOSTILE_WORD, MAIN, linked, nested_bombs, sample

HOSTILE = {**HOSTILE_WORD, **HOSTILE_EXCEL, **HOSTILE_TEXT}
# Read, but within the same limits: what is inside an embedded archive is never opened.
SLOW = {"nested bombs": nested_bombs, **SLOW_TEXT}
CODES = {code for _, code, _ in HOSTILE.values()}
MEGABYTES = 200
# All files are read once, for the first test; its limits are of processor time, not of the clock.
pytestmark = pytest.mark.timeout(300)
SECONDS = 2.0


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """Each file read in a process of its own that may take no more than the limits."""
    folder = tmp_path_factory.mktemp("hostile")
    names = {}
    slow = {name: (make, "read", None) for name, make in SLOW.items()}
    for number, (case, (make, _, name)) in enumerate({**HOSTILE, **slow}.items()):
        (folder / f"{number}").write_bytes(make())
        names[case] = {"path": str(folder / f"{number}"), "file_name": name}
    command = [sys.executable, "-m", "tests.support.measured_reading", str(MEGABYTES)]
    done = subprocess.run(
        command,
        input=json.dumps(names),
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("case", HOSTILE)
def test_the_file_is_refused_with_its_code_within_two_seconds_and_200_megabytes(
    case: str, measured: Mapping[str, Any]
) -> None:
    answer = measured[case]
    assert answer["code"] == HOSTILE[case][1]
    assert answer["seconds"] < SECONDS
    assert answer["megabytes"] < MEGABYTES


@pytest.mark.parametrize("case", SLOW)
def test_what_is_only_awkward_is_read_within_the_same_limits(
    case: str, measured: Mapping[str, Any]
) -> None:
    answer = measured[case]
    assert answer["code"] in {"read", "nothing_to_read"}
    assert answer["seconds"] < SECONDS
    assert answer["megabytes"] < MEGABYTES


def test_the_measure_notices_a_file_that_is_read_and_one_that_takes_too_much(
    tmp_path: Path,
) -> None:
    (tmp_path / "plan").write_bytes(BINH_DINH.read_bytes())
    names = {"plan": {"path": str(tmp_path / "plan"), "file_name": "plan.docx"}}
    command = [sys.executable, "-m", "tests.support.measured_reading"]
    answers = [
        json.loads(
            subprocess.run(
                [*command, megabytes],
                input=json.dumps(names),
                capture_output=True,
                text=True,
                check=True,
                cwd=Path(__file__).parents[2],
            ).stdout
        )["plan"]["code"]
        for megabytes in ("200", "0")
    ]
    assert answers == ["read", "out of memory"]


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_refusal_has_a_sentence_in_both_languages(code: str) -> None:
    refusal = UnreadableDocument(code)
    vietnamese = str(refusal)
    token = current_language.set("en")
    try:
        english = str(refusal)
    finally:
        current_language.reset(token)
    assert vietnamese.endswith(".")
    assert english.endswith(".")
    assert vietnamese != english


def test_bytes_cut_or_changed_anywhere_are_read_or_refused_and_nothing_else() -> None:
    content = sample()
    outcomes = {
        outcome(broken)
        for place in range(0, len(content), 997)
        for broken in (content[:place], content[:place] + b"\xff" + content[place + 1 :])
    }
    assert outcomes <= {"read", *CODES}
    assert {"read", "damaged", "empty_file"} <= outcomes


def outcome(content: bytes) -> str:
    try:
        read_document(content)
    except UnreadableDocument as refusal:
        return refusal.code
    return "read"


@pytest.mark.parametrize(
    ("kind", "target"),
    [("hyperlink", "https://example.org/"), ("attachedTemplate", "file:///C:/Mau/ke-hoach.dotm")],
)
def test_links_to_read_and_templates_on_the_own_disk_are_left_alone(kind: str, target: str) -> None:
    assert read_document(linked(kind, target)).number == "1205/KH-SVHTT"


def test_a_word_file_under_another_name_for_its_main_part_is_read() -> None:
    original = saved(plan_document())
    with ZipFile(io.BytesIO(original)) as archive:
        root, main = archive.read("_rels/.rels"), archive.read(MAIN)
    content = repacked(
        original,
        replace={"_rels/.rels": root.replace(b"word/document.xml", b"word/other.xml"), MAIN: None},
        add={"word/other.xml": main},
    )
    assert read_document(content).number == "12/KH-SNV"
