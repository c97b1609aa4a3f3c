"""Appraisers at their criteria, units explaining themselves, decisions, and who sees what when."""

import json
from typing import Any

import pytest
from sqlalchemy import select, text

from services.embedded import Platform
from tests.scoring.round_world import RoundWorld, round_world
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock

RATIOS = {"SO-1": "90", "SO-2": "90", "SO-3": "60", "XA-1": "80", "XA-2": "30"}
MANUAL = {"points": "1.5", "reason": "Theo hồ sơ"}


@pytest.fixture
async def world(running: Platform, admin: Api, clock: FrozenClock) -> RoundWorld:
    """Everything is submitted, and appraisal is open."""
    made = await round_world(running, admin, clock)
    await made.open()
    await made.submit_all(RATIOS)
    made.go_to("appraisal")
    return made


async def appraise(world: RoundWorld, criterion: str, **unit: Any) -> dict[str, Any]:
    """The outcome for one unit."""
    body = {"criterion": criterion, "units": [{"unit_code": "SO-1", **unit}]}
    answer = await world.admin.ok("POST", f"{world.path}:appraise", body)
    [outcome] = answer["outcomes"]
    return dict(outcome)


async def test_points_below_the_maximum_need_a_reason_and_deductions_that_add_up(
    world: RoundWorld,
) -> None:
    assert (await appraise(world, "2.2", value=MANUAL))["code"] == "reason_for_loss_missing"
    wrong = [{"points": "0.4", "reason": "Chậm"}]
    told = await appraise(world, "2.2", value=MANUAL, deductions=wrong)
    assert (told["outcome"], told["code"]) == ("rejected", "deductions_do_not_close")
    right = [{"points": "0.3", "reason": "Chậm"}, {"points": "0.2", "reason": "Thiếu phụ lục"}]
    told = await appraise(world, "2.2", value=MANUAL, deductions=right)
    assert (told["outcome"], told["points"]) == ("applied", "1.50")
    assert (await appraise(world, "2.2", value={"percent": "5"}, reason="x"))["code"] == "value_does_not_fit"  # fmt: skip
    assert (await appraise(world, "2.2", accept=True))["code"] == "nothing_to_accept"
    gone = {"criterion": "2.2", "units": [{"unit_code": "LA", "value": MANUAL, "reason": "x"}]}
    answer = await world.admin.ok("POST", f"{world.path}:appraise", gone)
    assert answer["outcomes"][0]["code"] == "unit_not_in_round"


async def test_the_ledger_holds_each_reason_and_closes_to_the_points_lost(
    world: RoundWorld,
) -> None:
    losses = [{"points": "0.3", "reason": "Chậm"}, {"points": "0.2", "reason": "Thiếu phụ lục"}]
    await appraise(world, "2.2", value=MANUAL, deductions=losses)
    await world.put("2.2", {"points": "2", "reason": "Đủ"})
    await world.accept_all("1.1", "2.1")
    await world.put("2.3", {"percent": "100"}, layer="survey")
    await world.finalise()
    ledger = await world.admin.items(f"{world.path}/deductions", unit_code="SO-1")
    told = [(d["criterion"], d["points"], d["reason"]) for d in ledger]
    assert ("2.2", "0.3", "Chậm") in told
    assert ("2.2", "0.2", "Thiếu phụ lục") in told
    [computed] = [d for d in ledger if d["criterion"] == "1.2"]
    # 2.70 + 2 + 1.50 + 2 = 8.20 of 9 is 0.91 of one point
    assert computed["points"] == "0.09"
    assert computed["reason"]
    [ratio] = [d for d in ledger if d["criterion"] == "1.1"]
    assert ratio["points"] == "0.3"
    unit = next(u for u in await world.admin.items(f"{world.path}/units") if u["unit_code"] == "SO-1")  # fmt: skip
    assert (unit["total"], unit["index"]) == ("9.11", "91.10")


async def test_the_database_itself_refuses_a_line_that_does_not_close(world: RoundWorld) -> None:
    await world.accept_all("1.1", "2.1")
    await world.put("2.2", {"points": "2", "reason": "Đủ"})
    await world.put("2.3", {"percent": "100"}, layer="survey")
    await world.finalise()
    database = world.platform.services["scoring"].context.database
    with pytest.raises(Exception, match="closes"):
        async with database.writing() as session:
            await session.execute(text("UPDATE final_lines SET points = points + 1"))


