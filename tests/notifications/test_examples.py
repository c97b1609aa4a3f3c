"""Do the examples in Swagger work when pressed?"""

from typing import Any

from services.embedded import Platform
from tests.notifications.conftest import Office
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.obligations import Publisher, obligation

# what every service has; those have no examples of their own
NONE_YET = {"{storm_id}", "{escalation_id}"}
PLATFORM = {"me", "changes", "audit", "audit:verify", "jobs", "events"}


def filled(path: str, operation: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The path with the example ids in it, and the query of the examples."""
    query = {}
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
        elif parameter["in"] == "query" and "example" in parameter:
            query[parameter["name"]] = parameter["example"]
    return path, query


async def test_every_example_is_answered(
    admin: Api, running: Platform, clock: FrozenClock, plans: Publisher, office: Office
) -> None:
    await plans.tell(obligation("2026-12-24"), obligation("2026-12-17"))
    clock.move_to("2026-12-17T08:15:05+07:00")
    wishes = {"person_id": str(office.officer), "daily_cap": 5}
    await admin.ok("POST", "/notifications/v1/preferences", wishes)
    await running.settle()
    document = await admin.ok("GET", "/notifications/openapi.json")
    pressed = {}
    ours = {path: item for path, item in document["paths"].items() if "/v1/" in path}
    for path, item in ours.items():
        for verb, operation in item.items():
            if path.split("/")[3] in PLATFORM or any(n in path for n in NONE_YET):
                continue
            address, query = filled(path, operation)
            content = operation.get("requestBody", {}).get("content", {})
            body = content.get("application/json", {}).get("example")
            if verb == "get":
                answer = await admin.get(address, params=query)
            else:
                answer = await (admin.post if verb == "post" else admin.patch)(address, body)
            pressed[operation["operationId"]] = answer.status_code
    # a head's digest of the week exists by now; a mail that arrived is rightly not sent again; a rule is on until it was switched off
    assert {name: status for name, status in pressed.items() if status >= 400} == {
        "resend_message": 409,
        "unsuppress_contact": 409,  # nobody refused the address
        "send_my_code": 404,  # the administrator has no address
        "verify_my_contact": 404,
    }
    assert len(pressed) == 43
