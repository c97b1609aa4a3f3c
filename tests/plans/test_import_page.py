"""Can a person read a preview on a page of its own, and nobody else?"""

import re
from typing import Any

import pytest

from services.plans.domain.content_edits import TARGET_FIELDS, TASK_FIELDS
from services.plans.domain.document_content import DocumentContent
from shared.texts import LANGUAGES, has_text
from tests.plans.conftest import person_with_key, upload
from tests.support.api import Api
from tests.support.documents import BINH_DINH, DONG_NAI, HA_TINH
from tests.support.frozen_clock import FrozenClock


async def page(admin: Api, preview: Any, **query: str) -> str:
    async with admin.as_key(None) as browser:
        answer = await browser.get(preview["links"]["page"], params=query or None)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


async def test_the_page_shows_facts_tasks_days_units_and_doubts_beside_their_rows(
    admin: Api,
) -> None:
    preview = await upload(admin)
    html = await page(admin, preview)
    assert "1205/KH-SVHTT · 16/06/2023 · Sở Văn hóa và Thể thao" in html
    assert "8 nhiệm vụ thành 35 nghĩa vụ cho 9 đơn vị." in html
    assert "9 đơn vị mới sẽ được tạo: Văn phòng Sở; Thanh tra Sở;" in html
    row = re.search(r'<tr id="t3" class="doubt">(.*?)</tr>', html, re.DOTALL)
    assert row is not None
    assert "Thời hạn “Định kỳ theo quy định” dẫn sang văn bản khác" in row[1]
    assert "chưa có ngày (cần người ấn định)" in row[1]
    fine = re.search(r'<tr id="t1">(.*?)</tr>', html, re.DOTALL)
    assert fine is not None
    assert "30/06/2023" in fine[1]
    assert "6 kỳ, trước các ngày: 15/07/2023; 15/08/2023;" in html
    assert 'href="#t4"' in html
    assert "SHA-256" in html


async def test_what_the_page_foretells_is_what_confirming_makes(admin: Api) -> None:
    preview = await upload(admin)
    told = re.search(r"thành (\d+) nghĩa vụ cho (\d+) đơn vị", await page(admin, preview))
    assert told is not None
    plan = await admin.ok("POST", f"/plans/v1/imports/{preview['id']}:confirm", {})
    owed = await admin.items("/plans/v1/obligations", plan_id=plan["id"], limit=200)
    assert (int(told[1]), int(told[2])) == (len(owed), len({o["unit_code"] for o in owed}))
    after = await page(admin, await admin.ok("GET", f"/plans/v1/imports/{preview['id']}"))
    assert "đã xác nhận" in after
    assert "Việc tiếp theo" not in after


@pytest.mark.parametrize("sample", [BINH_DINH, DONG_NAI, HA_TINH], ids=lambda p: p.stem)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_kind_of_document_has_its_page_in_both_languages(
    admin: Api, sample: Any, language: str
) -> None:
    await admin.ok("POST", "/plans/v1/units", {"code": "SVHTT", "name": "Sở Văn hóa và Thể thao"})
    file = {"file": (sample.name, sample.read_bytes())}
    preview = await admin.ok("POST", "/plans/v1/imports", files=file, params={"unit_code": "SVHTT"})
    ticket = preview["links"]["page"].partition("ticket=")[2]
    html = await page(admin, preview, ticket=ticket, lang=language)
    assert f'<html lang="{language}">' in html
    assert html.count("<h1>") == 1
    assert "…</" not in re.sub(r"\.\.\.|…»", "", html) or sample != BINH_DINH
    assert all(f'id="{task["row"]}"' in html for task in preview["content"]["tasks"])
    for tag in ("table", "section", "main", "ul", "tr", "td"):
        assert len(re.findall(rf"<{tag}[ >]", html)) == html.count(f"</{tag}>"), tag


async def test_words_of_the_document_never_become_markup(admin: Api) -> None:
    preview = await upload(admin)
    evil = "<script>alert(1)</script><img src=x onerror=y>\"'&{{ 7*7 }}"
    body = {
        "head": {"title": evil, "issuer": evil, "number": "1/<b>", "place": evil[:100]},
        "tasks": {"change": {"t1": {"title": evil, "lead_units": [evil], "outputs": [evil], "deadline": evil}}},
        "targets": {"change": {"c1": {"text": evil}}},
    }  # fmt: skip
    html = await page(admin, await admin.ok("PATCH", f"/plans/v1/imports/{preview['id']}", body))
    assert "<script" not in html
    assert "<img" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "{{ 7*7 }}" in html


async def test_the_page_loads_nothing_from_elsewhere_and_a_policy_holds_it_to_that(
    admin: Api,
) -> None:
    preview = await upload(admin)
    answer = await admin.get(f"/plans/v1/imports/{preview['id']}/page")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["referrer-policy"] == "no-referrer", "the ticket stays in the address bar"
    assert answer.headers["cache-control"] == "no-store"
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', answer.text)
    for address in re.findall(r'<link [^>]*href="([^"]+)"', answer.text):
        assert (await admin.get(address)).status_code == 200, address
    css = (await admin.get("/plans/_ours/reading.css")).text
    assert "size: A4 landscape" in css
    assert "@media print" in css


async def test_a_link_is_good_for_its_own_page_and_for_a_working_day(
    admin: Api, clock: FrozenClock
) -> None:
    first, second = await upload(admin), await upload(admin)
    ticket = first["links"]["page"].partition("?")[2]
    changed = ticket[:-1] + ("0" if ticket[-1] != "0" else "1")
    async with admin.as_key(None) as browser:

        async def tried(path: str) -> tuple[int, str]:
            answer = await browser.get(path)
            kind = answer.headers["content-type"]
            return answer.status_code, answer.json()["code"] if "json" in kind else ""

        here = f"/plans/v1/imports/{first['id']}"
        assert await tried(first["links"]["page"]) == (200, "")
        assert await tried(f"{here}/page?{changed}") == (401, "ticket_invalid")
        assert await tried(f"{here}/workbook?{ticket}") == (401, "ticket_invalid")
        assert await tried(f"/plans/v1/imports/{second['id']}/page?{ticket}") == (
            401,
            "ticket_invalid",
        )
        assert await tried(f"{here}?{ticket}") == (401, "key_missing")
        assert await tried(f"{here}/page?ticket=%00") == (401, "ticket_invalid")
        clock.advance(hours=8, minutes=1)
        assert await tried(first["links"]["page"]) == (401, "ticket_invalid")


async def test_a_link_ends_with_the_key_it_was_made_with(admin: Api) -> None:
    preview = await upload(admin)
    person_id, key = await person_with_key(admin, "SVHTT", "head")
    async with admin.as_key(key) as head, admin.as_key(None) as browser:
        link = (await head.ok("GET", f"/plans/v1/imports/{preview['id']}"))["links"]["page"]
        assert (await browser.get(link)).status_code == 200
        [held] = await admin.items(f"/plans/v1/principals/{person_id}/keys")
        await admin.ok("POST", f"/plans/v1/keys/{held['key_id']}:revoke")
        answer = await browser.get(link)
    assert (answer.status_code, answer.json()["code"]) == (401, "ticket_invalid")


def test_every_field_that_can_be_corrected_has_a_name_to_read() -> None:
    head = set(DocumentContent("plan").as_json()) - {"tasks", "targets", "warnings"}
    for name in {*head, *TASK_FIELDS, *TARGET_FIELDS, "added", "dropped", "units", "due_on"}:
        assert has_text(f"import_preview.fields.{name}"), name
