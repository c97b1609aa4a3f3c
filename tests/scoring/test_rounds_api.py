"""A round over the API: prepared, scored, appraised, explained, made final, published, compared."""

import hashlib
import json
from typing import Any

import pytest

from services.embedded import Platform
from tests.scoring.round_world import PHASES, RoundWorld, criteria_set, round_world
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock

RATIOS = {"SO-1": "90", "SO-2": "90", "SO-3": "60", "XA-1": "80", "XA-2": "30"}


@pytest.fixture
async def world(running: Platform, admin: Api, clock: FrozenClock) -> RoundWorld:
    return await round_world(running, admin, clock)


async def through_appraisal(world: RoundWorld) -> None:
    """Everything scored and accepted: 1.1 by ratio, 2.1 two, 2.2 one of two, 2.3 80 %."""
    await world.open()
    await world.submit_all(RATIOS)
    world.go_to("appraisal")
    await world.accept_all("1.1", "2.1")
    await world.put("2.2", {"points": "1", "reason": "Theo biên bản"})
    await world.put("2.3", {"percent": "80"}, layer="survey")


async def test_a_round_goes_from_sheets_to_a_published_ranking(world: RoundWorld) -> None:
    await through_appraisal(world)
    final = await world.finalise()
    assert final["state"] == "final"
    publication = await world.publish()
    ranking = await world.admin.items(f"{world.path}/ranking")
    places = [(r["unit_code"], r["rank"], r["rank_of"]) for r in ranking]
    # SO-1 and SO-2 are equal: 1, 1, 3; communes rank among themselves
    assert places == [
        ("SO-1", 1, 3),
        ("SO-2", 1, 3),
        ("SO-3", 3, 3),
        ("XA-1", 1, 2),
        ("XA-2", 2, 2),
    ]
    # 2.70 + 2 + 1 + 1.60 of 9, and 1.2 is their share of one point: 0.81
    assert (ranking[0]["total"], ranking[0]["applicable_max"]) == ("8.11", "10")
    assert [r["class_name"] for r in ranking] == ["Tốt", "Tốt", "Khá", "Đạt", "Đạt"]
    check = await world.admin.ok(
        "GET", f"/scoring/v1/publications/{publication['id']}/verification"
    )
    assert (check["holds"], check["differences"]) == (True, [])


