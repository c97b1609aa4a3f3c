"""Which criteria set does the sample have? The areas of the plan's PAR INDEX table, scored by hand."""

import json
from importlib.resources import files

from services.sample.client import Client

RULEBOOK = files("services.scoring").joinpath("rulebooks", "binh-dinh-svhtt-2023-sample.json")


async def load_criteria_set(client: Client) -> tuple[str, list[str]]:
    """Register the shipped set and publish it; its id and the codes of its lines."""
    content = json.loads(RULEBOOK.read_text("utf-8"))
    created = await client.post("/scoring/v1/criteria-sets", content, step="criteria-set")
    await client.post(
        f"/scoring/v1/criteria-sets/{created['id']}:publish", {}, step="criteria-set-publish"
    )
    return created["id"], [entry["code"] for entry in content["criteria"] if "rule" in entry]