async def test_one_clarification_for_all_skips_what_is_appraised_and_says_so(
    world: RoundWorld,
) -> None:
    wording = {"unit_code": "TINH", "criterion": "2.2", "wording": "Thiếu tài liệu kiểm chứng"}
    reason = await world.admin.ok("POST", "/scoring/v1/deduction-reasons", wording)
    found = await world.admin.items("/scoring/v1/deduction-reasons", q="thieu tai lieu")
    assert [r["id"] for r in found] == [reason["id"]]
    await appraise(world, "2.2", value=MANUAL, reason="Riêng SO-1")
    body = {"criterion": "2.2", "value": {"points": "1", "reason": "x"}, "reason_id": reason["id"]}
    told = await world.admin.ok("POST", f"{world.path}:apply-to-all", body)
    assert told["counts"] == {"applied": 4, "skipped": 1}
    assert [o["code"] for o in told["outcomes"]] == ["line_is_appraised", None, None, None, None]
    lines = await world.admin.items(f"{world.path}/lines", criterion="2.2")
    assert [line["entries"][0]["reason"] for line in lines] == ["Riêng SO-1"] + [wording["wording"]] * 4  # fmt: skip
    again = await world.admin.ok("POST", f"{world.path}:apply-to-all", body | {"only_new": False})
    assert again["counts"] == {"applied": 5}


async def test_an_appraiser_sees_the_criteria_held_across_all_units_and_no_others(
    world: RoundWorld,
) -> None:
    async with await world.person("appraiser", "TINH") as appraiser:
        me = await appraiser.ok("GET", "/scoring/v1/me")
        assert await appraiser.items(f"{world.path}/criteria") == []
        assert await appraiser.items(f"{world.path}/lines", criterion="2.1") == []
        wanted = {"principal_id": me["id"], "criteria": ["2"]}
        held = await world.admin.ok("POST", f"{world.path}/appraisers", wanted)
        mine = await appraiser.items(f"{world.path}/criteria")
        assert [c["criterion"] for c in mine] == ["2.1", "2.2", "2.3"]
        lines = await appraiser.items(f"{world.path}/lines", criterion="2.1")
        assert [line["unit_code"] for line in lines] == sorted(RATIOS)
        assert {line["entries"][0]["layer"] for line in lines} == {"self"}
        body = {"criterion": "2.1", "accept": True}
        told = await appraiser.ok("POST", f"{world.path}:apply-to-all", body)
        assert told["counts"] == {"applied": 5}
        assert (await appraiser.items(f"{world.path}/criteria"))[0]["appraised"] == 5
        foreign = await appraiser.post(f"{world.path}:apply-to-all", body | {"criterion": "1.1"})
        assert (foreign.status_code, foreign.json()["code"]) == (409, "criterion_not_held")
        sheet = await appraiser.get(f"{world.sheet('SO-1')}/sheet")
        assert sheet.status_code == 403
        end = f"/scoring/v1/appraisers/{held['id']}:end"
        await world.admin.ok("POST", end, {})
        assert await appraiser.items(f"{world.path}/criteria") == []
        assert (await world.admin.post(end, {})).json()["code"] == "assignment_is_ended"


async def test_a_unit_sees_its_own_sheet_and_what_appraisers_wrote_once_it_may_explain(
    world: RoundWorld,
) -> None:
    await appraise(world, "2.2", value=MANUAL, reason="Chậm")
    async with await world.person("officer", "SO-1") as officer:
        own = f"{world.sheet('SO-1')}/sheet"
        before = await officer.ok("GET", own)
        assert before["view"] == "self"
        assert {e["layer"] for line in before["lines"] for e in line["entries"]} == {"self"}
        assert (await officer.get(f"{world.sheet('SO-2')}/sheet")).status_code == 404
        assert [u["unit_code"] for u in await officer.items(f"{world.path}/units")] == ["SO-1"]
        provisional = await officer.get(f"{world.path}/ranking", params={"view": "appraised"})
        assert provisional.json()["code"] == "ranking_not_public"
        assert await officer.items(f"{world.path}/ranking") == []
        world.go_to("explanation")
        after = await officer.ok("GET", own)
        assert after["view"] == "appraised"
        assert "object" in after["allowed_actions"]
    ranking = await world.admin.items(f"{world.path}/ranking", view="self", peer_group="SO")
    assert [r["rank"] for r in ranking] == [1, 1, 3]


