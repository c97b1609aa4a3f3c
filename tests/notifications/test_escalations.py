"""Does what stays overdue go up the organisation, stop for an answer, and never get stuck?"""

from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import update

from services.embedded import Platform
from services.notifications import jobs
from services.notifications.storage.escalation_tables import Escalation
from services.notifications.use_cases.climb_escalations import climb
from services.notifications.use_cases.house import house_of
from shared.contracts.plans import GrantData, PrincipalChanged
from shared.ids import new_id
from tests.notifications.conftest import BASE, Office, add_contact
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.mails import written_mails as mails
from tests.support.obligations import Publisher, changed, moved, obligation

# due on Thursday 2026-12-17: the ladder begins on Tuesday 22, goes on on 29, and, over New Year,
# on Wednesday 2027-01-06
FIRST, SECOND, THIRD = (
    "2026-12-22T08:30:05+07:00", "2026-12-29T08:30:05+07:00", "2027-01-06T08:30:05+07:00"
)  # fmt: skip


@dataclass(frozen=True)
class Above:
    """The department above the office: a deputy, the director, and the standing office."""

    deputy: UUID
    director: UUID
    coordinator: UUID


@pytest.fixture
async def above(plans: Publisher, admin: Api, office: Office) -> Above:
    deputy = await plans.person("SO", "deputy")
    director = await plans.person("SO", "head")
    coordinator = new_id()
    await plans.send(
        PrincipalChanged(
            id=coordinator, kind="person", name="", unit_code="SO", position="officer",
            active=True, grants=(GrantData(unit_code="SO", role="coordinator"),), keys=(), revision=1,
        )
    )  # fmt: skip
    for person, name in ((deputy, "Phó"), (director, "Giám đốc"), (coordinator, "Thường trực")):
        address = f"p{person.hex[-6:]}@svhtt.example"
        await add_contact(admin, person, address, name)
        await admin.ok(
            "POST", f"{BASE}/preferences", {"person_id": str(person), "unit_digest": False}
        )
    return Above(deputy, director, coordinator)


async def go(running: Platform, clock: FrozenClock, *instants: str) -> None:
    for instant in instants:
        clock.move_to(instant)
        await running.settle()


async def told(api: Api) -> list[tuple[int, str, bool]]:
    """Step, person and whether only informed, of every message of a ladder."""
    found = []
    for row in await api.items(f"{BASE}/messages", kind="escalation"):
        message = await api.ok("GET", f"{BASE}/messages/{row['id']}")
        recipient = message["why"]["recipient"]
        step = message["why"]["escalation"]["step"]
        found.append((step, row["person_id"], recipient["informed"]))
    return sorted(found)


async def only(api: Api) -> dict:
    (row,) = await api.items(f"{BASE}/escalations")
    return await api.ok("GET", f"{BASE}/escalations/{row['id']}")


async def test_what_nobody_answers_goes_up_rung_by_rung(
    admin: Api,
    running: Platform,
    clock: FrozenClock,
    plans: Publisher,
    office: Office,
    above: Above,
) -> None:
    await plans.tell(obligation("2026-12-17"))
    await go(running, clock, "2026-12-22T08:29:00+07:00")
    assert await admin.items(f"{BASE}/escalations") == []
    await go(running, clock, FIRST, SECOND, THIRD)
    assert await told(admin) == sorted(
        [
            (1, str(office.head), False),
            (2, str(above.deputy), False),
            (2, str(above.coordinator), True),
            (3, str(above.director), False),
            (3, str(above.coordinator), True),
        ]
    )
    ladder = await only(admin)
    assert (ladder["state"], ladder["next_at"], len(ladder["climbed"])) == ("exhausted", None, 3)
    letter = next(
        m for m in mails(running) if "Giám đốc" in str(m["To"]) and "Chậm" in str(m["Subject"])
    )
    words = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "kính báo cáo Ông (Bà)" in words
    assert "là thủ trưởng cơ quan cấp trên của Văn phòng Sở" in words
    inform = next(m for m in mails(running) if str(m["Subject"]).startswith("Để biết: Chậm"))
    assert "Thường trực" in str(inform["To"])


@pytest.mark.parametrize(
    ("change", "state"),
    [({"state": "submitted"}, "resolved"), ({"state": "suspended"}, "cancelled")],
)
async def test_done_or_suspended_work_goes_no_further_up(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office,
    above: Above, change: dict, state: str,
) -> None:  # fmt: skip
    owed = obligation("2026-12-17")
    await plans.tell(owed)
    await go(running, clock, FIRST)
    await plans.tell(changed(owed, **change))
    assert (await only(admin))["state"] == state
    await go(running, clock, SECOND)
    assert [step for step, *_ in await told(admin)] == [1]


