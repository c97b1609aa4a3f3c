"""Which scoring rounds does the sample have? Last time's real result, and one that is under way."""

import json
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from services.sample.client import Client
from shared.clock import Clock, today

ONE_STOP = files("services.scoring").joinpath("rulebooks", "tt01-2018-vpcp-mot-cua.json")
# printed in the plan of 2023 for the year 2022: 54.34 of 60
POINTS_2022 = ["9.25", "3.5", "11", "6", "8.49", "5.1", "11"]
PHASES = ("self_scoring", "appraisal", "explanation", "review")
PUBLIC_UNITS = ("SVHTT-BTT", "SVHTT-BTQT", "SVHTT-TVT", "SVHTT-TTVTCT")
_ALL_DAYS = timedelta(days=30)


async def load_rounds(client: Client, set_id: str, leaves: list[str], clock: Clock) -> None:
    """The round of 2022 as it was published, and this year's of the public units, open on all phases."""
    day = today(clock)
    old = await _create(
        client, code="PAR-2022-MAU", year=2022, set_id=set_id, day=date(2022, 12, 1)
    )
    await _add(client, old, ["SVHTT"])
    if old["state"] == "draft":
        await _record(client, old["id"], leaves)
    one_stop = json.loads(ONE_STOP.read_text("utf-8"))
    created = await client.post("/scoring/v1/criteria-sets", one_stop, step="one-stop-set")
    publish = f"/scoring/v1/criteria-sets/{created['id']}:publish"
    await client.post(publish, {}, step="one-stop-set-publish")
    new = await _create(client, code="MOT-CUA-MAU", year=day.year, set_id=created["id"], day=day)
    await _add(client, new, list(PUBLIC_UNITS))
    path = f"/scoring/v1/rounds/{new['id']}"
    if new["state"] == "draft":
        await client.post(f"{path}:open", {}, step="round-open")
    await _live_with(client, path)


async def _create(
    client: Client, *, code: str, year: int, set_id: str, day: date
) -> dict[str, Any]:
    known = [r for r in await client.items("/scoring/v1/rounds") if r["code"] == code]
    if known:
        return known[0]
    times = {
        "opens_at": f"{day - _ALL_DAYS}T00:00:00+07:00",
        "closes_at": f"{day + _ALL_DAYS}T00:00:00+07:00",
    }
    body = {
        "code": code,
        "title": f"MẪU: chấm điểm năm {year}",
        "year": year,
        "unit_code": "SVHTT",
        "criteria_set_id": set_id,
        "phases": dict.fromkeys(PHASES, times),
        "peer_groups": [{"code": "DON-VI", "title": "Đơn vị được chấm điểm (mẫu)"}],
    }
    made: dict[str, Any] = await client.post("/scoring/v1/rounds", body, step=f"round/{code}")
    return made


async def _add(client: Client, row: dict[str, Any], codes: list[str]) -> None:
    # the service hears of the units only once the sample is in
    body = {"peer_group": "DON-VI", "unit_codes": codes, "keep_unknown": True, "level": "tinh"}
    if row["state"] == "draft":
        path = f"/scoring/v1/rounds/{row['id']}/units"
        await client.post(path, body, step=f"round-units/{row['code']}")


async def _record(client: Client, round_id: str, leaves: list[str]) -> None:
    reason = "Điểm trừ như in trong Kế hoạch số 1205/KH-SVHTT, không nêu lý do"
    lines = [
        {"criterion": code, "value": {"points": points, "reason": "Bảng PAR INDEX năm 2022"}, "reason": reason}
        for code, points in zip(leaves, POINTS_2022, strict=True)
    ]  # fmt: skip
    body = {
        "decision_number": "1205/KH-SVHTT (mẫu)",
        "decided_on": "2023-06-16",
        "units": [{"unit_code": "SVHTT", "lines": lines}],
    }
    await client.post(f"/scoring/v1/rounds/{round_id}:record", body, step="round-record")


async def _live_with(client: Client, path: str) -> None:
    """One unit is filling in, one has submitted, one has explained itself, one has not begun."""
    first, second, third, _ = PUBLIC_UNITS
    for unit in (first, second, third):
        body = {"lines": _lines(), "on_behalf_of": "Thủ trưởng đơn vị (mẫu)", "via": "paper"}
        await client.post(f"{path}/units/{unit}:self-score", body, step=f"self-score/{unit}")
    for unit in (second, third):
        await client.post(f"{path}/units/{unit}:submit", {}, step=f"submit/{unit}")
    accepted = {"criterion": "1", "accept": True, "unit_codes": [second, third]}
    await client.post(f"{path}:apply-to-all", accepted, step="accept-1")
    wording = {"unit_code": "SVHTT", "wording": "Chưa có tài liệu kiểm chứng (mẫu)"}
    await client.post("/scoring/v1/deduction-reasons", wording, step="deduction-reason")
    explained = {"criterion": "1", "explanation": "Đã bổ sung số liệu quý IV (mẫu)",
                 "wanted": {"done": "100", "partial": "0", "total": "100"}}  # fmt: skip
    await client.post(f"{path}/units/{third}:object", explained, step="object")
    exemption = {"criterion": "9", "scope": "all", "document_number": "01/CV-MAU",
                 "document_date": "2026-01-05", "reason": "Chưa có dịch vụ công trực tuyến (mẫu)"}  # fmt: skip
    await client.post(f"{path}/exemptions", exemption, step="exemption")
    me = await client.get("/scoring/v1/me")
    appraiser = {"principal_id": me["id"], "criteria": ["1", "2"]}
    await client.post(f"{path}/appraisers", appraiser, step="appraiser")


def _lines() -> list[dict[str, Any]]:
    counted = {
        "criterion": "1",
        "value": {"done": "90", "partial": "6", "total": "100"},
        "evidence": [{"title": "Báo cáo năm (mẫu)", "document_number": "05/BC-MAU"}],
    }
    rest = [
        {"criterion": str(number), "reason": "Chưa có số liệu (mẫu)"} for number in range(2, 10)
    ]
    return [counted, *rest]