async def test_a_unit_explains_itself_and_the_decision_is_the_second_appraisal(
    world: RoundWorld,
) -> None:
    await world.accept_all("1.1", "2.1")
    await world.put("2.2", {"points": "1", "reason": "x"})
    await world.put("2.3", {"percent": "100"}, layer="survey")
    world.go_to("explanation")
    said = {"criterion": "2.2", "explanation": "Đã có văn bản bổ sung",
            "wanted": {"points": "2", "reason": "Đủ"},
            "evidence": [{"title": "Văn bản", "document_number": "9/CV"}]}  # fmt: skip
    objection = await world.admin.ok("POST", f"{world.sheet('SO-1')}:object", said)
    assert (objection["state"], objection["points_before"]) == ("open", "1.00")
    twice = await world.admin.post(f"{world.sheet('SO-1')}:object", said)
    assert twice.json()["code"] == "objection_open"
    other = await world.admin.ok("POST", f"{world.sheet('SO-2')}:object", said)
    third = await world.admin.ok("POST", f"{world.sheet('SO-3')}:object", said)
    computed = await world.admin.post(f"{world.sheet('SO-1')}:object", said | {"criterion": "1.2"})
    assert computed.status_code == 422
    early = await world.admin.post(f"/scoring/v1/objections/{objection['id']}:decide", {"outcome": "accepted", "reason": "Đúng"})  # fmt: skip
    assert early.json()["code"] == "phase_not_open_yet"
    world.go_to("review")
    blocked = await world.admin.post(f"{world.path}:finalise", {})
    assert blocked.json()["code"] == "objections_open"
    rulings = {
        objection["id"]: ({"outcome": "accepted", "reason": "Đúng"}, "2.00"),
        other["id"]: ({"outcome": "rejected", "reason": "Văn bản ban hành sau"}, "1.00"),
        third["id"]: ({"outcome": "partly_accepted", "reason": "Một phần",
                       "value": {"points": "1.5", "reason": "Một phần"}}, "1.50"),
    }  # fmt: skip
    for objection_id, (ruling, points) in rulings.items():
        path = f"/scoring/v1/objections/{objection_id}"
        decided = await world.admin.ok("POST", f"{path}:decide", ruling)
        assert (decided["state"], decided["points_after"]) == (ruling["outcome"], points)
        again = await world.admin.post(f"{path}:decide", ruling)
        assert again.json()["code"] == "objection_is_decided"
    await world.finalise()
    entries = await world.admin.items(f"{world.sheet('SO-1')}/entries", criterion="2.2")
    assert [e["layer"] for e in entries] == ["appraised_1", "explanation", "appraised_2", "final"]
    assert entries[-1]["points"] == "2.00"
    ledger = await world.admin.items(f"{world.path}/deductions", criterion="2.2")
    reasons = {d["unit_code"]: (d["points"], d["reason"]) for d in ledger}
    assert reasons["SO-2"] == ("1", "Văn bản ban hành sau")
    assert reasons["SO-3"] == ("0.5", "Một phần")
    assert "SO-1" not in reasons


async def test_lines_nobody_appraised_keep_the_figures_from_being_final_unless_they_count_nothing(
    world: RoundWorld,
) -> None:
    await world.accept_all("1.1", "2.1")
    await world.put("2.3", {"percent": "100"}, layer="survey")
    assert (await world.admin.post(f"{world.path}:finalise", {})).json()["code"] == "phases_still_open"  # fmt: skip
    world.go_to("afterwards")
    refused = (await world.admin.post(f"{world.path}:finalise", {})).json()
    assert refused["code"] == "lines_not_appraised"
    assert "SO-1 2.2" in refused["detail"]
    await world.admin.ok("POST", f"{world.path}:finalise", {"unappraised": "zero"})
    ledger = await world.admin.items(f"{world.path}/deductions", criterion="2.2")
    assert {d["points"] for d in ledger} == {"2"}
    assert all(d["reason"] for d in ledger)


