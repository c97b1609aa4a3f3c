"""How is long work done behind a 202? A row that says what to do, and later what came of it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, insert, select, update

from shared.context import ServiceContext
from shared.crash_points import crash_point
from shared.errors import Problem
from shared.ids import new_id
from shared.texts import text
from shared.unit_of_work import UnitOfWork

MAX_ATTEMPTS = 3
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What a handler returns to go on in another transaction: what is committed is never done again."""

    payload: dict[str, Any]


JobHandler = Callable[
    [ServiceContext, UnitOfWork, dict[str, Any]], Awaitable[dict[str, Any] | Unfinished]
]


class Overtaken(Exception):
    """Another worker took this piece of work over while we were frozen or cut off."""


async def enqueue(
    uow: UnitOfWork, kind: str, payload: dict[str, Any], *, principal_id: UUID
) -> UUID:
    """Ask for a piece of work; it begins after the commit. The id is that of its job resource."""
    job_id = new_id()
    row = {
        "id": job_id,
        "kind": kind,
        "principal_id": principal_id,
        "state": "queued",
        "payload": payload,
        "created_at": uow.now(),
    }
    uow.queued = True
    await uow.session.execute(insert(uow.tables.jobs), [row])
    return job_id


async def requeue_interrupted(context: ServiceContext) -> None:
    """At start: what was running when the process died is queued again, unless it dies of it."""
    t = context.tables.jobs
    async with context.database.writing() as session:
        await session.execute(
            update(t)
            .where(t.c.state == "running", t.c.attempts >= MAX_ATTEMPTS)
            .values(
                state="failed",
                problem=_kept(Problem("unexpected")),
                revision=t.c.revision + 1,
                finished_at=context.clock.now(),
            )
        )
        await session.execute(update(t).where(t.c.state == "running").values(state="queued"))
        await session.commit()


async def run_next(context: ServiceContext, handlers: Mapping[str, JobHandler]) -> int:
    """Do the oldest queued piece of work; 1 if there was one."""
    job = await _claim(context)
    if job is None:
        return 0
    try:
        async with context.unit_of_work(f"job {job['kind']}") as uow:
            result = await handlers[job["kind"]](context, uow, job["payload"])
            if isinstance(result, Unfinished):
                outcome = _further(context, job, result)
            else:
                outcome = _outcome(context, job, "succeeded", result=result)
            recorded = await uow.session.execute(outcome.returning(context.tables.jobs.c.id))
            if recorded.first() is None:
                raise Overtaken(str(job["id"]))
            crash_point("job.finishing")
        crash_point("job.finished")
    except asyncio.CancelledError:
        # a stop, not a failure: nobody counts it, and the next leader begins again
        await _hand_back(context, job)
        raise
    except Overtaken:
        log.warning("job_overtaken", kind=job["kind"], job_id=str(job["id"]))
    except Problem as problem:
        # the caller's fault or a known state: trying again would not help
        await _record(context, job, "failed", problem=problem)
    except Exception as error:
        log.error("job_failed", kind=job["kind"], job_id=str(job["id"]), exc_info=error)
        given_up = job["attempts"] + 1 >= MAX_ATTEMPTS
        await _record(
            context,
            job,
            "failed" if given_up else "queued",
            problem=Problem("unexpected") if given_up else None,
        )
    return 1


async def _claim(context: ServiceContext) -> dict[str, Any] | None:
    t = context.tables.jobs
    async with context.database.reading() as session:
        waiting = await session.scalar(select(t.c.id).where(t.c.state == "queued").limit(1))
    if waiting is None:
        return None
    async with context.database.writing() as session:
        row = (
            (
                await session.execute(
                    select(t)
                    .where(t.c.state == "queued")
                    .order_by(t.c.id)
                    .limit(1)
                    .with_for_update(skip_locked=True)
                )
            )
            .mappings()
            .first()
        )
        if row is None:
            return None
        await session.execute(
            update(t)
            .where(t.c.id == row["id"])
            .values(
                state="running",
                attempts=t.c.attempts + 1,
                revision=t.c.revision + 1,
                started_at=context.clock.now(),
            )
        )
        crash_point("job.claiming")
        await session.commit()
        crash_point("job.claimed")
        return dict(row)


def _outcome(
    context: ServiceContext,
    job: Mapping[str, Any],
    state: str,
    *,
    result: dict[str, Any] | None = None,
    problem: Problem | None = None,
) -> Any:
    t = context.tables.jobs
    return (
        update(t)
        .where(*_still_ours(context, job))
        .values(
            state=state,
            result=json.loads(json.dumps(result, default=str)),
            problem=problem and _kept(problem),
            revision=t.c.revision + 1,
            finished_at=context.clock.now() if state != "queued" else None,
        )
    )


def _further(context: ServiceContext, job: Mapping[str, Any], rest: Unfinished) -> Any:
    t = context.tables.jobs
    return (
        update(t)
        .where(*_still_ours(context, job))
        .values(state="queued", payload=rest.payload, attempts=0, revision=t.c.revision + 1)
    )


def _still_ours(context: ServiceContext, job: Mapping[str, Any]) -> tuple[ColumnElement[bool], ...]:
    """Whether nobody has taken the piece of work over: each who claims it raises its attempts."""
    t = context.tables.jobs
    return t.c.id == job["id"], t.c.state == "running", t.c.attempts == job["attempts"] + 1


async def _record(
    context: ServiceContext, job: Mapping[str, Any], state: str, *, problem: Problem | None
) -> None:
    async with context.database.writing() as session:
        await session.execute(_outcome(context, job, state, problem=problem))
        await session.commit()


async def _hand_back(context: ServiceContext, job: Mapping[str, Any]) -> None:
    t = context.tables.jobs
    async with context.database.writing() as session:
        await session.execute(
            update(t)
            .where(*_still_ours(context, job))
            .values(state="queued", attempts=job["attempts"], revision=t.c.revision + 1)
        )
        await session.commit()


def told_problem(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What went wrong with a job, in the language of whoever asks now."""
    code = kept["code"]
    return {
        "code": code,
        "status": kept["status"],
        "title": text(f"problems.{code}.title"),
        "detail": text(f"problems.{code}.detail", **kept["values"]),
    }


def _kept(problem: Problem) -> dict[str, Any]:
    values = json.loads(json.dumps(problem.values, default=str))
    return {"code": problem.code, "status": problem.status, "values": values}
