"""Is every event ever published still understood, and does everybody hear what they need?

Each file in events/ is a message as it once went out. Files are added with each new version and
never changed: what was sent stays in outboxes, inboxes and the archives of partners.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from services.embedded import Platform
from services.notifications.service import service as notifications
from services.plans.service import service as plans
from services.scoring.service import service as scoring
from shared.contracts import SUBSCRIPTIONS, catalogue, subscribers
from shared.messaging.envelope import Envelope

GOLDEN = sorted(Path(__file__).with_name("events").glob("*.json"))
MANIFESTS = {service.name: service for service in (plans, scoring, notifications)}
every_golden = pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)


def is_within(said: Any, understood: Any) -> bool:
    """Whether everything that was said was understood, whatever has been added since."""
    if isinstance(said, dict):
        return all(k in understood and is_within(v, understood[k]) for k, v in said.items())
    if isinstance(said, list):
        return len(said) == len(understood) and all(map(is_within, said, understood))
    return bool(said == understood)


def test_every_version_of_every_event_has_a_golden_file() -> None:
    assert {json.loads(file.read_text())["type"] for file in GOLDEN} == set(catalogue())


@every_golden
def test_an_old_message_is_still_read_with_all_it_said(file: Path) -> None:
    envelope = Envelope.model_validate_json(file.read_bytes())
    event_class = catalogue()[envelope.type]
    event = event_class.model_validate(envelope.data)
    assert (event.stream, event.aggregate_id) == (envelope.stream, envelope.subject)
    assert is_within(envelope.data, event.model_dump(mode="json"))


@every_golden
async def test_an_old_message_is_still_consumed_by_every_subscriber(
    running: Platform, file: Path
) -> None:
    envelope = Envelope.model_validate_json(file.read_bytes())
    # far beyond what the services told each other at their start
    body = json.dumps(json.loads(file.read_text()) | {"sequence": 10_000}).encode()
    for name in subscribers(envelope.stream):
        service = running.services[name]
        await service.inbox.receive([body])
        await service.settle()
        inbox = service.context.tables.inbox
        async with service.context.database.reading() as session:
            state = await session.scalar(
                select(inbox.c.state).where(inbox.c.message_id == str(envelope.id))
            )
        assert state == "done", f"{name}: {state}"


@pytest.mark.parametrize("event_type", sorted(catalogue()))
def test_an_event_type_names_its_publisher_its_fact_and_its_version(event_type: str) -> None:
    match = re.fullmatch(r"vn\.cchc\.([a-z]+)\.([a-z_]+)\.([a-z_]+)\.v([1-9]\d*)", event_type)
    assert match
    event = catalogue()[event_type]
    assert event.stream.partition(".")[0] == match[1]
    assert match[1] in MANIFESTS
    assert re.search(r"(ed|changed)$", match[3]), "a fact in the past tense"


def test_every_subscription_has_a_publisher_and_its_events_a_handler() -> None:
    published = {event.stream for event in catalogue().values()}
    for name, streams in SUBSCRIPTIONS.items():
        assert streams <= published, f"{name} listens to what nobody says"
        assert MANIFESTS[name].subscriptions.streams == streams, f"{name} handles what it hears"
        for event_type, event in catalogue().items():
            handled = MANIFESTS[name].subscriptions.find(event_type)
            assert (handled is not None) is (event.stream in streams), (name, event_type)


def test_the_subscribers_of_every_stream_are_known() -> None:
    assert {s: sorted(subscribers(s)) for s in {e.stream for e in catalogue().values()}} == {
        "plans.unit": ["notifications", "scoring"],
        "plans.principal": ["notifications", "scoring"],
        "plans.calendar": ["notifications", "scoring"],
        "plans.obligation": ["notifications"],
        "plans.plan": [],
        "scoring.deduction": [],
    }


def test_no_service_listens_to_itself() -> None:
    for name, streams in SUBSCRIPTIONS.items():
        assert not [stream for stream in streams if stream.startswith(f"{name}.")]


@pytest.mark.parametrize("event_type", sorted(catalogue()))
def test_events_carry_no_personal_data(event_type: str) -> None:
    """Ids and codes only: names, addresses and numbers of people stay where they are kept."""
    schema = json.dumps(catalogue()[event_type].model_json_schema())
    for telling in ("full_name", "email", "phone", "address", "birth", 'secret"', "display_name"):
        assert telling not in schema
