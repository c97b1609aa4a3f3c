"""From the announcement of an obligation to the mail in somebody's hands."""

from datetime import datetime

from services.embedded import Platform
from shared.contracts.obligation import Assignee
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.mails import reminder_mails as mails
from tests.support.obligations import Publisher, changed, obligation

BASE = "/notifications/v1"
# the clock of these tests stands at Saturday, 2026-11-21T09:00 in Vietnam


async def states(api: Api, **query: object) -> dict[str, str]:
    rows = await api.items(f"{BASE}/reminders", **query)
    return {f"{row['offset']} {row['role']}": row["state"] for row in rows}


async def test_reminders_of_an_announced_obligation_are_planned_at_once(
    admin: Api, plans: Publisher, office: object
) -> None:
    known = obligation("2026-12-17")
    await plans.tell(known)
    rows = await admin.items(f"{BASE}/reminders", obligation_id=str(known.id))
    assert [(r["offset"], r["due_at"], r["state"]) for r in rows if r["role"] == "officer"] == [
        ("-7", "2026-12-10T08:00:00+07:00", "planned"),
        ("-3", "2026-12-14T08:00:00+07:00", "planned"),
        ("-1", "2026-12-16T08:00:00+07:00", "planned"),
        ("0", "2026-12-17T08:00:00+07:00", "planned"),
        ("+1", "2026-12-18T08:00:00+07:00", "planned"),
        ("r1", "2026-12-25T08:00:00+07:00", "planned"),
    ]
    assert rows[0]["title"] == known.title


async def test_the_officer_gets_a_mail_on_the_day_and_nobody_else(
    running: Platform, clock: FrozenClock, plans: Publisher, office: object
) -> None:
    await plans.tell(obligation("2026-12-24"))
    assert mails(running) == []
    clock.move_to("2026-12-17T08:00:05+07:00")
    await running.settle()
    (mail,) = mails(running)
    assert str(mail["To"]) == "Nguyễn Thị Lan <nguyen.thi.lan@svhtt.example>"
    assert mail["Date"].datetime == datetime.fromisoformat("2026-12-17T08:00:05+07:00")
    assert str(mail["Subject"]) == (
        "Nhắc việc: còn 7 ngày (hạn 24/12/2026) – Rà soát, đơn giản hóa thủ tục hành chính"
    )
    plain = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    for words in (
        "Kính gửi: Ông (Bà) Nguyễn Thị Lan,",
        "thứ Năm, ngày 24 tháng 12 năm 2026, còn 7 ngày (5 ngày làm việc)",
        "Đơn vị thực hiện: Văn phòng Sở",
        "Theo văn bản số: 1205/KH-SVHTT",
        "/plans/v1/obligations/018f6b1e-6c1a-7000-8000-000000000009",
    ):
        assert words in plain


async def test_after_the_deadline_the_head_is_told_too_in_words_for_a_head(
    running: Platform, clock: FrozenClock, plans: Publisher, office: object
) -> None:
    await plans.tell(obligation("2026-12-24"))
    clock.move_to("2026-12-25T08:00:05+07:00")
    await running.settle()
    to_head, to_officer = sorted(mails(running), key=lambda m: str(m["To"]), reverse=True)
    assert "Trần Văn Minh" in str(to_head["To"])
    assert "chỉ đạo hoàn thành ngay" in to_head.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "nêu rõ lý do chậm" in to_officer.get_body(("plain",)).get_content()  # type: ignore[union-attr]


async def test_the_assigned_officer_is_told_instead_of_all_officers(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: object
) -> None:
    other = await plans.person("VP", "officer")
    assigned = (Assignee(role="officer", unit_code="VP", person_id=other),)
    await plans.tell(obligation("2026-12-24", assignees=assigned))
    clock.move_to("2026-12-17T08:00:05+07:00")
    await running.settle()
    (message,) = await admin.items(f"{BASE}/messages")
    assert (message["person_id"], message["state"], message["reason"]) == (
        str(other),
        "not_sent",
        "no_contact",
    )
    detail = await admin.ok("GET", f"{BASE}/messages/{message['id']}")
    assert detail["why"]["recipient"]["found_by"] == "assigned"


async def test_an_assigned_person_not_known_yet_is_told_all_the_same(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher
) -> None:
    stranger = "018f6b1e-6c1a-7000-8000-0000000000aa"
    body = {"person_id": stranger, "address": "moi@svhtt.example", "display_name": "Người mới"}
    await admin.ok("POST", f"{BASE}/contacts", body)
    await plans.tell(
        obligation("2026-12-24", assignees=(Assignee(role="officer", person_id=stranger),))  # type: ignore[arg-type]
    )
    clock.move_to("2026-12-17T08:00:05+07:00")
    await running.settle()
    assert [str(m["To"]) for m in mails(running)] == ["Người mới <moi@svhtt.example>"]


