"""One mail instead of many: is every reminder in it told exactly once, and never at night?"""

import asyncio
import re

import pytest

from services.embedded import Platform
from services.notifications import jobs
from services.notifications.use_cases.house import house_of
from services.notifications.use_cases.make_digests import make_digest
from services.notifications.use_cases.read_digests import Wanted
from shared.contracts.obligation import Assignee
from shared.contracts.plans import UnitChanged
from tests.notifications.conftest import Office
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.mails import written_mails as mails
from tests.support.obligations import Publisher, changed, moved, obligation

BASE = "/notifications/v1"
# the clock of these tests stands at Saturday, 2026-11-21T09:00 in Vietnam


async def wish(api: Api, person: object, **wishes: object) -> dict:
    return await api.ok("POST", f"{BASE}/preferences", {"person_id": str(person), **wishes})


async def at(running: Platform, clock: FrozenClock, instant: str) -> None:
    clock.move_to(instant)
    await running.settle()


def plain(mail: object) -> str:
    return mail.get_body(("plain",)).get_content()  # type: ignore[attr-defined]


def to(running: Platform, name: str) -> list:
    return [m for m in mails(running) if name in str(m["To"])]


async def test_a_daily_digest_tells_each_waiting_reminder_once(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office
) -> None:
    await wish(admin, office.officer, deliveries={"email": "daily"})
    await plans.tell(
        obligation("2026-12-24", title="Báo cáo quý IV"),
        obligation("2026-12-18", title="Tự kiểm tra"),
    )
    await at(running, clock, "2026-12-17T08:00:05+07:00")
    assert to(running, "Lan") == []  # -7 of one and -1 of the other wait
    await at(running, clock, "2026-12-17T08:15:00+07:00")
    (mail,) = to(running, "Lan")
    assert str(mail["Subject"]) == (
        "Công việc CCHC ngày 17/12/2026: 1 đến hạn trong tuần, 1 sắp tới"
    )
    assert "1. Tự kiểm tra" in plain(mail)
    assert "hạn 18/12/2026, còn 1 ngày" in plain(mail)
    assert "đã chọn nhận tổng hợp hằng ngày" in plain(mail)
    (daily,) = await admin.items(f"{BASE}/digests", kind="daily")
    detail = await admin.ok("GET", f"{BASE}/digests/{daily['id']}")
    told = {item["reminder_id"] for item in detail["digest_items"]}
    assert {item["state"] for item in detail["digest_items"]} == {"told"}
    message = await admin.ok("GET", f"{BASE}/messages/{detail['message_id']}")
    assert set(message["why"]["reminders"]) == told
    assert (message["kind"], message["state"]) == ("digest", "sent")
    await running.settle()
    assert len(to(running, "Lan")) == 1


async def test_what_was_closed_or_moved_before_the_digest_is_dropped_with_a_reason(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office
) -> None:
    await wish(admin, office.officer, deliveries={"email": "daily"})
    done, later = obligation("2026-12-24"), obligation("2026-12-24")
    await plans.tell(done, later)
    await at(running, clock, "2026-12-17T08:00:05+07:00")
    await plans.tell(changed(done, state="closed"), moved(later, "2027-03-31"))
    await at(running, clock, "2026-12-17T08:15:00+07:00")
    assert to(running, "Lan") == []
    (daily,) = await admin.items(f"{BASE}/digests", kind="daily", person_id=str(office.officer))
    assert daily["state"] == "nothing"
    items = (await admin.ok("GET", f"{BASE}/digests/{daily['id']}"))["digest_items"]
    assert {(i["state"], i["reason"]) for i in items} == {
        ("dropped", "obligation_closed"),
        ("dropped", "deadline_moved"),
    }
    assert all(i["reason_text"] for i in items)


async def test_over_the_cap_the_rest_of_the_day_goes_into_a_digest(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office
) -> None:
    await wish(admin, office.officer, daily_cap=2)
    await plans.tell(*(obligation("2026-12-24", title=f"Việc {n}") for n in range(5)))
    await at(running, clock, "2026-12-17T08:00:05+07:00")
    assert len(to(running, "Lan")) == 2
    await at(running, clock, "2026-12-17T08:15:00+07:00")
    digest = to(running, "Lan")[2:]
    assert len(digest) == 1
    titles = re.findall(r"\d\. (Việc \d)", plain(digest[0]))
    assert len(titles) == 3
    assert "đã đạt mức tối đa" in plain(digest[0])


async def test_what_is_critical_is_sent_at_once_whatever_was_chosen(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office
) -> None:
    await wish(admin, office.officer, deliveries={"email": "off"}, daily_cap=1)
    await plans.tell(obligation("2026-12-24", severity="critical"), obligation("2026-12-24"))
    await at(running, clock, "2026-12-17T08:00:05+07:00")
    assert len(to(running, "Lan")) == 1
    states = {(m["state"], m["reason"]) for m in await admin.items(f"{BASE}/messages")}
    assert states == {("sent", None), ("not_sent", "switched_off")}


