"""Is the event document valid, and does it tell of every event?

The schema is the official one of AsyncAPI 3.0.0 (package @asyncapi/specs, Apache-2.0, licence
beside it).
"""

import json
from pathlib import Path

import jsonschema_rs
import pytest

from shared.contracts import SUBSCRIPTIONS, catalogue
from shared.contracts.asyncapi import document
from tests.support.api import Api

SCHEMA = json.loads(Path(__file__).with_name("asyncapi-3.0.0.schema.json").read_text())


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_document_follows_the_official_schema(language: str) -> None:
    jsonschema_rs.validator_for(SCHEMA).validate(document(language))


def test_a_broken_document_is_noticed() -> None:
    broken = document()
    broken["operations"]["plans_sends_plans_unit"]["action"] = "shout"
    assert not jsonschema_rs.validator_for(SCHEMA).is_valid(broken)


def test_every_event_and_every_subscription_is_in_it() -> None:
    found = document()
    assert {m["name"] for m in found["components"]["messages"].values()} == set(catalogue())
    receives = {
        (key.partition("_receives_")[0], operation["channel"]["$ref"].rpartition("/")[2])
        for key, operation in found["operations"].items()
        if operation["action"] == "receive"
    }
    wanted = {
        (service, stream.replace(".", "_"))
        for service, streams in SUBSCRIPTIONS.items()
        for stream in streams
    }
    assert receives == wanted


async def test_it_is_served_as_json_and_as_a_page(admin: Api) -> None:
    assert (await admin.ok("GET", "/asyncapi.json"))["asyncapi"] == "3.0.0"
    page = await admin.get("/asyncapi")
    assert page.status_code == 200
    assert all(name in page.text for name in catalogue())