async def test_a_moved_deadline_ends_the_ladder_and_may_begin_another(
    admin: Api,
    running: Platform,
    clock: FrozenClock,
    plans: Publisher,
    office: Office,
    above: Above,
) -> None:
    owed = obligation("2026-12-17")
    await plans.tell(owed)
    await go(running, clock, FIRST)
    await plans.tell(moved(owed, "2026-12-24"))
    assert (await only(admin))["reason"] == "deadline_moved"
    await go(running, clock, "2026-12-29T08:30:05+07:00")
    rows = await admin.items(f"{BASE}/escalations", state="waiting")
    assert [row["deadline_revision"] for row in rows] == [2]


async def test_an_answer_holds_the_ladder_and_its_day_passing_sets_it_going_again(
    admin: Api,
    running: Platform,
    clock: FrozenClock,
    plans: Publisher,
    office: Office,
    above: Above,
) -> None:
    await plans.tell(obligation("2026-12-17"))
    await go(running, clock, FIRST)
    ladder = await only(admin)
    path = f"{BASE}/escalations/{ladder['id']}:acknowledge"
    far = await admin.post(path, {"until": "2027-12-31"})
    assert (far.status_code, far.json()["code"]) == (409, "answer_day_out_of_range")
    answer = {"until": "2026-12-30", "note": "Chờ số liệu", "on_behalf_of": "Trưởng phòng", "via": "phone"}  # fmt: skip
    answered = await admin.ok("POST", path, answer)
    assert (answered["state"], answered["next_at"]) == ("acknowledged", "2026-12-31T01:30:00Z")
    assert (answered["answer"]["via"], answered["answer"]["note"]) == ("phone", "Chờ số liệu")
    await go(running, clock, SECOND)
    assert [step for step, *_ in await told(admin)] == [1]
    await go(running, clock, "2026-12-31T08:30:05+07:00")
    assert [step for step, *_ in await told(admin)] == [1, 2, 2]


async def test_a_rung_without_people_does_not_hold_up_the_ladder(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher
) -> None:
    await plans.unit("SO", name="Sở")
    await plans.unit("VP", within="SO", name="Văn phòng")
    director = await plans.person("SO", "head")
    await add_contact(admin, director, "giamdoc@svhtt.example", "Giám đốc")
    await plans.tell(obligation("2026-12-17"))
    await go(running, clock, FIRST)
    assert await told(admin) == [(3, str(director), False)]
    assert [bool(s["told"]) for s in (await only(admin))["climbed"]] == [False, False, True]


async def test_somebody_away_is_replaced_by_their_stand_in(
    admin: Api,
    running: Platform,
    clock: FrozenClock,
    plans: Publisher,
    office: Office,
    above: Above,
) -> None:
    away = {"person_id": str(office.head), "away_from": "2026-12-21", "away_until": "2026-12-25", "stand_in_id": str(above.deputy)}  # fmt: skip
    await admin.ok("POST", f"{BASE}/preferences", away)
    await plans.tell(obligation("2026-12-17"))
    await go(running, clock, FIRST)
    assert await told(admin) == [(1, str(above.deputy), False)]
    (step,) = (await only(admin))["climbed"]
    assert step["told"][0]["instead_of"] == str(office.head)
    letter = next(m for m in mails(running) if str(m["Subject"]).startswith("Chậm"))
    assert "đang thay người vắng mặt" in letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]


async def test_a_ladder_keeps_the_policy_it_began_with(
    admin: Api,
    running: Platform,
    clock: FrozenClock,
    plans: Publisher,
    office: Office,
    above: Above,
) -> None:
    await plans.tell(obligation("2026-12-17"))
    await go(running, clock, FIRST)
    (policy,) = await admin.items(f"{BASE}/escalation-policies")
    other = {"code": "default", "name": "Khác", "replaces": policy["id"], "start_after_days": 10, "steps": [{"role": "office"}]}  # fmt: skip
    newer = await admin.ok("POST", f"{BASE}/escalation-policies", other)
    assert newer["version"] == 2
    old = await admin.ok("GET", f"{BASE}/escalation-policies/{policy['id']}")
    assert old["active"] is False
    await go(running, clock, SECOND)
    assert [step for step, *_ in await told(admin)] == [1, 2, 2]


async def test_a_policy_looks_forward_only(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office
) -> None:
    """An import of last year's plan must not write to every director."""
    await plans.tell(*(obligation("2026-10-01") for _ in range(3)))
    await go(running, clock, "2026-11-25T09:00:00+07:00")
    assert await admin.items(f"{BASE}/escalations") == []
    assert (await admin.ok("GET", f"{BASE}/escalations/audit"))["clean"]


