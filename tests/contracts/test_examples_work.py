"""Does "Try it out" work when pressed, in the state the first start leaves?

Every operation is pressed with nothing but the examples of its document. Commits are undone as they
happen, so each finds the sample as it was.
"""

import csv
import io
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest

from shared.ids import new_id
from tests.support.api_document import SERVICES, Operation, operations
from tests.support.sample_world import World, sample_world

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("documents")]
every_service = pytest.mark.parametrize("service", SERVICES)
DOCX = Path(__file__).parents[1] / "data" / "binh-dinh-1205-kh-svhtt-2023.docx"

# what rightly cannot work in the state the first start leaves, and the reason it gives
NOT_NOW = {
    "get_job": "not_found",
    "replay_inbox_event": "not_found",
    "skip_inbox_event": "not_found",
    "revoke_key": "not_found",
    "get_message": "not_found",
    "get_message_eml": "not_found",
    "resend_message": "not_found",
    "get_preference": "not_found",
    "change_preference": "not_found",
    "get_digest": "not_found",
    "get_escalation": "not_found",
    "acknowledge_escalation": "not_found",
    "enable_escalation_policy": "policy_not_switchable",
    "get_storm": "not_found",
    "release_storm": "not_found",
    "discard_storm": "not_found",
    "unsuppress_contact": "contact_not_suppressed",
    "send_my_code": "not_found",
    "verify_my_contact": "not_found",
    "advance_clock": "no_sandbox_clock",
    "change_plan": "plan_is_issued",
    "issue_plan": "plan_is_issued",
    "verify_obligation": "own_report",  # whoever loaded the sample reported it
    "correct_import": "import_is_confirmed",
    "confirm_import": "import_is_confirmed",
    "discard_import": "import_is_confirmed",
    "approve_extension": "own_request",  # whoever loaded the sample asked
    "refuse_extension": "own_request",
    "resume_obligation": "obligation_is_open",
    "return_import_workbook": "workbook_refused",  # what is pressed here is a Word file
    "undo_import": "plan_is_closed",
    "replace_criteria_set": "criteria_set_is_published",
    "publish_criteria_set": "criteria_set_is_published",
    "enable_reminder_rule": "rule_not_switchable",
    "change_round": "round_is_open",
    "open_round": "round_is_open",
    "record_round": "round_is_open",
    "finalise_round": "objections_open",
    "publish_round": "round_is_open",
}
# after which of the others they do work
IN_TURN = [
    ("plans", ["carry_over_plan", "change_plan", "issue_plan", "close_plan"]),
    ("plans", ["create_import", "correct_import", "discard_import"]),
    ("plans", ["acknowledge_obligation", "report_progress", "claim_obligation_done", "return_obligation"]),
    ("plans", ["request_extension", "get_extension", "withdraw_extension"]),
    ("plans", ["suspend_obligation", "resume_obligation", "cancel_obligation"]),
    ("scoring", ["create_criteria_set", "replace_criteria_set", "publish_criteria_set", "evaluate_criteria_set"]),
    ("scoring", ["create_round", "change_round", "add_round_units", "open_round"]),
    ("scoring", ["create_round", "add_round_units", "record_round"]),
    ("scoring", ["self_score_lines", "submit_sheet", "recall_sheet"]),
    ("scoring", ["object_to_line", "decide_objection"]),
    ("notifications", ["disable_reminder_rule", "enable_reminder_rule"]),
    ("notifications", ["disable_escalation_policy", "enable_escalation_policy"]),
    ("notifications", ["create_preference", "get_preference", "change_preference"]),
]  # fmt: skip


async def press(world: World, operation: Operation) -> httpx.Response:
    headers = {
        p["name"]: str(p["example"])
        for p in operation.parameters
        if p["in"] == "header" and "example" in p
    } | {"Idempotency-Key": str(new_id())}
    content: dict[str, Any] = {}
    if operation.body_type == "application/json":
        content = {"json": operation.example}
    elif operation.body_type == "multipart/form-data":
        content = {"files": {"file": ("ke-hoach.docx", DOCX.read_bytes())}}
    return await world.admin.http.request(
        operation.verb, operation.url(), params=operation.query(), headers=headers, **content
    )


@every_service
async def test_every_operation_works_with_its_example(world: World, service: str) -> None:
    world.forget_everything()
    refused = {}
    for operation in await operations(world.admin, service):
        answer = await press(world, operation)
        if answer.is_error:
            refused[operation.id] = answer.json()["code"]
            continue
        assert "application/json" not in answer.headers.get("content-type", "") or answer.json()
    assert refused == {k: v for k, v in NOT_NOW.items() if k in refused}


@pytest.mark.parametrize(
    ("service", "turns"), IN_TURN, ids=lambda v: v if isinstance(v, str) else v[-1]
)
async def test_what_needs_another_state_works_in_its_turn(
    tmp_path: Path, service: str, turns: list[str]
) -> None:
    """As a person would: press, reload the page, press the next."""
    async with sample_world(tmp_path / "var") as fresh:
        for turn in turns:
            by_id = {o.id: o for o in await operations(fresh.admin, service)}
            answer = await press(fresh, by_id[turn])
            assert answer.is_success, f"{turn}: {answer.text}"


@every_service
async def test_every_answer_is_what_the_document_says(world: World, service: str) -> None:
    world.forget_everything()
    for operation in await operations(world.admin, service):
        answer = await press(world, operation)
        said = operation.raw["responses"].get(str(answer.status_code))
        assert said is not None, f"{operation.label}: {answer.status_code} is not documented"
        kind = answer.headers.get("content-type", "").partition(";")[0]
        if not answer.content:
            assert answer.status_code == 204, operation.label
            continue
        if kind not in said["content"]:
            assert list(said["content"]) == ["application/octet-stream"], (operation.label, kind)
            continue
        schema = said["content"][kind]["schema"] | {"components": {"schemas": operation.components}}
        shown = answer.json() if kind.endswith("json") else answer.text
        jsonschema_rs.validator_for(schema).validate(shown)


@every_service
async def test_every_list_is_also_csv(world: World, service: str) -> None:
    for operation in await operations(world.admin, service):
        content = operation.raw["responses"].get("200", {}).get("content", {})
        if "text/csv" not in content:
            continue
        url, query = operation.url(), operation.query()
        shown = await world.admin.get(url, params=query)
        table = await world.admin.get(url, params=query, headers={"Accept": "text/csv"})
        assert table.headers["content-type"].startswith("text/csv"), operation.label
        rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"), newline="")))
        assert len(rows) == len(shown.json()["items"]), operation.label
        if rows:
            assert list(rows[0]) == list(shown.json()["items"][0])


@every_service
async def test_who_cannot_or_may_not_is_told_the_same_everywhere(
    world: World, service: str
) -> None:
    async with world.admin.as_key(None) as nobody, world.admin.as_key("cchc_wrong") as stranger:
        for operation in await operations(world.admin, service):
            for caller, code in ((nobody, "key_missing"), (stranger, "key_invalid")):
                answer = await caller.http.request(operation.verb, operation.url())
                if operation.public:
                    assert answer.is_success, operation.label
                else:
                    told = (answer.status_code, answer.json()["code"])
                    assert told == (401, code), operation.label
