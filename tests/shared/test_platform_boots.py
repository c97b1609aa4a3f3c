"""Does the bare house stand?"""

from services.embedded import Platform
from tests.support.api import Api


async def test_every_service_is_ready_after_the_first_start(admin: Api) -> None:
    for service in ("plans", "scoring", "notifications"):
        answer = await admin.get(f"/{service}/health/ready")
        assert (answer.status_code, answer.json()["status"]) == (200, "ready")


async def test_the_administrator_is_known_to_every_service(admin: Api) -> None:
    for service in ("plans", "scoring", "notifications"):
        me = await admin.ok("GET", f"/{service}/v1/me")
        assert me["grants"] == [{"unit_code": None, "role": "admin", "scopes": []}]


async def test_the_key_file_is_private(admin: Api, running: Platform) -> None:
    mode = (running.settings.data_dir / "admin.key").stat().st_mode & 0o777
    assert mode == 0o600


async def test_a_path_that_takes_another_method_names_the_methods_it_takes(admin: Api) -> None:
    answer = await admin.post("/plans/v1/me")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert answer.json()["code"] == "method_not_allowed"
