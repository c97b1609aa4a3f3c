"""Where are people reached, and who may know it?"""

from pathlib import Path
from uuid import UUID

import pytest

from services.embedded import Platform
from shared.ids import new_id
from tests.support.api import Api
from tests.support.obligations import Publisher

BASE = "/notifications/v1"


def body(person_id: UUID | str, **more: object) -> dict:
    return {
        "person_id": str(person_id),
        "address": "lan@svhtt.example",
        "display_name": "Nguyễn Thị Lan",
        **more,
    }


async def test_a_contact_of_somebody_not_known_yet_is_accepted(admin: Api) -> None:
    answer = await admin.post(f"{BASE}/contacts", body(new_id()))
    assert answer.status_code == 201
    created = answer.json()
    assert (created["unit_code"], created["active"], created["language"]) == (None, True, "vi")
    read = await admin.get(answer.headers["location"])
    assert read.json() == created
    assert read.headers["etag"] == answer.headers["etag"] == '"1"'


async def test_a_contact_goes_with_its_person_from_unit_to_unit(
    admin: Api, plans: Publisher
) -> None:
    person = new_id()
    created = await admin.ok("POST", f"{BASE}/contacts", body(person, unit_code="VP"))
    assert created["unit_code"] == "VP"
    await plans.person("PKHTC", "officer", person_id=person)
    moved = await admin.ok("GET", f"{BASE}/contacts/{created['id']}")
    assert (moved["unit_code"], moved["revision"]) == ("PKHTC", 2)


async def test_a_person_has_one_address_a_channel(admin: Api) -> None:
    person = new_id()
    await admin.ok("POST", f"{BASE}/contacts", body(person))
    again = await admin.post(f"{BASE}/contacts", body(person, address="khac@svhtt.example"))
    assert (again.status_code, again.json()["code"]) == (409, "contact_exists")


async def test_a_contact_is_changed_and_put_out_of_use(admin: Api) -> None:
    created = await admin.ok("POST", f"{BASE}/contacts", body(new_id()))
    path = f"{BASE}/contacts/{created['id']}"
    changed = await admin.ok("PATCH", path, {"address": "moi@svhtt.example", "active": False})
    assert (changed["address"], changed["active"], changed["revision"]) == (
        "moi@svhtt.example",
        False,
        2,
    )
    stale = await admin.patch(path, {"active": True}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412


NOT_ADDRESSES = (
    "a@b",
    "không-dấu@svhtt.example",
    "a@b.example\r\nBcc: x@y.example",
    "=?UTF-8?Q?a?=@svhtt.example",
    '"a b"@svhtt.example',
    "a@svhtt.example, b@svhtt.example",
    "<a@svhtt.example>",
    "a@@svhtt.example",
    ".a@svhtt.example",
    "a@-x.example",
    f"{'a' * 65}@svhtt.example",
    f"a@{'b' * 250}.example",
    "a@127.0.0.1",
    "a@svhtt.example ",
)


async def test_what_is_not_one_plain_address_is_refused_and_not_echoed(admin: Api) -> None:
    for address in NOT_ADDRESSES:
        answer = await admin.post(f"{BASE}/contacts", body(new_id(), address=address))
        assert answer.status_code == 422, address
        assert [e["pointer"] for e in answer.json()["errors"]] == ["/address"]
        assert address not in answer.text


async def test_a_name_that_could_break_a_header_is_refused(admin: Api) -> None:
    for name in ("", "Lan\nBcc: x", "Lan\u0000", "=?utf-8?q?Lan?=", "x" * 201):
        answer = await admin.post(f"{BASE}/contacts", body(new_id(), display_name=name))
        assert answer.status_code == 422, name
        assert [e["pointer"] for e in answer.json()["errors"]] == ["/display_name"]


async def test_addresses_are_in_no_event_no_log_and_no_audit_row(
    admin: Api, running: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    await admin.ok("POST", f"{BASE}/contacts", body(new_id(), address="canary7@svhtt.example"))
    await running.settle()
    audit = await admin.get(f"{BASE}/audit")
    changes = await admin.get(f"{BASE}/changes")
    printed = capsys.readouterr()
    for place in (audit.text, changes.text, printed.out, printed.err):
        assert "canary7" not in place
    others = [Path(running.settings.data_dir / f"{name}.db") for name in ("plans", "scoring")]
    assert all(b"canary7" not in file.read_bytes() for file in others)
