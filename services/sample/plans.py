"""Which plans does the sample have? Last time's real one, closed, and this year's, carried over."""

from datetime import date, timedelta
from typing import Any

from services.sample.client import HERE, Client
from services.sample.department import People
from shared.clock import Clock, today

DOCUMENT = "binh-dinh-1205-kh-svhtt-2023.docx"
NUMBER = "15/KH-SVHTT-MAU"


async def load_plans(client: Client, people: People, clock: Clock) -> None:
    """Import the real plan as users do, close it, carry it over, and live a year with it."""
    old = await _import(client)
    await client.post(
        f"/plans/v1/plans/{old}:close", {"closed_on": "2023-12-31"}, step="close-2023"
    )
    day = today(clock)
    new = await _carry_over(client, old, day)
    await _live_with(client, new, day, people)


async def _import(client: Client) -> str:
    content = HERE.joinpath(DOCUMENT).read_bytes()
    preview = await client.upload(
        "/plans/v1/imports?unit_code=SVHTT", name=DOCUMENT, content=content, step="upload"
    )
    plan = await client.post(
        f"/plans/v1/imports/{preview['id']}:confirm", {"issue": True}, step="confirm"
    )
    return str(plan["id"])


async def _carry_over(client: Client, plan_id: str, day: date) -> str:
    # a first start that was interrupted over New Year goes on with the year it began with
    known = [p for p in await client.items("/plans/v1/plans") if p["carried_from"] == plan_id]
    year = known[0]["year"] if known else day.year
    new = await client.post(
        f"/plans/v1/plans/{plan_id}:carry-over", {"year": year}, step="carry-over"
    )
    if not known or known[0]["state"] == "draft":
        issued_on = min(day, date(year, 1, 15)).isoformat()
        signer = {"position": "GIÁM ĐỐC", "name": "Nguyễn Văn Mẫu"}
        body = {"number": NUMBER, "issued_on": issued_on, "signer": signer}
        await client.post(f"/plans/v1/plans/{new['id']}:issue", body, step="issue")
    return str(new["id"])


async def _live_with(client: Client, plan_id: str, day: date, people: People) -> None:
    """What fell due so far was done and verified, but for the last: one waits, one is late; and
    for what falls due next, more time is asked for.
    """
    dated = [o for o in await client.items("/plans/v1/obligations", plan_id=plan_id) if o["due_on"]]
    past = [o for o in dated if o["due_on"] < day.isoformat()]
    late, waiting = past[-1:], past[-2:-1]
    for obligation in past:
        if obligation in late or obligation["state"] != "open":
            continue
        await _claim(client, obligation)
    to_verify = [o for o in past if o not in late and o not in waiting and o["state"] != "closed"]
    if to_verify:
        key = await _key_of(client, people.coordinator_id)
        async with client.as_holder_of(key["key"]) as coordinator:
            for obligation in to_verify:
                await coordinator.post(
                    f"/plans/v1/obligations/{obligation['id']}:verify",
                    {"narrative": "Đã kiểm tra tài liệu kiểm chứng (dữ liệu mẫu)."},
                    step=f"verify/{obligation['id']}",
                )
    await _revoke_all(client, people.coordinator_id)
    for obligation in [o for o in dated if o["due_on"] >= day.isoformat()][:1]:
        await _ask_for_time(client, obligation)


async def _ask_for_time(client: Client, obligation: dict[str, Any]) -> None:
    """A request that waits for a decision."""
    until = date.fromisoformat(obligation["due_on"]) + timedelta(days=30)
    body = {
        "requested_due_on": until.isoformat(),
        "narrative": "Nhà thầu bàn giao chậm (dữ liệu mẫu).",
        "on_behalf_of": "Thủ trưởng đơn vị (mẫu)",
        "via": "phone",
    }
    path = f"/plans/v1/obligations/{obligation['id']}:request-extension"
    await client.post(path, body, step=f"extension/{obligation['id']}")


async def _claim(client: Client, obligation: dict[str, Any]) -> None:
    body = {
        "narrative": "Đã hoàn thành (dữ liệu mẫu).",
        "completed_on": obligation["due_on"],
        "on_behalf_of": "Thủ trưởng đơn vị (mẫu)",
        "via": "paper",
    }
    path = f"/plans/v1/obligations/{obligation['id']}:claim-done"
    await client.post(path, body, step=f"done/{obligation['id']}")


async def _key_of(client: Client, person_id: str) -> dict[str, Any]:
    """A key for the coordinator, who verifies what others report; revoked when the sample is in."""
    held = await client.items(f"/plans/v1/principals/{person_id}/keys")
    await _revoke_all(client, person_id)
    key: dict[str, Any] = await client.post(
        f"/plans/v1/principals/{person_id}/keys", {}, step=f"key/{len(held)}"
    )
    return key


async def _revoke_all(client: Client, person_id: str) -> None:
    for key in await client.items(f"/plans/v1/principals/{person_id}/keys"):
        if key["revoked_at"] is None:
            await client.post(
                f"/plans/v1/keys/{key['key_id']}:revoke", None, step=f"revoke/{key['key_id']}"
            )
