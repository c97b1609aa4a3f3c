"""How does a test tell the notifications service something? As plans would: by event."""

from collections import Counter
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.embedded import Platform
from shared.contracts.base import Event
from shared.contracts.obligation import Assignee, Obligation
from shared.contracts.plans import (
    CalendarDayData,
    CalendarYearChanged,
    ObligationChanged,
    PrincipalChanged,
    UnitChanged,
)
from shared.ids import new_id
from shared.messaging.envelope import wrap
from shared.working_calendar import end_of_day


def obligation(due_on: str | None, **changes: Any) -> Obligation:
    """An open task of the office (VP) that is due on a day."""
    due = date.fromisoformat(due_on) if due_on else None
    values: dict[str, Any] = {
        "id": new_id(),
        "revision": 1,
        "deadline_revision": 1,
        "source": "plans/1205/KH-SVHTT",
        "kind": "task",
        "subject_url": "/plans/v1/obligations/018f6b1e-6c1a-7000-8000-000000000009",
        "title": "Rà soát, đơn giản hóa thủ tục hành chính",
        "unit_code": "VP",
        "assignees": (Assignee(role="lead", unit_code="VP"),),
        "starts_on": None,
        "due_on": due,
        "due_text": f"Trước ngày {due:%d/%m/%Y}" if due else "Thường xuyên",
        "on_time_until": end_of_day(due) if due else None,
        "locks_at": None,
        "state": "open",
    }
    return Obligation(**(values | changes))


def moved(old: Obligation, due_on: str, **changes: Any) -> Obligation:
    """The same obligation with another deadline."""
    due = date.fromisoformat(due_on)
    return changed(
        old,
        deadline_revision=old.deadline_revision + 1,
        due_on=due,
        on_time_until=end_of_day(due),
        **changes,
    )


def changed(old: Obligation, **changes: Any) -> Obligation:
    """The next revision of an obligation."""
    return old.model_copy(update={"revision": old.revision + 1, **changes})


class Publisher:
    """Stands in for plans: hands events to the notifications service's inbox."""

    def __init__(self, running: Platform) -> None:
        self._running = running
        self._service = running.services["notifications"]
        # far beyond what the real plans service has announced at its start
        self._sequences: Counter[str] = Counter()

    async def send(self, *events: Event) -> None:
        """Deliver events without having them handled yet."""
        await self._service.inbox.receive([self.body(event) for event in events])

    def body(self, event: Event) -> bytes:
        """An event as it arrives on the wire."""
        aggregate = f"{event.stream}/{event.aggregate_id}"
        self._sequences[aggregate] += 1
        return (
            wrap(
                event,
                message_id=new_id(),
                source="plans",
                sequence=1000 + self._sequences[aggregate],
                at=self._running.clock.now(),
                traceparent=None,
            )
            .to_json()
            .encode()
        )

    async def tell(self, *obligations: Obligation) -> None:
        """Announce obligations and let everything that follows happen."""
        await self.send(*(ObligationChanged(obligation=one) for one in obligations))
        await self._running.settle()

    async def unit(self, code: str, *, within: str | None = None, name: str | None = None) -> None:
        path = f"/{within}/{code}/" if within else f"/{code}/"
        await self.send(
            UnitChanged(
                code=code,
                name=name or f"Đơn vị {code}",
                parent_code=within,
                path=path,
                active=True,
                revision=1,
            )
        )
        await self._running.settle()

    async def person(
        self, unit_code: str, position: str, *, person_id: UUID | None = None, active: bool = True
    ) -> UUID:
        """Somebody who works in a unit; the id."""
        known = person_id or new_id()
        await self.send(
            PrincipalChanged(
                id=known,
                kind="person",
                name="",
                unit_code=unit_code,
                position=position,
                active=active,
                grants=(),
                keys=(),
                revision=1,
            )
        )
        await self._running.settle()
        return known

    async def holiday(self, *days: str, name: str = "Nghỉ lễ") -> None:
        """Declare days off; the whole calendar of their year is replaced."""
        dates = [date.fromisoformat(day) for day in days]
        await self.send(
            CalendarYearChanged(
                year=dates[0].year,
                days=tuple(
                    CalendarDayData(
                        date=day, kind="holiday", name=name, document="", provisional=False
                    )
                    for day in dates
                ),
            )
        )
        await self._running.settle()


def local(instant: str) -> datetime:
    """An ISO instant as an aware datetime."""
    return datetime.fromisoformat(instant)
