"""Begin ladders for what stays overdue, climb them rung by rung, and end them when it is done.

A ladder is a row with the policy in it as it was at the start. Each rung is one transaction: the
check that the work is still owed, whom the rung found, their messages, and when the next one comes.
Any worker can go on where another stopped.
"""

from datetime import date, timedelta
from uuid import UUID

from services.notifications.domain import escalation as rules
from services.notifications.domain.escalation import Ladder, Rung, ladder_from
from services.notifications.domain.recipients import Recipient, resolve_above
from services.notifications.domain.rules import HEAD, OFFICER
from services.notifications.storage import escalations as stored_ladders
from services.notifications.storage import repositories as stored
from services.notifications.storage.escalation_tables import (
    Escalation,
    EscalationPolicy,
    EscalationStep,
)
from services.notifications.storage.tables import ObligationCopy
from services.notifications.use_cases.find_recipients import directory, reachable
from services.notifications.use_cases.house import House
from services.notifications.use_cases.plan_reminders import ground
from services.notifications.use_cases.tell_of_escalation import Found, tell
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork
from shared.working_calendar import WorkingCalendar

_LOOK_BACK_DAYS = 120  # a start further back than this is nobody's news any more


def ladder_of(policy: EscalationPolicy) -> dict[str, object]:
    """A policy as ladders keep it."""
    return {
        "code": policy.code,
        "version": policy.version,
        "name": policy.name,
        "start_after_days": policy.start_after_days,
        "steps": policy.steps,
        "at_time": f"{policy.at_time:%H:%M}",
    }


async def to_begin(uow: UnitOfWork, policy: EscalationPolicy, *, limit: int) -> list[UUID]:
    """The obligations a ladder of a policy is to begin for now.

    A policy looks forward: what was late enough before it was written stays with the reminders.
    """
    ladder, calendar = ladder_from(ladder_of(policy)), (await ground(uow)).calendar
    span = _span(uow, policy, ladder, calendar)
    if span is None:
        return []
    first, last = span
    found = await stored_ladders.without_ladder(
        uow.session, uow.tables, policy, first=first, last=last, limit=limit
    )
    return list(found)


def _span(
    uow: UnitOfWork, policy: EscalationPolicy, ladder: Ladder, calendar: WorkingCalendar
) -> tuple[date, date] | None:
    """The last days on time whose ladders start after the policy was written, up to now."""
    days = [uow.today() - timedelta(days=n) for n in range(_LOOK_BACK_DAYS, -1, -1)]
    starts = {day: ladder.start(day, calendar) for day in days}
    begun = [day for day in days if policy.created_at <= starts[day] <= uow.now()]
    return (begun[0], begun[-1]) if begun else None


async def begin_ladder(uow: UnitOfWork, policy: EscalationPolicy, obligation_id: UUID) -> None:
    """Begin a ladder for an obligation, with the policy as it is now."""
    obligation = await stored.lock_obligation(uow.session, obligation_id)
    if obligation is None or obligation.last_day is None:
        return
    snapshot = ladder_of(policy)
    start = ladder_from(snapshot).start(obligation.last_day, (await ground(uow)).calendar)
    uow.add(
        Escalation(
            policy_id=policy.id,
            obligation_id=obligation.id,
            deadline_revision=obligation.deadline_revision,
            unit_code=obligation.unit_code,
            ladder=snapshot,
            state=rules.WAITING,
            next_at=start,
        )
    )


async def climb(uow: UnitOfWork, escalation_id: UUID, *, house: House) -> bool:
    """Climb one rung of a ladder, or end it; False when there was nothing to do."""
    row = await uow.session.get(Escalation, escalation_id, with_for_update=True)
    if row is None:
        return False
    obligation = await stored.lock_obligation(uow.session, row.obligation_id)
    verdict = rules.judge(
        stored.duty_of(obligation) if obligation is not None else None,
        state=row.state,
        deadline_revision=row.deadline_revision,
        next_at=row.next_at,
        now=uow.now(),
    )
    if verdict.move == "end" or obligation is None:
        row.state, row.reason = verdict.state, verdict.reason
        row.next_at, row.ended_at = None, uow.now()
        return True
    if verdict.move == "climb":
        await _rung(uow, row, obligation, house=house)
        return True
    return False


async def _rung(
    uow: UnitOfWork, row: Escalation, obligation: ObligationCopy, *, house: House
) -> None:
    ladder, calendar = ladder_from(row.ladder), (await ground(uow)).calendar
    number = row.next_step
    row.unit_code = obligation.unit_code  # open work may have moved
    if number >= len(ladder.rungs):
        row.state, row.next_at = rules.EXHAUSTED, None
        return
    found = await _who(uow, obligation, ladder.rungs[number])
    step = EscalationStep(
        id=new_id(),
        escalation_id=row.id,
        number=number,
        role=ladder.rungs[number].role,
        planned_at=row.next_at or uow.now(),
        at=uow.now(),
        told=[one.record() for one in found],
    )
    await uow.save(step)
    await tell(uow, row, step, obligation, found, house=house)
    row.next_step = number + 1
    must_act = any(not one.informed for one in found)
    # a rung without people must not hold up the ladder
    following = ladder.following(number, uow.today(), calendar)
    row.next_at = following if must_act or following is None else uow.now()
    row.state = rules.EXHAUSTED if following is None else rules.WAITING


async def _who(uow: UnitOfWork, obligation: ObligationCopy, rung: Rung) -> list[Found]:
    """Whom a rung finds today: those who must act first, then those who are informed."""
    above = await stored_ladders.chain(uow.session, uow.tables, obligation.unit_code)
    people = await directory(uow.session, uow.tables, [obligation])

    def behind(role: str) -> list[Recipient]:
        if role in {OFFICER, HEAD}:
            return people.recipients(obligation, role, uow.today())
        return resolve_above(role, above=above.above, office=above.office)

    named = [(role, r) for role in (rung.role, *rung.inform) for r in behind(role)]
    reached = await reachable(uow.session, {r.person_id for _, r in named})
    found: dict[UUID, Found] = {}
    for role, recipient in named:
        for present in reached.present([recipient], uow.today()):
            found.setdefault(present.person_id, Found(present, role, informed=role != rung.role))
    return list(found.values())


async def end_answered(uow: UnitOfWork, *, limit: int, house: House) -> int:
    """End the ladders of what was done, moved or dropped since they last climbed; how many."""
    ids = await stored_ladders.ended_meanwhile(uow.session, limit=limit)
    for escalation_id in ids:
        await climb(uow, escalation_id, house=house)
    return len(ids)
