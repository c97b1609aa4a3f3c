"""Who works in the sample's department? Units, groups, people, and addresses that lead nowhere."""

import json
from dataclasses import dataclass
from typing import Any

from services.sample.client import HERE, Client


@dataclass(frozen=True, slots=True)
class People:
    """The people of the sample that act in it."""

    coordinator_id: str


async def load_department(client: Client) -> People:
    """Create the department."""
    data: dict[str, Any] = json.loads(HERE.joinpath("department.json").read_text("utf-8"))
    for unit in data["units"]:
        await client.post("/plans/v1/units", unit, step=f"unit/{unit['code']}")
    for group in data["groups"]:
        await client.post("/plans/v1/unit-groups", group, step=f"group/{group['code']}")
    ids: dict[str, str] = {}
    for person in data["people"]:
        address = person.pop("address")
        created = await client.post("/plans/v1/people", person, step=f"person/{address}")
        ids[address] = created["id"]
        contact = {
            "person_id": created["id"],
            "unit_code": person["unit_code"],
            "channel": "email",
            "address": address,
            "display_name": person["full_name"],
            "simulated": True,
        }
        await client.post("/notifications/v1/contacts", contact, step=f"contact/{address}")
    coordinator = next(p for p in ids if p.startswith("tran.thi.minh.hoa"))
    return People(coordinator_id=ids[coordinator])
