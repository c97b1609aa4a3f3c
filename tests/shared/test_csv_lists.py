"""Can any list be opened in a spreadsheet, safely?"""

import csv
import io
import re
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from tests.support.api import Api
from tests.support.toy_platform import ToyPlatform

LIST = "/plans/v1/notes"
CSV = {"Accept": "text/csv"}


async def write(api: Api, *titles: str) -> None:
    for title in titles:
        await api.ok("POST", LIST, {"unit_code": "T", "title": title})


def table(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_a_list_is_csv_on_request_by_header_or_parameter(boss: Api) -> None:
    await write(boss, 'Kế hoạch "năm", quý I')
    by_header = await boss.get(LIST, headers=CSV)
    by_parameter = await boss.get(LIST, params={"format": "csv"})
    assert by_header.content == by_parameter.content
    [row] = table(by_header)
    assert row["title"] == 'Kế hoạch "năm", quý I'
    assert (row["revision"], row["parent_id"]) == ("1", "")
    assert (await boss.get(LIST)).headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "formula",
    ["=1+1", "+1+1", "-2+3", "@SUM(A1)", '=HYPERLINK("http://x")', "＝1", "＋1", "－1", "＠a", "=cmd|' /C calc'!A0"],
)  # fmt: skip
async def test_no_cell_is_a_live_formula(boss: Api, formula: str) -> None:
    await write(boss, formula)
    [row] = table(await boss.get(LIST, headers=CSV))
    assert row["title"] == f"'{formula}"


@pytest.mark.parametrize("plain", ["-5", "-0.25", "+7", "a=b", "1-2", "x@y"])
async def test_plain_numbers_and_words_stay_as_they_are(boss: Api, plain: str) -> None:
    await write(boss, plain)
    [row] = table(await boss.get(LIST, headers=CSV))
    assert row["title"] == plain


async def test_nested_values_are_json_in_their_cell(toy: ToyPlatform, boss: Api) -> None:
    await write(boss, "ghi chú")
    rows = table(await boss.get("/plans/v1/audit", headers=CSV))
    assert any(
        re.match(r'\[\{"resource": "notes", "id": "[0-9a-f-]{36}"', r["touched"]) for r in rows
    )


async def test_an_empty_list_is_an_empty_table(boss: Api) -> None:
    answer = await boss.get(LIST, headers=CSV)
    assert table(answer) == []


async def test_the_link_leads_to_the_next_page_with_the_same_filters(boss: Api) -> None:
    await write(boss, "mục a", "mục b", "mục c", "khác")
    query: dict[str, Any] = {"q": "muc", "sort": "-title", "limit": "2"}
    titles = []
    while query:
        answer = await boss.get(LIST, params=query, headers=CSV)
        titles += [row["title"] for row in table(answer)]
        link = answer.headers.get("link", "")
        query = dict(parse_qsl(link[2:].partition(">")[0]))
        assert not link or link.endswith('>; rel="next"')
    assert titles == ["mục c", "mục b", "mục a"]


async def test_what_is_no_list_stays_json(boss: Api) -> None:
    assert (await boss.get("/plans/v1/me", headers=CSV)).headers[
        "content-type"
    ] == "application/json"
    problem = await boss.get(f"{LIST}?limit=0", headers=CSV)
    assert problem.headers["content-type"] == "application/problem+json"
