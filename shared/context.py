"""What does one running service consist of, for its endpoints, consumers and jobs?"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import CollectorRegistry
from sqlalchemy import Select
from starlette.requests import Request

from shared.clock import Clock
from shared.files import FileStore
from shared.persistence.database import Database
from shared.persistence.platform_tables import PlatformTables
from shared.settings import Settings
from shared.unit_of_work import Actor, Doing, UnitOfWork, unit_of_work

ReadinessCheck = Callable[[], Awaitable[str | None]]


@dataclass(slots=True)
class ServiceContext:
    """One running service. `secret` signs cursors and links; `wake` tells the loops to look now,
    and whether there are events to send.
    """

    name: str
    database: Database
    tables: PlatformTables
    clock: Clock
    settings: Settings
    secret: bytes
    files: FileStore
    wake: Callable[[bool], None]
    # how to find an id for the examples in Swagger, by path parameter
    example_ids: Mapping[str, Select[Any]] = field(default_factory=dict)
    # each says None when fine, else the code of what is missing
    readiness: dict[str, ReadinessCheck] = field(default_factory=dict)
    # the same for what calls can do without, but not for long
    degraded: dict[str, ReadinessCheck] = field(default_factory=dict)
    metrics: CollectorRegistry = field(default_factory=CollectorRegistry)
    in_flight: set[tuple[str, str, str]] = field(default_factory=set)
    # keys and their holders as read a moment ago: (when, row) by key id
    known_keys: dict[str, tuple[float, Mapping[Any, Any]]] = field(default_factory=dict)

    def committed(self, uow: UnitOfWork) -> None:
        """What a commit means for what else runs here."""
        if uow.principals_changed:
            self.known_keys.clear()
        self.wake(uow.announced > 0)

    def unit_of_work(
        self, action: str, *, traceparent: str | None = None
    ) -> AbstractAsyncContextManager[UnitOfWork]:
        """A unit of work of the service itself: for events, jobs and the clock."""
        return unit_of_work(
            self.database,
            self.tables,
            self.clock,
            service=self.name,
            doing=Doing(Actor("service", self.name), action, traceparent=traceparent),
            on_commit=self.committed,
        )


def context_of(request: Request) -> ServiceContext:
    """The service a request came to."""
    context: ServiceContext = request.scope["app"].state.context
    return context