async def test_a_leader_who_prefers_digests_hears_of_it_there(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office
) -> None:
    wishes = {"person_id": str(office.head), "deliveries": {"email": "daily"}, "unit_digest": False}
    await admin.ok("POST", f"{BASE}/preferences", wishes)
    await plans.tell(obligation("2026-12-17"))
    await go(running, clock, FIRST)
    assert await told(admin) == []
    await go(running, clock, "2026-12-23T08:15:00+07:00")
    made = await admin.items(f"{BASE}/digests", person_id=str(office.head), kind="daily")
    details = [await admin.ok("GET", f"{BASE}/digests/{d['id']}") for d in made]
    assert [i["state"] for d in details for i in d["digest_items"] if i["step_id"]] == ["told"]


async def test_very_many_ladders_at_once_reach_a_head_as_a_few_mails_and_a_digest(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office
) -> None:
    wishes = {"person_id": str(office.head), "daily_cap": 2, "unit_digest": False}
    await admin.ok("POST", f"{BASE}/preferences", wishes)
    await plans.tell(*(obligation("2026-12-17", title=f"Việc {n}") for n in range(6)))
    # the single reminder on the day after the deadline is history when the ladders begin
    await go(running, clock, "2026-12-18T08:30:00+07:00", FIRST)
    assert len(await told(admin)) == 2
    await go(running, clock, "2026-12-23T08:15:00+07:00")
    made = await admin.items(f"{BASE}/digests", person_id=str(office.head), kind="daily")
    details = [await admin.ok("GET", f"{BASE}/digests/{d['id']}") for d in made]
    items = [i for d in details for i in d["digest_items"] if i["step_id"]]
    assert [(i["state"], i["because"]) for i in items] == [("told", "over_daily_cap")] * 4
    assert len({i["step_id"] for i in items}) == 4


async def test_after_a_long_stop_the_ladder_climbs_one_rung_and_not_at_night(
    admin: Api,
    running: Platform,
    clock: FrozenClock,
    plans: Publisher,
    office: Office,
    above: Above,
) -> None:
    await plans.tell(obligation("2026-12-17"))
    await go(running, clock, "2027-01-09T02:00:00+07:00")  # a Saturday, at night
    assert await told(admin) == []
    await go(running, clock, "2027-01-11T07:00:05+07:00")
    assert [step for step, *_ in await told(admin)] == [1]
    assert (await only(admin))["next_at"] == "2027-01-18T01:30:00Z"


async def test_a_crash_on_a_rung_tells_nobody_twice_and_the_next_worker_goes_on(
    admin: Api,
    running: Platform,
    clock: FrozenClock,
    plans: Publisher,
    office: Office,
    above: Above,
) -> None:
    await plans.tell(obligation("2026-12-17"))
    await go(running, clock, FIRST)
    clock.move_to(SECOND)
    context = running.services["notifications"].context
    ladder = UUID((await only(admin))["id"])

    async def climb_and_crash() -> None:
        async with context.unit_of_work("climb") as uow:
            await climb(uow, ladder, house=house_of(context.settings))
            await uow.session.flush()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await climb_and_crash()
    assert [step for step, *_ in await told(admin)] == [1]
    clock.advance(minutes=20)
    assert (await admin.ok("GET", f"{BASE}/escalations/audit"))["stalled"] == [str(ladder)]
    await running.settle()
    assert [step for step, *_ in await told(admin)] == [1, 2, 2]
    assert (await admin.ok("GET", f"{BASE}/escalations/audit"))["clean"]


async def test_the_auditor_finds_a_ladder_that_lost_its_way_and_sets_it_going(
    admin: Api,
    running: Platform,
    clock: FrozenClock,
    plans: Publisher,
    office: Office,
    above: Above,
) -> None:
    await plans.tell(obligation("2026-12-17"))
    await go(running, clock, FIRST)
    context = running.services["notifications"].context
    async with context.unit_of_work("damage") as uow:
        await uow.session.execute(update(Escalation).values(next_at=None))
    ladder = await only(admin)
    found = await admin.ok("GET", f"{BASE}/escalations/audit")
    assert (found["clean"], found["aimless"]) == (False, [ladder["id"]])
    await jobs.audit_escalations(context)
    await jobs.climb_escalations(context)
    assert [step for step, *_ in await told(admin)] == [1, 2, 2]


async def test_the_auditor_misses_no_obligation_that_should_have_a_ladder(
    admin: Api, clock: FrozenClock, plans: Publisher, office: Office
) -> None:
    owed = obligation("2026-12-17")
    await plans.tell(owed)
    clock.move_to(FIRST)
    found = await admin.ok("GET", f"{BASE}/escalations/audit")
    assert found["missing"] == [str(owed.id)]