async def test_after_a_stop_nothing_goes_out_at_night_but_what_is_critical(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office
) -> None:
    urgent = obligation("2026-12-25", severity="critical")
    await plans.tell(obligation("2026-12-25"), urgent)
    await at(running, clock, "2026-12-19T02:00:00+07:00")  # a Saturday, at night
    (mail,) = mails(running)
    assert "còn 6 ngày" in str(mail["Subject"])
    await at(running, clock, "2026-12-20T12:00:00+07:00")
    assert len(mails(running)) == 1
    await at(running, clock, "2026-12-21T07:00:00+07:00")
    assert [str(m["Subject"])[:20] for m in mails(running)][1:] == ["Nhắc việc: còn 4 ngày"[:20]]


async def test_own_quiet_hours_hold_a_message_and_it_is_worded_for_the_day_it_goes_out_on(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office
) -> None:
    await wish(admin, office.officer, quiet_from="07:45", quiet_until="07:00")
    await plans.tell(obligation("2026-12-24"))
    await at(running, clock, "2026-12-17T08:00:05+07:00")
    (message,) = await admin.items(f"{BASE}/messages")
    assert (message["state"], message["reason"]) == ("queued", "quiet_hours")
    assert message["next_attempt_at"] == "2026-12-18T00:00:00Z"
    await at(running, clock, "2026-12-18T07:00:00+07:00")
    (mail,) = mails(running)
    assert "còn 6 ngày" in str(mail["Subject"])


async def test_a_head_gets_the_state_of_the_unit_on_the_first_working_day_of_the_week(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office
) -> None:
    below = UnitChanged(
        code="TO", name="Tổ Một cửa", parent_code="VP", path="/SO/VP/TO/", active=True, revision=1
    )
    await plans.send(below)
    await plans.tell(
        obligation("2026-12-15", title="Báo cáo tháng 12"),
        obligation("2026-12-02", title="Rà soát thủ tục", unit_code="TO"),
        changed(obligation("2026-12-10", title="Tự kiểm tra"), state="submitted"),
        obligation("2026-12-15", title="Việc của phòng khác", unit_code="PKHTC"),
    )
    await at(running, clock, "2026-12-14T08:14:00+07:00")
    before = len(to(running, "Minh"))
    await at(running, clock, "2026-12-14T08:15:00+07:00")
    (mail,) = to(running, "Minh")[before:]
    assert str(mail["Subject"]) == (
        "Tình hình công việc CCHC của Văn phòng Sở, tuần 14/12/2026 – 20/12/2026: "
        "1 chờ xác nhận, 1 quá hạn, 1 đến hạn trong tuần"
    )
    words = plain(mail)
    order = [words.index(title) for title in ("Tự kiểm tra", "Rà soát thủ tục", "Báo cáo tháng 12")]
    assert order == sorted(order)
    assert "Tổ Một cửa; hạn 02/12/2026, quá hạn 12 ngày" in words
    assert "Việc của phòng khác" not in words


async def test_a_head_who_is_reminded_by_digest_gets_one_mail_on_monday(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office
) -> None:
    await wish(admin, office.head, deliveries={"email": "weekly"})
    head = Assignee(role="head", unit_code="VP", person_id=office.head)
    await plans.tell(obligation("2026-12-08", assignees=(head,)))
    await at(running, clock, "2026-12-07T08:15:00+07:00")
    await at(running, clock, "2026-12-09T08:00:05+07:00")  # +1: the head is told by digest
    assert len(to(running, "Minh")) == 1
    await at(running, clock, "2026-12-14T08:30:00+07:00")
    assert len(to(running, "Minh")) == 2
    made = await admin.items(f"{BASE}/digests", person_id=str(office.head))
    assert "unit" in {d["kind"] for d in made}
    detail = [await admin.ok("GET", f"{BASE}/digests/{d['id']}") for d in made]
    assert sum(len(d["digest_items"]) for d in detail) == 1


async def test_two_builders_make_one_digest(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office
) -> None:
    await wish(admin, office.officer, deliveries={"email": "daily"})
    await plans.tell(obligation("2026-12-24"))
    await at(running, clock, "2026-12-17T08:00:05+07:00")
    clock.move_to("2026-12-17T08:15:00+07:00")
    context = running.services["notifications"].context
    await asyncio.gather(jobs.make_digests(context), jobs.make_digests(context))
    await running.settle()
    assert len(to(running, "Lan")) == 1


async def test_a_crash_while_a_digest_is_made_leaves_every_reminder_waiting(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office
) -> None:
    await wish(admin, office.officer, deliveries={"email": "daily"})
    await plans.tell(obligation("2026-12-24"))
    await at(running, clock, "2026-12-17T08:00:05+07:00")
    clock.move_to("2026-12-17T08:15:00+07:00")
    context = running.services["notifications"].context
    wanted = Wanted(office.officer, "email", "daily")

    async def make_and_crash() -> None:
        async with context.unit_of_work("make digest") as uow:
            await make_digest(uow, wanted, house=house_of(context.settings))
            await uow.session.flush()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await make_and_crash()
    assert await admin.items(f"{BASE}/digests", kind="daily") == []
    await running.settle()
    (mail,) = to(running, "Lan")
    assert "Rà soát" in plain(mail)


