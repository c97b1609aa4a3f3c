"""A plan sent as Excel or as text becomes the same plan as the Word file."""

from pathlib import Path

import pytest

from services.plans.documents import read_document, write_form
from tests.support.api import Api
from tests.support.documents import BINH_DINH, DATA

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_excel() -> tuple[str, bytes, str]:
    return "ke-hoach.xlsx", write_form(read_document(BINH_DINH.read_bytes())), SHEET


def as_text() -> tuple[str, bytes, str]:
    text = DATA / "sources" / Path(BINH_DINH.name).with_suffix(".txt")
    return "ke-hoach.txt", text.read_bytes(), "text/plain"


@pytest.mark.parametrize("file", [as_excel(), as_text()], ids=["Excel", "text"])
async def test_the_plan_is_imported_like_its_word_file(
    file: tuple[str, bytes, str], admin: Api
) -> None:
    preview = await admin.ok("POST", "/plans/v1/imports", files={"file": file})
    assert preview["content"]["number"] == "1205/KH-SVHTT"

    plan = await admin.ok("POST", f"/plans/v1/imports/{preview['id']}:confirm", {})

    assert (plan["number"], plan["year"], plan["state"]) == ("1205/KH-SVHTT", 2023, "issued")
    tasks = await admin.items("/plans/v1/tasks", plan_id=plan["id"])
    assert [len(task["lead_units"]) for task in tasks] == [1, 1, 1, 4, 1, 2, 2, 1]


async def test_a_refused_file_names_its_reason_and_nothing_of_its_words(admin: Api) -> None:
    file = ("ke-hoach.docx", as_excel()[1], SHEET)
    refused = await admin.post("/plans/v1/imports", files={"file": file})
    problem = refused.json()
    assert (refused.status_code, problem["errors"][0]["code"]) == (422, "wrong_extension")
    assert "1205" not in refused.text
