"""Who is behind a role? The assigned officer, else the unit's officers, else its head.

Roles become people when a reminder is sent, not when it is planned: people move (SPEC §6).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.notifications.domain.rules import HEAD, OFFICER

DEPUTY = "deputy"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works in the unit now."""

    person_id: UUID
    position: str | None


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person to tell, and how it was found that it is this one.

    `found_by`: assigned | unit_officers | unit_head | unit_deputies.
    """

    person_id: UUID
    found_by: str

    @property
    def leads(self) -> bool:
        """Whether the person is addressed as one who leads the unit."""
        return self.found_by in {"unit_head", "unit_deputies"}


def resolve(
    role: str,
    *,
    assigned: Sequence[UUID],
    members: Sequence[Member],
    gone: frozenset[UUID] = frozenset(),
) -> list[Recipient]:
    """The people behind a role of one obligation, each once; none when nobody is known.

    `assigned` are the people the obligation itself names for the role, `members` work in its unit,
    `gone` are known to have left. Somebody assigned who is not known yet counts as there.
    """
    named = [person for person in dict.fromkeys(assigned) if person not in gone]
    if named:
        return [Recipient(person, "assigned") for person in named]
    ladder = {
        OFFICER: (("officer", "unit_officers"), ("head", "unit_head"), (DEPUTY, "unit_deputies")),
        HEAD: (("head", "unit_head"), (DEPUTY, "unit_deputies")),
    }
    for position, found_by in ladder.get(role, ()):
        people = sorted(m.person_id for m in members if m.position == position)
        if people:
            return [Recipient(person, found_by) for person in people]
    return []
