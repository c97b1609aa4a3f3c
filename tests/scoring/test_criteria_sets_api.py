"""Criteria sets over the API: registered, linted, published, computed."""

import json
from importlib.resources import files
from typing import Any

import pytest

from tests.support.api import Api

SAMPLE = files("services.scoring").joinpath("rulebooks", "binh-dinh-svhtt-2023-sample.json")


@pytest.fixture
def content() -> Any:
    return json.loads(SAMPLE.read_text("utf-8"))


async def test_a_set_is_registered_published_and_then_never_changed(
    admin: Api, content: Any
) -> None:
    draft = await admin.ok("POST", "/scoring/v1/criteria-sets", content)
    assert (draft["state"], draft["allowed_actions"]) == ("draft", ["edit", "publish"])
    assert any("8" in warning["message"] for warning in draft["warnings"])
    path = f"/scoring/v1/criteria-sets/{draft['id']}"
    published = await admin.ok("POST", f"{path}:publish", {})
    assert published["state"] == "published"
    again = await admin.post(f"{path}:publish", {})
    assert (again.status_code, again.json()["code"]) == (409, "criteria_set_is_published")
    changed = await admin.http.put(path, json=content, headers={"If-Match": "*"})
    assert changed.status_code == 409
    assert len(await admin.items("/scoring/v1/criteria-sets", state="published")) == 1


async def test_the_real_figures_give_the_printed_index(admin: Api, content: Any) -> None:
    created = await admin.ok("POST", "/scoring/v1/criteria-sets", content)
    leaves = [c["code"] for c in content["criteria"] if "rule" in c]
    points = ["9.25", "3.5", "11", "6", "8.49", "5.1", "11"]
    values = {
        code: {"points": p, "reason": "Năm 2022"} for code, p in zip(leaves, points, strict=True)
    }
    found = await admin.ok(
        "POST",
        f"/scoring/v1/criteria-sets/{created['id']}:evaluate",
        {"unit": "SVHTT", "values": values},
    )
    result = found["results"][0]
    assert (result["total"], result["applicable_max"], result["index"]) == ("54.34", "60", "90.57")


async def test_faults_name_their_criterion_in_the_callers_language(
    admin: Api, content: Any
) -> None:
    broken = content | {"criteria": content["criteria"] + [{"code": "9", "rule": {"kind": "?"}}]}
    refused = await admin.post("/scoring/v1/criteria-sets", broken)
    assert (refused.status_code, refused.json()["code"]) == (422, "criteria_set_invalid")
    assert refused.json()["errors"]
    created = await admin.ok("POST", "/scoring/v1/criteria-sets", content)
    bad = await admin.post(
        f"/scoring/v1/criteria-sets/{created['id']}:evaluate",
        {"unit": "X", "values": {"khong-co": {"points": "1", "reason": "x"}}},
        headers={"Accept-Language": "en"},
    )
    assert (bad.status_code, bad.json()["code"]) == (422, "inputs_invalid")


async def test_a_code_is_taken_once(admin: Api, content: Any) -> None:
    await admin.ok("POST", "/scoring/v1/criteria-sets", content)
    second = await admin.post("/scoring/v1/criteria-sets", content)
    assert (second.status_code, second.json()["code"]) == (409, "criteria_set_code_taken")