async def test_the_forecast_says_who_hears_of_it_in_a_digest(
    admin: Api, plans: Publisher, office: Office
) -> None:
    await wish(admin, office.officer, deliveries={"email": "weekly"})
    await plans.tell(obligation("2026-12-17"), obligation("2026-12-17", severity="critical"))
    coming = await admin.items(f"{BASE}/reminders/forecast", to="2026-12-10")
    assert sorted(r["delivery"] for i in coming for r in i["recipients"]) == ["at_once", "weekly"]


async def test_the_preview_says_what_would_be_sent_and_writes_nothing(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office
) -> None:
    await plans.tell(obligation("2026-11-22"))
    preview = await admin.ok(
        "GET", f"{BASE}/digests/preview", params={"person_id": str(office.officer)}
    )
    assert preview["counts"] == {"this_week": 1}
    assert "Kính gửi: Ông (Bà) Nguyễn Thị Lan," in preview["text"]
    assert await admin.items(f"{BASE}/digests") == []


@pytest.fixture
async def lan(admin: Api, running: Platform) -> dict:
    """A person with a key of her own and an address."""
    await admin.ok("POST", "/plans/v1/units", {"code": "VP", "name": "Văn phòng"})
    person = await admin.ok(
        "POST",
        "/plans/v1/people",
        {
            "full_name": "Nguyễn Thị Lan",
            "unit_code": "VP",
            "position": "officer",
            "grants": [{"unit_code": "VP", "role": "officer"}],
        },
    )
    key = await admin.ok("POST", f"/plans/v1/principals/{person['id']}/keys", {})
    await running.settle()
    body = {"person_id": person["id"], "address": "lan@svhtt.example", "display_name": "Lan"}
    contact = await admin.ok("POST", f"{BASE}/contacts", body)
    return {"id": person["id"], "key": key["key"], "contact": contact["id"]}


async def test_a_person_proves_their_address_by_the_code_sent_there_even_at_night(
    admin: Api, running: Platform, clock: FrozenClock, lan: dict
) -> None:
    async with admin.as_key(lan["key"]) as me:
        (mine,) = (await me.ok("GET", f"{BASE}/my-contacts"))["items"]
        assert mine["verified_at"] is None
        clock.move_to("2026-11-22T23:00:00+07:00")
        await me.ok("POST", f"{BASE}/my-contacts/{mine['id']}:send-code")
        again = await me.post(f"{BASE}/my-contacts/{mine['id']}:send-code")
        assert (again.status_code, again.json()["code"]) == (409, "code_not_sent")
        await running.settle()
        (mail,) = mails(running)
        code = re.search(r"\b\d{6}\b", plain(mail))
        assert code is not None
        (message,) = await admin.items(f"{BASE}/messages")
        shown = await admin.ok("GET", f"{BASE}/messages/{message['id']}")
        assert code[0] not in shown["text"] + shown["html"]
        eml = await admin.get(f"{BASE}/messages/{message['id']}/eml")
        assert code[0] not in eml.text
        path = f"{BASE}/my-contacts/{mine['id']}:verify"
        wrong = await me.ok("POST", path, {"code": f"{(int(code[0]) + 1) % 10**6:06d}"})
        assert (wrong["outcome"], wrong["tries_left"]) == ("wrong", 4)
        right = await me.ok("POST", path, {"code": code[0]})
        assert (right["outcome"], right["outcome_text"]) == (
            "verified", "Địa chỉ đã được xác nhận."
        )  # fmt: skip
        assert (await me.ok("POST", path, {"code": code[0]}))["outcome"] == "no_code"
    await admin.ok("PATCH", f"{BASE}/contacts/{mine['id']}", {"address": "khac@svhtt.example"})
    assert (await admin.ok("GET", f"{BASE}/contacts/{mine['id']}"))["verified_at"] is None


async def test_everybody_settles_their_own_wishes_and_nobody_elses(
    admin: Api, running: Platform, lan: dict
) -> None:
    async with admin.as_key(lan["key"]) as me:
        first = await me.get(f"{BASE}/my-preferences")
        assert (first.headers["etag"], first.json()["effective"]["quiet_from"]) == ('"0"', "21:00")
        told = await me.ok(
            "PATCH", f"{BASE}/my-preferences", {"deliveries": {"email": "daily"}, "quiet_from": "19:00", "quiet_until": "07:00"}
        )  # fmt: skip
        assert told["effective"]["quiet_from"] == "19:00"
        back = await me.ok("PATCH", f"{BASE}/my-preferences", {"quiet_from": None})
        assert (back["quiet_from"], back["effective"]["quiet_from"]) == (None, "21:00")
        assert back["deliveries"] == {"email": "daily"}
        refused = await me.post(f"{BASE}/preferences", {"person_id": lan["id"]})
        assert refused.status_code == 403
        bad = await me.patch(f"{BASE}/my-preferences", {"deliveries": {"email": "often"}})
        assert bad.status_code == 422
    taken = await admin.post(f"{BASE}/preferences", {"person_id": lan["id"]})
    assert (taken.status_code, taken.json()["code"]) == (409, "preference_exists")