async def test_a_unit_without_officers_is_told_through_its_head(
    running: Platform, clock: FrozenClock, plans: Publisher, admin: Api
) -> None:
    head = await plans.person("VP", "head")
    body = {"person_id": str(head), "address": "lanhdao@svhtt.example", "display_name": "Lê Hoa"}
    await admin.ok("POST", f"{BASE}/contacts", body)
    await plans.tell(obligation("2026-12-24"))
    clock.move_to("2026-12-17T08:00:05+07:00")
    await running.settle()
    (mail,) = mails(running)
    assert "phân công người thực hiện" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


async def test_somebody_behind_two_roles_is_told_once(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher
) -> None:
    head = await plans.person("VP", "head")
    body = {"person_id": str(head), "address": "lanhdao@svhtt.example", "display_name": "Lê Hoa"}
    await admin.ok("POST", f"{BASE}/contacts", body)
    await plans.tell(obligation("2026-12-24"))
    clock.move_to("2026-12-25T08:00:05+07:00")
    await running.settle()
    assert len(mails(running)) == 1
    rows = await admin.items(f"{BASE}/reminders", state="coalesced")
    assert "same_person" in {row["reason"] for row in rows}


async def test_a_unit_where_nobody_is_known_leaves_a_reason(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher
) -> None:
    await plans.tell(obligation("2026-12-24", unit_code="KHONG-CO"))
    clock.move_to("2026-12-17T08:00:05+07:00")
    await running.settle()
    (row,) = await admin.items(f"{BASE}/reminders", state="skipped")
    assert (row["reason"], row["reason_text"]) == (
        "no_recipient",
        "Đơn vị chưa có ai giữ vai trò này.",
    )


async def test_three_days_down_send_one_mail_for_all_that_was_missed(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: object
) -> None:
    known = obligation("2026-12-24")
    await plans.tell(known)
    clock.move_to("2026-12-21T20:00:00+07:00")  # -7 and -3 were due meanwhile
    await running.settle()
    (mail,) = mails(running)
    assert "còn 3 ngày" in str(mail["Subject"])
    rows = {r["offset"]: r for r in await admin.items(f"{BASE}/reminders", obligation_id=str(known.id)) if r["role"] == "officer"}  # fmt: skip
    assert (rows["-7"]["state"], rows["-7"]["reason"]) == ("coalesced", "missed_together")
    assert rows["-7"]["coalesced_into"] == rows["-3"]["id"]
    assert (rows["-3"]["state"], rows["-3"]["late_by_seconds"]) == ("materialised", 12 * 3600)
    (message,) = await admin.items(f"{BASE}/messages", kind="reminder")
    why = (await admin.ok("GET", f"{BASE}/messages/{message['id']}"))["why"]
    assert why["instead_of"] == [rows["-7"]["id"]]


async def test_down_over_the_deadline_only_what_is_still_true_is_said(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: object
) -> None:
    await plans.tell(obligation("2026-12-24"))
    clock.move_to("2026-12-28T08:00:00+07:00")
    await running.settle()
    assert {str(m["Subject"])[:14] for m in mails(running)} == {"Quá hạn 4 ngày"}
    assert len(mails(running)) == 2  # officer and head
    found = await states(admin)
    assert {found[f"{offset} officer"] for offset in ("-7", "-3", "-1", "0")} == {"skipped"}


async def test_down_for_weeks_one_repeat_is_sent_and_the_next_planned(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: object
) -> None:
    await plans.tell(obligation("2026-12-24"))
    clock.move_to("2027-01-26T10:00:00+07:00")
    await running.settle()
    assert len(mails(running)) == 2
    assert [
        (r["offset"], r["due_at"][:10])
        for r in await admin.items(f"{BASE}/reminders", state="planned")
        if r["role"] == "head"
    ] == [("r5", "2027-01-29")]


async def test_repeats_end_after_the_eighth(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: object
) -> None:
    await plans.tell(obligation("2026-12-24"))
    while waiting := await admin.items(f"{BASE}/reminders", state="planned"):
        clock.move_to(waiting[0]["due_at"])
        await running.settle()
    # -7 -3 -1 0 to the officer, +1 and eight repeats to officer and head
    assert len(mails(running)) == 4 + 2 * 9


async def test_a_closed_obligation_is_reminded_of_no_more(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: object
) -> None:
    known = obligation("2026-12-24")
    await plans.tell(known)
    await plans.tell(changed(known, state="closed"))
    clock.move_to("2026-12-24T08:00:05+07:00")
    await running.settle()
    assert mails(running) == []
    assert set((await states(admin)).values()) == {"cancelled"}


async def test_work_reported_done_is_not_reminded_of_until_it_is_returned(
    running: Platform, clock: FrozenClock, plans: Publisher, office: object
) -> None:
    known = obligation("2026-12-24")
    done = changed(known, state="submitted")
    await plans.tell(known, done)
    clock.move_to("2026-12-18T09:00:00+07:00")
    await running.settle()
    assert mails(running) == []
    await plans.tell(changed(done, state="open"))
    clock.move_to("2026-12-21T08:00:05+07:00")
    await running.settle()
    assert len(mails(running)) == 1
