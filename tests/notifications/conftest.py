"""What every test of reminders may ask for: a publisher, an office with people and addresses."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from services.embedded import Platform
from tests.support.api import Api
from tests.support.obligations import Publisher

BASE = "/notifications/v1"


@pytest.fixture
def plans(running: Platform) -> Publisher:
    """The events of the plans service."""
    return Publisher(running)


@dataclass(frozen=True, slots=True)
class Office:
    """The office (VP) of a department: an officer and a head, both with addresses."""

    officer: UUID
    head: UUID


@pytest.fixture
async def office(plans: Publisher, admin: Api) -> Office:
    await plans.unit("SO", name="Sở Văn hóa và Thể thao")
    await plans.unit("VP", within="SO", name="Văn phòng Sở")
    officer = await plans.person("VP", "officer")
    head = await plans.person("VP", "head")
    await add_contact(admin, officer, "nguyen.thi.lan@svhtt.example", "Nguyễn Thị Lan")
    await add_contact(admin, head, "tran.van.minh@svhtt.example", "Trần Văn Minh")
    return Office(officer, head)


async def add_contact(api: Api, person_id: UUID, address: str, name: str, **more: object) -> dict:
    body = {"person_id": str(person_id), "address": address, "display_name": name, **more}
    return await api.ok("POST", f"{BASE}/contacts", body)
