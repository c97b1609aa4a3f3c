"""Do the pages open in a closed network, in both languages, and load nothing from elsewhere?"""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx
import pytest

from tests.support.api_document import SERVICES
from tests.support.sample_world import World

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("documents")]
PAGES = ("/", "/asyncapi", *(f"/{service}/docs" for service in SERVICES))
every_page = pytest.mark.parametrize("path", PAGES)


class Links(HTMLParser):
    """Everything a page loads, and everything it leads to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.leads_to: list[str] = []
        self.inline = ""
        self._in_script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._in_script = tag == "script" and "src" not in given
        if tag in {"script", "img", "iframe"} and "src" in given:
            self.loaded.append(given["src"])
        if tag == "link":
            self.loaded.append(given["href"])
        if tag == "a":
            self.leads_to.append(given["href"])

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.inline += data


async def page(world: World, path: str, **headers: str) -> httpx.Response:
    async with world.admin.as_key(None) as visitor:
        answer = await visitor.get(path, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer


@every_page
async def test_a_page_loads_only_what_is_served_here(world: World, path: str) -> None:
    answer = await page(world, path)
    links = Links(answer.text)
    assert links.loaded
    for address in links.loaded:
        assert address.startswith("/"), f"{path} loads {address}"
        assert not address.startswith("//")
        asset = await world.admin.get(address)
        assert asset.status_code == 200, address
        assert len(asset.content) > 50, address
    assert not links.inline.strip(), "scripts are files, so that the policy can refuse all others"
    assert not re.findall(r"https?://(?!www\.w3\.org/)", answer.text)


@every_page
async def test_every_link_of_a_page_leads_somewhere(world: World, path: str) -> None:
    for address in Links((await page(world, path)).text).leads_to:
        target = urljoin(path, address)
        found = await world.admin.http.get(target, follow_redirects=True)
        assert found.status_code == 200, f"{path} → {target}"


@every_page
async def test_a_policy_keeps_everything_else_out(world: World, path: str) -> None:
    policy = (await page(world, path)).headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'self'"
    assert "script-src" not in rules or rules["script-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"
    assert "http:" not in policy
    assert "unsafe-eval" not in policy


@every_page
async def test_a_page_is_vietnamese_until_english_is_chosen(world: World, path: str) -> None:
    vietnamese = await page(world, path)
    office_pc = await page(world, path, **{"Accept-Language": "en-US,en;q=0.9"})
    english = await page(world, f"{path}?lang=en")
    assert '<html lang="vi">' in vietnamese.text
    assert '<html lang="vi">' in office_pc.text, "an English Windows is no choice of language"
    assert '<html lang="en">' in english.text
    nonsense = await page(world, f"{path}?lang=x'><script>")
    assert '<html lang="vi">' in nonsense.text
    assert "<script>" not in nonsense.text


@pytest.mark.parametrize("service", SERVICES)
async def test_the_bundled_swagger_asks_no_outside_server(world: World, service: str) -> None:
    ours = (await world.admin.get(f"/{service}/_ours/docs.js")).text
    assert "validatorUrl: null" in ours
    assert "http://" not in ours.replace("http://www.w3.org", "")
    assert "https://" not in ours
    assert "/openapi.json" in ours


async def test_the_service_root_leads_to_its_page(world: World) -> None:
    for service in SERVICES:
        answer = await world.admin.http.get(f"/{service}/")
        assert (answer.status_code, answer.headers["location"]) == (307, f"/{service}/docs")


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/plan", "/PLANS/docs", "/plans", "/plans/_assets/nothing.js", "/plans/_assets/../../app.py",
     "/plans/_assets/%2e%2e/%2e%2e/app.py", "/plans/_ours/..%2fdocs.py", "/plans/_assets/", "/redoc", "/docs",
     "/openapi.json", "/favicon.ico", "/%00", "/\u1ebf", "/plans/redoc", "/plans/docs/oauth2-redirect"],
)  # fmt: skip
async def test_what_is_not_there_is_a_plain_404(world: World, path: str) -> None:
    answer = await world.admin.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] in {"no_such_path", "not_found"}