async def problem(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_a_round_is_prepared_over_a_published_set_with_phases_in_order(
    world: RoundWorld,
) -> None:
    row = await world.admin.ok("GET", world.path)
    assert (row["state"], row["units"]) == ("draft", 5)
    assert {"edit", "open", "record"} <= set(row["allowed_actions"])
    assert row["blocked_because"]["publish"]
    body = {k: row[k] for k in ("title", "year", "criteria_set_id")} | {
        "code": "KHAC",
        "unit_code": "TINH",
        "phases": PHASES,
        "peer_groups": [{"code": "SO", "title": "Sở"}],
    }
    swapped = PHASES | {"explanation": PHASES["self_scoring"]}
    wrong = {
        "phase_out_of_order": {"phases": swapped},
        "phase_missing": {"phases": {"appraisal": PHASES["appraisal"]}},
        "set_not_published": {"criteria_set_id": row["id"]},
        "duplicates": {"peer_groups": [{"code": "SO", "title": "Sở"}] * 2},
        "unknown_round": {"previous_round_id": row["criteria_set_id"]},
    }
    for code, change in wrong.items():
        answer = await world.admin.post("/scoring/v1/rounds", body | change)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    taken = await world.admin.post("/scoring/v1/rounds", body | {"code": "CCHC-2026"})
    assert await problem(taken) == (409, "round_code_taken")


async def test_units_are_added_by_code_by_subtree_or_like_an_earlier_round(
    world: RoundWorld,
) -> None:
    row = await world.admin.ok("GET", world.path)
    body = {
        "code": "SAU", "title": "Đợt sau", "year": 2027, "unit_code": "TINH", "phases": PHASES,
        "criteria_set_id": world.set_id, "peer_groups": [{"code": "K", "title": "Khối"}],
    }  # fmt: skip
    after = await world.admin.ok("POST", "/scoring/v1/rounds", body)
    path = f"/scoring/v1/rounds/{after['id']}/units"
    like = {"peer_group": "K", "like_round": row["id"], "like_group": "XA"}
    assert (await world.admin.ok("POST", path, like))["counts"] == {"added": 2}
    below = {"peer_group": "K", "below": "TINH", "unit_codes": ["KHONG-CO"]}
    added = await world.admin.ok("POST", path, below)
    assert added["counts"] == {"added": 3, "unchanged": 2, "rejected": 1}
    told = next(o for o in added["outcomes"] if o["unit_code"] == "KHONG-CO")
    assert (told["code"], told["outcome"]) == ("unit_not_known", "rejected")
    kept = {"peer_group": "K", "unit_codes": ["CHUA-DEN"], "keep_unknown": True}
    assert (await world.admin.ok("POST", path, kept))["counts"] == {"added": 1}
    removed = await world.admin.post(f"{path}/CHUA-DEN:remove", {})
    assert removed.status_code == 204
    assert len(await world.admin.items(path)) == 5


async def test_a_sheet_takes_values_that_fit_and_is_submitted_when_it_is_complete(
    world: RoundWorld,
) -> None:
    early = await world.admin.post(f"{world.sheet('SO-1')}:submit", {})
    assert await problem(early) == (409, "round_is_draft")
    await world.open()
    sheet = world.sheet("SO-1")
    lines = [
        {"criterion": "1.1", "value": {"percent": "chín mươi"}},
        {"criterion": "2.1", "value": {"choice": "khong-co"}},
    ]
    wrong = await world.admin.post(f"{sheet}:self-score", {"lines": lines})
    assert await problem(wrong) == (422, "inputs_invalid")
    others = [{"criterion": code, "value": {"percent": "1"}} for code in ("1.2", "2.2", "2.3", "9")]
    refused = await world.admin.post(f"{sheet}:self-score", {"lines": others})
    assert [e["code"] for e in refused.json()["errors"]] == ["not_self_scored"] * 3 + ["unknown_criterion"]  # fmt: skip
    bare = [{"criterion": "1.1", "value": {"percent": "90"}}]
    await world.admin.ok("POST", f"{sheet}:self-score", {"lines": bare})
    lacking = await world.admin.post(f"{sheet}:submit", {})
    assert {e["pointer"]: e["code"] for e in lacking.json()["errors"]} == {
        "/1.1": "evidence_or_explanation_missing",
        "/2.1": "line_not_scored",
    }
    explained = [
        {"criterion": "1.1", "value": {"percent": "90"}, "reason": "Số liệu tại báo cáo năm"},
        {"criterion": "2.1", "reason": "Không tự chấm được"},
    ]
    await world.admin.ok("POST", f"{sheet}:self-score", {"lines": explained, "via": "phone", "on_behalf_of": "Chánh Văn phòng"})  # fmt: skip
    done = await world.admin.ok("POST", f"{sheet}:submit", {})
    assert (done["state"], done["allowed_actions"]) == ("submitted", ["recall"])
    again = await world.admin.post(f"{sheet}:self-score", {"lines": bare})
    assert await problem(again) == (409, "sheet_is_submitted")
    assert (await world.admin.ok("POST", f"{sheet}:recall", {}))["state"] == "open"
    entries = await world.admin.items(f"{sheet}/entries", criterion="1.1")
    assert [(e["number"], e["via"], e["points"]) for e in entries] == [
        (1, None, "2.70"),
        (2, "phone", "2.70"),
    ]


async def test_a_file_is_cited_with_its_hash_and_every_proof_has_a_source(
    world: RoundWorld,
) -> None:
    await world.open()
    for evidence, code in (
        ({"title": "Báo cáo"}, "evidence_without_source"),
        ({"title": "Báo cáo", "file_id": world.round_id}, "evidence_without_hash"),
    ):
        line = {"criterion": "1.1", "value": {"percent": "90"}, "evidence": [evidence]}
        answer = await world.admin.post(f"{world.sheet('SO-1')}:self-score", {"lines": [line]})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


async def test_phases_lock_by_themselves_are_extended_with_a_reason_and_reopened_by_decision(
    world: RoundWorld,
) -> None:
    await world.open()
    more = {"phase": "self_scoring", "closes_at": "2026-12-13T00:00:00+07:00",
            "unit_codes": ["SO-1"], "reason": "Mất điện"}  # fmt: skip
    await world.admin.ok("POST", f"{world.path}:extend", more)
    world.go_to("appraisal")
    await world.self_score("SO-1", "90")
    locked = await world.admin.post(f"{world.sheet('SO-2')}:submit", {})
    assert await problem(locked) == (409, "phase_closed")
    late = more | {"unit_codes": ["SO-2"], "closes_at": "2026-12-20T00:00:00+07:00"}
    assert await problem(await world.admin.post(f"{world.path}:extend", late)) == (409, "phase_closed")  # fmt: skip
    undocumented = await world.admin.post(f"{world.path}:reopen", late)
    assert undocumented.status_code == 422
    reopened = late | {"document_number": "15/TB-HĐ"}
    found = await world.admin.ok("POST", f"{world.path}:reopen", reopened)
    assert found["changes"][0]["document_number"] == "15/TB-HĐ"
    await world.self_score("SO-2", "70")
    changes = await world.admin.items(f"{world.path}/phase-changes")
    assert [(c["for_unit"], c["reopened_at"] is not None) for c in changes] == [
        ("SO-1", False),
        ("SO-2", True),
    ]


async def test_an_exemption_shrinks_the_maximum_and_the_rank_is_on_the_percentage(
    world: RoundWorld,
) -> None:
    """As Thanh Hóa 2023 did with 16 points: 68.32 of 84 competes as 81.33 %."""
    wanted = {"criterion": "1.1", "scope": "unit", "scope_code": "SO-3", "document_date": "2026-11-30",
              "document_number": "77/UBND-NC", "reason": "Không có nhiệm vụ"}  # fmt: skip
    await world.admin.ok("POST", f"{world.path}/exemptions", wanted)
    for change, code in (
        ({"criterion": "khong-co"}, "unknown_criterion"),
        ({"scope": "group"}, "unknown_group"),
        ({"scope": "all"}, "scope_code_needed"),
    ):
        answer = await world.admin.post(f"{world.path}/exemptions", wanted | change)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    await world.open()
    await world.submit_all({k: v for k, v in RATIOS.items() if k != "SO-3"})
    evidence = [{"criterion": "1.1", "value": {"percent": "60"}}]
    refused = await world.admin.post(f"{world.sheet('SO-3')}:self-score", {"lines": evidence})
    assert refused.json()["errors"][0]["code"] == "line_is_exempt"
    line = [{"criterion": "2.1", "value": {"choice": "du"}}]
    await world.admin.ok("POST", f"{world.sheet('SO-3')}:self-score", {"lines": line})
    await world.admin.ok("POST", f"{world.sheet('SO-3')}:submit", {})
    world.go_to("appraisal")
    told = await world.admin.ok(
        "POST", f"{world.path}:apply-to-all", {"criterion": "1.1", "accept": True}
    )
    assert told["counts"] == {"applied": 4, "skipped": 1}
    await world.accept_all("2.1")
    await world.put("2.2", {"points": "2", "reason": "x"})
    await world.put("2.3", {"percent": "100"}, layer="survey")
    await world.finalise()
    await world.publish()
    ranking = {r["unit_code"]: r for r in await world.admin.items(f"{world.path}/ranking")}
    assert (ranking["SO-3"]["total"], ranking["SO-3"]["applicable_max"]) == ("7.00", "7")
    assert (ranking["SO-3"]["index"], ranking["SO-3"]["rank"]) == ("100.00", 1)
    assert ranking["SO-1"]["rank"] == 2


async def test_a_revoked_exemption_no_longer_relieves_anybody(world: RoundWorld) -> None:
    wanted = {"criterion": "2", "scope": "subtree", "scope_code": "TINH", "reason": "Nhầm",
              "document_number": "1/CV", "document_date": "2026-11-30"}  # fmt: skip
    granted = await world.admin.ok("POST", f"{world.path}/exemptions", wanted)
    await world.open()
    sheet = await world.admin.ok("GET", f"{world.sheet('SO-1')}/sheet")
    assert sheet["applicable_max"] == "4"
    revoke = f"/scoring/v1/exemptions/{granted['id']}:revoke"
    assert (await world.admin.ok("POST", revoke, {"reason": "Ban hành nhầm"}))["state"] == "revoked"
    assert await problem(await world.admin.post(revoke, {"reason": "x"})) == (409, "exemption_is_revoked")  # fmt: skip
    sheet = await world.admin.ok("GET", f"{world.sheet('SO-1')}/sheet")
    assert sheet["applicable_max"] == "10"


async def test_what_was_published_never_changes_and_a_corrected_round_is_published_again(
    world: RoundWorld,
) -> None:
    await through_appraisal(world)
    await world.finalise()
    first = await world.publish()
    assert await problem(await world.admin.post(f"{world.path}:publish", {"decision_number": "1", "decided_on": "2027-01-05"})) == (409, "round_is_published")  # fmt: skip
    reopened = {"phase": "review", "closes_at": "2027-01-07T00:00:00+07:00", "reason": "Kết luận kiểm tra",
                "document_number": "3/KL-TTr"}  # fmt: skip
    await world.admin.ok("POST", f"{world.path}:reopen", reopened)
    units = [{"unit_code": "SO-3", "value": {"points": "2", "reason": "Đủ"}}]
    body = {"criterion": "2.2", "layer": "appraised_2", "units": units}
    assert (await world.admin.ok("POST", f"{world.path}:appraise", body))["counts"] == {
        "applied": 1
    }
    world.clock.move_to("2027-01-08T09:00:00+07:00")
    await world.admin.ok("POST", f"{world.path}:finalise", {})
    second = await world.publish("20/QĐ-UBND")
    assert (first["number"], second["number"]) == (1, 2)
    kept = await world.admin.ok("GET", f"/scoring/v1/publications/{first['id']}")
    units_then = {u["unit_code"]: u for u in kept["content"]["units"]}
    assert (kept["content_hash"], units_then["SO-3"]["total"]) == (first["content_hash"], "7.11")
    units_now = (await world.admin.ok("GET", f"/scoring/v1/publications/{second['id']}"))["content"]["units"]  # fmt: skip
    assert next(u["total"] for u in units_now if u["unit_code"] == "SO-3") == "8.22"
    for publication in (first, second):
        check = f"/scoring/v1/publications/{publication['id']}/verification"
        assert (await world.admin.ok("GET", check))["holds"] is True


async def test_the_published_bytes_have_the_published_hash(world: RoundWorld) -> None:
    await through_appraisal(world)
    await world.finalise()
    publication = await world.publish()
    answer = await world.admin.get(f"/scoring/v1/publications/{publication['id']}/content")
    assert hashlib.sha256(answer.content).hexdigest() == publication["content_hash"]
    assert json.loads(answer.content)["decision"]["number"] == "10/QĐ-UBND"


async def test_years_are_compared_through_a_mapping_of_their_sets(world: RoundWorld) -> None:
    await through_appraisal(world)
    await world.finalise()
    await world.publish()
    content = criteria_set("BO-2027")
    moved = {"1.1": "1.9", "2.1": "2.8"}
    for entry in content["criteria"]:
        entry["code"] = moved.get(entry["code"], entry["code"])
    later_set = await world.admin.ok("POST", "/scoring/v1/criteria-sets", content)
    await world.admin.ok("POST", f"/scoring/v1/criteria-sets/{later_set['id']}:publish", {})
    later = await _round_of_next_year(world, later_set["id"])
    compare = f"{later.path}/comparison"
    unmapped = await world.admin.get(compare)
    assert await problem(unmapped) == (409, "sets_not_mapped")
    pairs = [{"later": new, "earlier": [old]} for old, new in moved.items()]
    mapping = {"earlier_set_id": world.set_id, "later_set_id": later_set["id"],
               "pairs": pairs, "document": "Phụ lục đối chiếu"}  # fmt: skip
    await world.admin.ok("POST", "/scoring/v1/criteria-mappings", mapping)
    twice = await world.admin.post("/scoring/v1/criteria-mappings", mapping)
    assert await problem(twice) == (409, "sets_are_mapped")
    found = {u["unit_code"]: u for u in await world.admin.items(compare)}
    lines = {line["criterion"]: line for line in found["SO-1"]["lines"]}
    assert (lines["1.9"]["percent_before"], lines["1.9"]["percent_now"]) == ("90.00", "100.00")
    assert lines["1.9"]["change"] == "10.00"
    assert lines["2.2"]["change"] is None
    assert found["SO-1"]["not_comparable"] == 3


async def _round_of_next_year(world: RoundWorld, set_id: str) -> RoundWorld:
    """The same units in a round of the next year, all with the full ratio, published."""
    times = {
        phase: {
            key: value.replace("2027", "2028").replace("2026", "2027") for key, value in w.items()
        }
        for phase, w in PHASES.items()
    }
    body = {
        "code": "CCHC-2027", "title": "Năm 2027", "year": 2027, "unit_code": "TINH", "phases": times,
        "criteria_set_id": set_id, "previous_round_id": world.round_id,
        "peer_groups": [{"code": "SO", "title": "Sở"}],
    }  # fmt: skip
    made = await world.admin.ok("POST", "/scoring/v1/rounds", body)
    later = RoundWorld(world.platform, world.admin, world.clock, set_id, made["id"])
    wanted = {"peer_group": "SO", "unit_codes": ["SO-1", "SO-2"]}
    await world.admin.ok("POST", f"{later.path}/units", wanted)
    await world.admin.ok("POST", f"{later.path}:open", {})
    world.clock.move_to("2027-12-12T09:00:00+07:00")
    await later.put("1.9", {"percent": "100"})
    await later.put("2.8", {"choice": "du"})
    await later.put("2.2", {"points": "2", "reason": "x"})
    await later.put("2.3", {"percent": "50"}, layer="survey")
    world.clock.move_to("2028-01-05T09:00:00+07:00")
    await world.admin.ok("POST", f"{later.path}:finalise", {})
    decision = {"decision_number": "2", "decided_on": "2028-01-05"}
    await world.admin.ok("POST", f"{later.path}:publish", decision)
    return later
