"""What is a service? Data: its routers, handlers, jobs, tables. Read services/*/service.py first."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from sqlalchemy import MetaData, Select

from shared.context import ServiceContext
from shared.jobs.periodic import PeriodicJob
from shared.jobs.queue import JobHandler
from shared.messaging.subscriptions import Subscriptions
from shared.persistence.platform_tables import PlatformTables

Prepare = Callable[[ServiceContext], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Service:
    """The manifest of one service."""

    name: str
    metadata: MetaData
    tables: PlatformTables
    migrations: Path
    routers: Sequence[APIRouter]
    subscriptions: Subscriptions
    periodic: Sequence[PeriodicJob] = ()
    job_handlers: Mapping[str, JobHandler] = field(default_factory=dict)
    # parameter, or operation.parameter → a query for an id that makes the examples in Swagger work
    example_ids: Mapping[str, Select[Any]] = field(default_factory=dict)
    examples: Path | None = None
    # after migrations: reference data that belongs to the code
    prepare: Prepare | None = None
