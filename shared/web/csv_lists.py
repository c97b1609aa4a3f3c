"""How does a list become a spreadsheet? `Accept: text/csv` on any list, or `?format=csv`."""

import csv
import io
import json
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-][0-9]+(\.[0-9]+)?")
_BOM = "\ufeff"  # Excel reads UTF-8 only when it is told so


def wants_csv(request: Request) -> bool:
    """Whether the caller asked for CSV."""
    accept = request.headers.get("accept", "")
    return request.query_params.get("format") == "csv" or accept.startswith("text/csv")


def is_list(response: Response) -> bool:
    """Whether an answer is a page of a list."""
    return response.status_code == HTTPStatus.OK and bytes(response.body).startswith(b'{"items":')


def list_as_csv(request: Request, response: Response) -> Response:
    """A page as CSV: a column per field, nested values as JSON, no live formulas.

    The next page is in the `Link` header (RFC 8288), as CSV has no place for a cursor.
    """
    page = json.loads(bytes(response.body))
    items, next_cursor = page["items"], page.get("next_cursor")
    out = io.StringIO()
    columns = list(items[0]) if items else []
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(item.get(column)) for column in columns] for item in items)
    asked = [(k, v) for k, v in request.query_params.multi_items() if k != "cursor"]
    following = urlencode([*asked, ("cursor", next_cursor)])
    headers = {"Link": f'<?{following}>; rel="next"'} if next_cursor else {}
    return Response(_BOM + out.getvalue(), headers=headers, media_type="text/csv; charset=utf-8")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    content = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    harmless = not content.startswith(_FORMULA) or _NUMBER.fullmatch(content)
    return content if harmless else f"'{content}"