async def test_each_published_deduction_goes_out_as_an_event_and_is_taken_back_by_the_next_one(
    world: RoundWorld,
) -> None:
    await world.accept_all("1.1", "2.1")
    await world.put("2.2", {"points": "1", "reason": "x"})
    await world.put("2.3", {"percent": "100"}, layer="survey")
    await world.finalise()
    await world.publish()
    first = await published(world)
    lost = {(e["unit_code"], e["criterion"]): e for e in first}
    assert len(lost) == len(first) == 15  # 1.1, 1.2 and 2.2 of each of five units
    told = lost["SO-1", "2.2"]
    assert (told["points"], told["max"], told["points_lost"]) == ("1.00", "2", "1")
    assert (told["area"], told["decision_number"]) == ("2", "10/QĐ-UBND")
    assert told["losses"] == [{"points": "1", "reason": "Theo biên bản"}]
    reopened = {"phase": "review", "closes_at": "2027-01-07T00:00:00+07:00", "reason": "Kết luận",
                "document_number": "3/KL-TTr", "unit_codes": ["SO-1"]}  # fmt: skip
    await world.admin.ok("POST", f"{world.path}:reopen", reopened)
    unit = {"unit_code": "SO-1", "value": {"points": "2", "reason": "Đủ"}}
    body = {"criterion": "2.2", "layer": "appraised_2", "units": [unit]}
    await world.admin.ok("POST", f"{world.path}:appraise", body)
    world.clock.move_to("2027-01-08T09:00:00+07:00")
    await world.admin.ok("POST", f"{world.path}:finalise", {})
    await world.publish("20/QĐ-UBND")
    second = (await published(world))[15:]
    [back] = [e for e in second if (e["unit_code"], e["criterion"]) == ("SO-1", "2.2")]
    assert (back["points_lost"], back["losses"], back["id"]) == ("0", [], told["id"])
    assert len(second) == 15
    superseded, newest = await world.admin.items(f"{world.path}/publications")
    old = await world.admin.post(f"/scoring/v1/publications/{superseded['id']}:announce", {})
    assert old.json()["code"] == "publication_superseded"
    job = await world.admin.ok("POST", f"/scoring/v1/publications/{newest['id']}:announce", {})
    again = (await published(world))[30:]
    assert again == second
    done = await world.admin.ok("GET", f"/scoring/v1/jobs/{job['id']}")
    assert (done["state"], done["result"]) == ("succeeded", {"events": 15})


async def published(world: RoundWorld) -> list[dict[str, Any]]:
    """The contents of all deduction events in the outbox, in their order."""
    await world.platform.settle()  # they are sent by a job
    context = world.platform.services["scoring"].context
    outbox = context.tables.outbox
    statement = select(outbox.c.body).where(outbox.c.stream == "scoring.deduction")
    async with context.database.reading() as session:
        bodies = (await session.scalars(statement.order_by(outbox.c.position))).all()
    return [json.loads(body)["data"] for body in bodies]


async def test_who_holds_a_criterion_decides_on_units_that_are_not_below_them(
    world: RoundWorld,
) -> None:
    """Each specialised department appraises its area across all units (domain.md §2)."""
    async with await world.person("appraiser", "SO-2") as appraiser:
        me = await appraiser.ok("GET", "/scoring/v1/me")
        wanted = {"principal_id": me["id"], "criteria": ["2.2"]}
        await world.admin.ok("POST", f"{world.path}/appraisers", wanted)
        body = {"criterion": "2.2", "value": MANUAL, "reason": "Chậm"}
        told = await appraiser.ok("POST", f"{world.path}:apply-to-all", body)
        assert told["counts"] == {"applied": 5}
        world.go_to("explanation")
        said = {
            "criterion": "2.2",
            "explanation": "Đúng hạn",
            "wanted": {"points": "2", "reason": "x"},
        }
        await world.admin.ok("POST", f"{world.sheet('SO-1')}:object", said)
        world.go_to("review")
        lines = await appraiser.items(f"{world.path}/lines", criterion="2.2")
        waiting = {line["unit_code"]: line["objection_id"] for line in lines}
        assert [unit for unit, objection in waiting.items() if objection] == ["SO-1"]
        path = f"/scoring/v1/objections/{waiting['SO-1']}:decide"
        decided = await appraiser.ok("POST", path, {"outcome": "accepted", "reason": "Đúng"})
        assert (decided["state"], decided["points_after"]) == ("accepted", "2.00")
