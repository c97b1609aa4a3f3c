"""Who may do what, where? Role x action x unit subtree, decided in one function: `reach`.

A right is an action at a unit and everything below it. Systems have scopes instead of roles: a
scope is the name of an action, or `area.*` for all actions of an area.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """Roles of people (vai trò)."""

    ADMIN = "admin"  # quản trị hệ thống
    COORDINATOR = "coordinator"  # bộ phận thường trực CCHC
    HEAD = "head"  # thủ trưởng đơn vị
    OFFICER = "officer"  # cán bộ, công chức
    APPRAISER = "appraiser"  # người thẩm định
    VIEWER = "viewer"  # người xem


READS = frozenset(
    {
        "organisation.read",
        "calendar.read",
        "plans.read",
        "tasks.read",
        "criteria.read",
        "rounds.read",
        "reminders.read",
    }
)
_VIEWER = READS | {"scores.read"}  # a unit's sheet; appraisers see only the criteria they hold
_OFFICER = _VIEWER | {"tasks.report", "scores.write", "files.write", "messages.read"}
_HEAD = _OFFICER | {"tasks.verify", "plans.write", "contacts.read"}
_COORDINATOR = _HEAD | {
    "plans.issue",
    "organisation.write",
    "calendar.write",
    "contacts.write",
    "rules.write",
    "criteria.write",
    "rounds.write",
    "scores.appraise",
    "changes.read",
    "audit.read",
}
_ADMIN = _COORDINATOR | {"keys.manage", "events.operate", "messages.operate", "sandbox.clock"}

ROLE_ACTIONS: Mapping[Role, frozenset[str]] = {
    Role.ADMIN: frozenset(_ADMIN),
    Role.COORDINATOR: frozenset(_COORDINATOR),
    Role.HEAD: frozenset(_HEAD),
    Role.OFFICER: frozenset(_OFFICER),
    Role.APPRAISER: frozenset(READS | {"scores.appraise", "files.write"}),
    Role.VIEWER: frozenset(_VIEWER),
}
ACTIONS: frozenset[str] = frozenset().union(*ROLE_ACTIONS.values())


@dataclass(frozen=True, slots=True)
class Grant:
    """A role (people) or scopes (systems) at a unit and below; `unit_code` None = everywhere."""

    unit_code: str | None
    role: Role | None = None
    scopes: frozenset[str] = frozenset()

    def allows(self, action: str) -> bool:
        if self.role is not None and action in ROLE_ACTIONS[self.role]:
            return True
        return action in self.scopes or f"{action.split('.', maxsplit=1)[0]}.*" in self.scopes


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking: a person or a system, with what it was granted."""

    id: UUID
    kind: str  # "person" | "system"
    name: str
    unit_code: str | None
    grants: tuple[Grant, ...] = ()
    key_id: str | None = None

    @property
    def is_system(self) -> bool:
        return self.kind == "system"


@dataclass(frozen=True, slots=True)
class Reach:
    """Where an action is allowed: everywhere, or at these units and all below them."""

    everywhere: bool = False
    roots: frozenset[str] = field(default_factory=frozenset)

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.roots)


def reach(principal: Principal, action: str) -> Reach:
    """The one decision about rights; every query and every command goes through it.

    :raises ValueError: for an action nobody defined (a typing slip must not deny silently).
    """
    if action not in ACTIONS:
        raise ValueError(f"unknown action {action!r}")
    granting = [grant for grant in principal.grants if grant.allows(action)]
    if any(grant.unit_code is None for grant in granting):
        return Reach(everywhere=True)
    return Reach(roots=frozenset(g.unit_code for g in granting if g.unit_code is not None))


def valid_scopes() -> frozenset[str]:
    """Every scope a system key may carry."""
    return ACTIONS | {f"{action.split('.', maxsplit=1)[0]}.*" for action in ACTIONS}
