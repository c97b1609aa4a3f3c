"""Does every error look the same, in the reader's language, and tell nothing it should not?"""

import re
from typing import Any

import pytest

from shared.settings import Settings
from shared.texts import preferred_language
from tests.support.api import Api
from tests.support.frozen_clock import FrozenClock
from tests.support.raw_asgi import call
from tests.support.toy_platform import EVERYWHERE, ToyPlatform, toy_platform

NOTES = "/plans/v1/notes"


def assert_is_problem(body: dict[str, Any], status: int, code: str) -> None:
    assert set(body) <= {"type", "title", "status", "detail", "code", "trace_id", "errors"}
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == f"urn:cchc:problem:{code}"
    assert re.fullmatch("[0-9a-f]{32}", body["trace_id"])
    assert body["title"]
    assert body["detail"]


async def test_a_field_error_points_at_its_place_and_does_not_repeat_the_value(boss: Api) -> None:
    body = {"unit_code": "T", "title": "x\u0000secret-value", "rank": "secret-value", "a/b~c": 1}
    answer = await boss.post(NOTES, body)
    assert answer.headers["content-type"] == "application/problem+json"
    assert_is_problem(answer.json(), 422, "invalid")
    found = {(e["pointer"], e["code"]) for e in answer.json()["errors"]}
    assert found == {
        ("/title", "control_characters"),
        ("/rank", "int_parsing"),
        ("/a~1b~0c", "extra_forbidden"),
    }
    assert "secret-value" not in answer.text


async def test_an_unknown_field_with_an_endless_name_is_cut_short(boss: Api) -> None:
    answer = await boss.post(NOTES, {"unit_code": "T", "title": "a", "x" * 10_000: 1})
    assert answer.status_code == 422
    assert len(answer.content) < 1000


async def test_a_thousand_errors_are_not_all_told(boss: Api) -> None:
    answer = await boss.post(NOTES, {f"x{n}": 1 for n in range(1000)})
    assert len(answer.json()["errors"]) == 50


async def test_a_fault_shows_nothing_of_itself(boss: Api) -> None:
    answer = await boss.get("/plans/v1/broken")
    assert_is_problem(answer.json(), 500, "unexpected")
    for inside in ("secret-in-the-stack", "RuntimeError", "Traceback", "toy_service", ".py"):
        assert inside not in answer.text
    assert answer.headers["x-request-id"] == answer.json()["trace_id"]
    assert answer.headers["content-language"] == "vi"


async def test_a_database_that_is_away_is_a_503_without_its_sql(boss: Api) -> None:
    answer = await boss.get("/plans/v1/no-database")
    assert_is_problem(answer.json(), 503, "database_unavailable")
    assert answer.headers["retry-after"] == "2"
    assert "SELECT" not in answer.text
    assert "disk" not in answer.text


async def test_every_language_has_its_words(boss: Api) -> None:
    vietnamese = await boss.get("/plans/v1/nowhere")
    english = await boss.get("/plans/v1/nowhere", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert vietnamese.headers["content-language"] == "vi"
    assert english.headers["content-language"] == "en"
    assert english.json()["title"] == "No such path"
    assert vietnamese.json()["title"] != english.json()["title"]
    assert vietnamese.json()["code"] == english.json()["code"] == "no_such_path"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "vi"), ("en", "en"), ("EN-us", "en"), ("vi", "vi"), ("fr", "vi"), ("fr, en;q=0.5", "en"),
        ("vi;q=0.5, en;q=0.8", "en"), ("en;q=0.5, vi;q=0.5", "en"), ("en;q=0", "vi"),
        ("en;q=0, fr", "vi"), ("*", "vi"), ("en;q=x", "vi"), ("en;q=" + "9" * 400, "en"),
        (";;;,,,", "vi"), ("," * 10_000 + "en", "vi"), ("en;q=1;x=y", "vi"), ("\u00e9", "vi"),
    ],
)  # fmt: skip
def test_the_reader_chooses_the_language(header: str, language: str) -> None:
    assert preferred_language(header) == language


async def test_a_trace_is_taken_over_from_the_caller(boss: Api) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    parent = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    answer = await boss.get("/plans/v1/nowhere", headers=parent)
    assert answer.headers["x-request-id"] == answer.json()["trace_id"] == trace


@pytest.mark.parametrize(
    "parent",
    ["", "x", f"00-{'0' * 32}-00f067aa0ba902b7-01", f"00-{'A' * 32}-00f067aa0ba902b7-01",
     f"00-{'a' * 31}-00f067aa0ba902b7-01", "00-" + "a" * 5000],
)  # fmt: skip
async def test_a_trace_that_is_none_is_replaced(boss: Api, parent: str) -> None:
    answer = await boss.get("/plans/v1/me", headers={"traceparent": parent})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])
    assert answer.headers["x-request-id"] not in parent or not parent


