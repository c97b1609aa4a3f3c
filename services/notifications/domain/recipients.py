"""Who is behind a role? The assigned officer, else the unit's officers, else its head.

Roles become people when a reminder is sent, not when it is planned: people move (SPEC §6).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.notifications.domain.rules import HEAD, OFFICER

DEPUTY = "deputy"
# roles above the unit: the deputy in charge (phó phụ trách), the director, the standing CCHC office
SUPERIOR_DEPUTY = "superior_deputy"
SUPERIOR_HEAD = "superior_head"
OFFICE = "office"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works in the unit now."""

    person_id: UUID
    position: str | None


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person to tell, and how it was found that it is this one.

    `found_by`: assigned | unit_officers | unit_head | unit_deputies | superior_deputies |
    superior_head | standing_office. `instead_of`: somebody away, whose stand-in this is.
    """

    person_id: UUID
    found_by: str
    instead_of: UUID | None = None

    @property
    def leads(self) -> bool:
        """Whether the person is addressed as one who leads the unit."""
        return self.found_by in {
            "unit_head", "unit_deputies", "superior_deputies", "superior_head"
        }  # fmt: skip


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


def with_stand_ins(
    found: Sequence[Recipient], stand_in_of: Callable[[UUID], UUID | None]
) -> list[Recipient]:
    """The same people, those who are away replaced by their stand-in (ủy quyền), each once.

    `stand_in_of` says who stands in for somebody, None for who is there. Where stand-ins are away
    in a circle the last one of it is told: somebody must be.
    """
    told: dict[UUID, Recipient] = {}
    for recipient in found:
        current, seen = recipient, {recipient.person_id}
        while (other := stand_in_of(current.person_id)) is not None and other not in seen:
            seen.add(other)
            current = replace(current, person_id=other, instead_of=recipient.person_id)
        told.setdefault(current.person_id, current)
    return list(told.values())


def resolve_above(
    role: str,
    *,
    above: Sequence[Sequence[Member]],
    office: Sequence[UUID],
) -> list[Recipient]:
    """The people behind a role further up: the nearest unit above that has such people decides.

    `above` are the members of the units above, the nearest first; `office` is the standing office.
    """
    if role == OFFICE:
        return [Recipient(person, "standing_office") for person in office]
    position, found_by = {
        SUPERIOR_DEPUTY: (DEPUTY, "superior_deputies"),
        SUPERIOR_HEAD: (HEAD, "superior_head"),
    }[role]
    for members in above:
        people = sorted(m.person_id for m in members if m.position == position)
        if people:
            return [Recipient(person, found_by) for person in people]
    return []
