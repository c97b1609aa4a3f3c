"""A department to work in, for the tests of the plans API."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.api import Api

BINH_DINH = Path(__file__).parents[1] / "data" / "binh-dinh-1205-kh-svhtt-2023.docx"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(slots=True)
class Department:
    """A department with two people who hold keys."""

    head: Api
    officer: Api
    head_id: str
    officer_id: str


async def person_with_key(
    admin: Api, unit_code: str, position: str, **more: Any
) -> tuple[str, str]:
    """Somebody of a unit and the text of a key: (id, key)."""
    body = {"full_name": f"Người {position}", "unit_code": unit_code, "position": position, **more}
    person = await admin.ok("POST", "/plans/v1/people", body)
    key = await admin.ok("POST", f"/plans/v1/principals/{person['id']}/keys", {})
    return person["id"], key["key"]


async def upload(admin: Api, content: bytes | None = None, **query: str) -> Any:
    """Upload a plan: the preview."""
    file = (BINH_DINH.name, BINH_DINH.read_bytes() if content is None else content, WORD)
    return await admin.ok("POST", "/plans/v1/imports", files={"file": file}, params=query)


@pytest.fixture
async def plan(admin: Api) -> Any:
    """The real plan, imported and issued."""
    preview = await upload(admin)
    return await admin.ok("POST", f"/plans/v1/imports/{preview['id']}:confirm", {})


@pytest.fixture
async def department(admin: Api, plan: Any) -> AsyncIterator[Department]:
    """The head and an officer of the unit that owes task 5."""
    tasks = await admin.items("/plans/v1/tasks", plan_id=plan["id"])
    unit = tasks[4]["leads"][0]["unit_code"]
    head_id, head_key = await person_with_key(admin, unit, "head")
    officer_id, officer_key = await person_with_key(admin, unit, "officer")
    async with admin.as_key(head_key) as head, admin.as_key(officer_key) as officer:
        yield Department(head, officer, head_id, officer_id)