async def test_answers_are_neither_cached_nor_guessed_at(boss: Api) -> None:
    for path in ("/plans/v1/me", "/plans/v1/nowhere", "/plans/v1/broken"):
        headers = (await boss.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "id_", ["x", "5", "%00", "..%2f..%2fetc%2fpasswd", "{}", "é", "null", "-1", "a" * 5000]
)
async def test_an_id_that_cannot_exist_does_not_exist(boss: Api, id_: str) -> None:
    answer = await boss.get(f"{NOTES}/{id_}")
    assert (answer.status_code, answer.json()["code"]) in {
        (404, "not_found"),
        (404, "no_such_path"),
    }


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", NOTES, "GET, HEAD, OPTIONS, POST"),
        ("POST", f"{NOTES}/x", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        ("TRACE", NOTES, "GET, HEAD, OPTIONS, POST"),
        ("PROPFIND", NOTES, "GET, HEAD, OPTIONS, POST"),
        ("get", NOTES, "GET, HEAD, OPTIONS, POST"),
        ("DELETE", "/plans/v1/me", "GET, HEAD, OPTIONS"),
        ("PUT", "/plans/v1/notes:fail", "OPTIONS, POST"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(
    toy: ToyPlatform, method: str, path: str, allowed: str
) -> None:
    answer = await call(toy.app, method, path)
    assert_is_problem(answer.json, 405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


async def test_options_lists_the_methods(toy: ToyPlatform) -> None:
    answer = await call(toy.app, "OPTIONS", NOTES)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert (await call(toy.app, "OPTIONS", "/plans/v1/nowhere")).status == 404


async def test_head_is_get_without_the_body(boss: Api) -> None:
    for path in ("/plans/v1/me", NOTES, "/plans/v1/nowhere", "/plans/health/live", "/plans/docs"):
        got, headed = await boss.get(path), await boss.http.head(path)
        assert headed.status_code == got.status_code
        assert headed.content == b""
        for header in ("content-type", "content-length"):
            assert headed.headers[header] == got.headers[header]


@pytest.mark.parametrize(
    "path",
    [
        f"{NOTES}/",
        "/plans/v1//notes",
        "/plans//v1/notes",
        "/plans/v1/notes/x/y",
        "/plans/V1/notes",
        "/plans/v1/notes%2F",
    ],
)
async def test_a_path_is_itself_and_nothing_like_it(boss: Api, path: str) -> None:
    """No redirects: a POST would lose its body on the way."""
    answer = await boss.get(path)
    assert (answer.status_code, answer.json()["code"]) in {
        (404, "no_such_path"),
        (404, "not_found"),
    }


async def test_a_foreign_method_override_changes_nothing(boss: Api) -> None:
    answer = await boss.get(NOTES, headers={"X-HTTP-Method-Override": "DELETE"})
    assert answer.status_code == 200


async def test_requests_are_counted_by_route_and_not_by_url_or_invented_method(
    settings: Settings, clock: FrozenClock
) -> None:
    uncounted = settings.model_copy(update={"log_level": "ERROR"})  # an app of its own
    async with toy_platform(uncounted, clock) as toy, Api(toy, await toy.caller(EVERYWHERE)) as api:
        note = await api.ok("POST", NOTES, {"unit_code": "T", "title": "a"})
        for id_ in (note["id"], "x", "y"):
            await api.get(f"{NOTES}/{id_}")
        for n in range(5):
            await call(toy.app, f"INVENTED{n}", NOTES)
            await call(toy.app, "GET", f"/plans/v1/invented{n}")
        shown = (await api.get("/plans/metrics")).text
    assert "invented" not in shown.lower()
    assert note["id"] not in shown
    assert 'method="other"' in shown
    assert re.search(
        r'cchc_http_requests_total\{method="GET",route="[^"]*/notes/\{note_id\}",status="200"\} 1',
        shown,
    )
    assert re.search(
        r'cchc_http_requests_total\{method="GET",route="other",status="404"\} 5', shown
    )
    assert re.search(
        r'cchc_http_request_seconds_count\{method="POST",route="[^"]*/notes"\} 1', shown
    )


async def test_the_health_of_a_service_is_open_to_the_machines_that_ask(toy: ToyPlatform) -> None:
    async with Api(toy, None) as nobody:
        assert (await nobody.get("/plans/health/live")).json() == {"status": "live"}
        assert (await nobody.get("/plans/metrics")).status_code == 200

        async def missing() -> str | None:
            return "schema_outdated"

        async def fine() -> str | None:
            return None

        toy.context.readiness.clear()
        toy.context.readiness.update(schema=missing, admin_key=fine)
        starting = await nobody.get("/plans/health/ready")
        assert (starting.status_code, starting.json()["status"]) == (503, "starting")
        assert [c["ok"] for c in starting.json()["checks"]] == [False, True]
        toy.context.readiness["schema"] = fine
        ready = await nobody.get("/plans/health/ready")
        assert (ready.status_code, ready.json()["status"]) == (200, "ready")
