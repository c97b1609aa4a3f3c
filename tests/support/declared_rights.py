"""Which right does each endpoint ask for? Read from the code, for the matrix and for docs/rights.md.

`python -m tests.support.declared_rights --write` writes the document again.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from services.notifications.service import service as notifications
from services.plans.service import service as plans
from services.scoring.service import service as scoring
from shared.rights import ACTIONS, ROLE_ACTIONS, Role
from shared.runtime.service import Service
from shared.texts import text
from shared.web import event_routes, health, platform_routes
from shared.web.auth import Allowed, Known

SERVICES: tuple[Service, ...] = (plans, scoring, notifications)
DOCUMENT = Path(__file__).parents[2] / "docs" / "rights.md"
VIETNAMESE = {
    Role.ADMIN: "quản trị hệ thống",
    Role.COORDINATOR: "bộ phận thường trực CCHC",
    Role.HEAD: "thủ trưởng đơn vị",
    Role.OFFICER: "cán bộ, công chức",
    Role.APPRAISER: "người thẩm định",
    Role.VIEWER: "người xem",
}

# what belongs to no unit: whoever has the right anywhere has it for all of it
UNITLESS = frozenset(
    {
        "get_calendar_year",
        "list_period_schemes",
        "list_periods",
        "parse_written_deadline",
        "get_clock",
        "list_criteria_sets",
        "get_criteria_set",
        "evaluate_criteria_set",
        "list_criteria_mappings",
    }
)


@dataclass(frozen=True, slots=True)
class Declared:
    """An endpoint and what it asks of its caller."""

    service: str
    operation_id: str
    method: str
    path: str
    actions: tuple[str, ...]  # more than one would be a fault, none is for the listed exceptions
    everywhere: bool  # the right must reach the whole installation
    open_to_known: bool  # any caller with a key, whatever their rights
    public: bool  # no key at all


def declared() -> list[Declared]:
    """Every endpoint of every service."""
    return [found for service in SERVICES for found in _of(service)]


def _of(service: Service) -> Iterator[Declared]:
    common = (platform_routes.router, event_routes.router, event_routes.questions)
    for router in (health.router, *common, *service.routers):
        prefix = f"/{service.name}" if router is health.router else f"/{service.name}/v1"
        for route in router.routes:
            assert isinstance(route, APIRoute), route
            calls = list(_calls(route.dependant))
            yield Declared(
                service=service.name,
                operation_id=route.operation_id or route.name,
                method=min(route.methods),
                path=prefix + route.path,
                actions=tuple(call.action for call in calls if isinstance(call, Allowed)),
                everywhere=any(map(_asks_for_everywhere, (route.endpoint, *calls))),
                open_to_known=Known.__metadata__[0].dependency in calls,
                public=router is health.router,
            )


def _calls(dependant: Dependant) -> Iterator[Any]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)


def _asks_for_everywhere(call: Any) -> bool:
    """Whether the body of an endpoint or of what it depends on insists on it, whatever the input."""
    if not inspect.isfunction(call):
        return False
    [function] = ast.parse(textwrap.dedent(inspect.getsource(call))).body
    assert isinstance(function, ast.AsyncFunctionDef | ast.FunctionDef)
    return any(
        isinstance(step, ast.Expr)
        and isinstance(step.value, ast.Call)
        and isinstance(step.value.func, ast.Attribute)
        and step.value.func.attr == "require_everywhere"
        for step in function.body
    )


def document() -> str:
    """docs/rights.md as the code has it."""
    lines = [
        "# Rights",
        "",
        "Generated from the code by `python -m tests.support.declared_rights --write`; a test keeps it current.",
        "",
        "A right is an action at a unit and everything below it (`shared/rights.py`). People have roles,",
        "systems have scopes: the name of an action, or `area.*`. What lies outside a caller's reach does not",
        "exist for them (404); an action they have nowhere is refused (403) and put on record.",
        "",
        "## Roles",
        "",
        "| action | " + " | ".join(f"{role.value}<br>{VIETNAMESE[role]}" for role in Role) + " |",
        "|---|" + "---|" * len(Role),
    ]
    for action in sorted(ACTIONS):
        marks = ["✓" if action in ROLE_ACTIONS[role] else "" for role in Role]
        lines.append(f"| `{action}` | " + " | ".join(marks) + " |")
    for service in SERVICES:
        lines += ["", f"## {text(f'services.{service.name}.title', language='en')}", ""]
        lines += ["| endpoint | right | where |", "|---|---|---|"]
        lines += [_line(found) for found in _of(service)]
    return "\n".join(lines) + "\n"


def _line(found: Declared) -> str:
    right = ", ".join(f"`{action}`" for action in found.actions)
    where = "the whole installation" if found.everywhere else "own units"
    if found.operation_id in UNITLESS:
        where = "belongs to no unit"
    if found.open_to_known:
        right, where = "any key", "oneself"
    if found.public:
        right, where = "no key", ""
    return f"| `{found.method} {found.path}` | {right} | {where} |"


if __name__ == "__main__":
    if "--write" in sys.argv:
        DOCUMENT.write_text(document(), encoding="utf-8")
    else:
        print(document())  # noqa: T201 - what was asked for
