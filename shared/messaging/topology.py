"""Which exchange, queues and bindings does RabbitMQ need? One topic exchange, one queue a service.

The routing key is the stream. A queue's arguments can never be changed, so its name carries a
version: other arguments mean another name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.contracts import SUBSCRIPTIONS

# Deliveries are only ever returned by a lost connection or a crash, never by us, so this counts
# those. RabbitMQ before 4.0 has no limit of its own; 4.x has 20, too few for a worker that crashes
# again and again while its database is away: its messages would leave the queue.
DELIVERY_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Queue:
    """A durable queue: its name, its arguments, and the streams bound to it."""

    name: str
    arguments: Mapping[str, Any]
    streams: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Topology:
    """All that is declared. `namespace` keeps several installations on one broker apart."""

    namespace: str = "cchc"
    subscriptions: Mapping[str, frozenset[str]] = field(default_factory=lambda: SUBSCRIPTIONS)

    @property
    def exchange(self) -> str:
        """The topic exchange every event goes to."""
        return f"{self.namespace}.events"

    @property
    def dead_letter_exchange(self) -> str:
        """The direct exchange for what a queue gave up on."""
        return f"{self.namespace}.dead-letters"

    @property
    def consumers(self) -> list[str]:
        """The services that listen to anything."""
        return sorted(name for name, streams in self.subscriptions.items() if streams)

    def queue(self, consumer: str) -> Queue:
        """The queue of a service: quorum, nothing dropped, what cannot be delivered kept aside.

        Dead-lettering is at-least-once only together with reject-publish; there is no max-length,
        so nothing is ever rejected for that reason. Of several copies of a service one consumes and
        the others stand by: two at once would mix up the order within an aggregate.
        """
        return Queue(
            name=f"{self.namespace}.{consumer}.v1",
            arguments={
                "x-queue-type": "quorum",
                "x-single-active-consumer": True,
                "x-delivery-limit": DELIVERY_LIMIT,
                "x-overflow": "reject-publish",
                "x-dead-letter-exchange": self.dead_letter_exchange,
                "x-dead-letter-routing-key": self.dead_letter_queue(consumer).name,
                "x-dead-letter-strategy": "at-least-once",
            },
            streams=self.subscriptions[consumer],
        )

    def dead_letter_queue(self, consumer: str) -> Queue:
        """Where a service's dead letters wait for a person."""
        return Queue(
            name=f"{self.namespace}.{consumer}.v1.dead", arguments={"x-queue-type": "quorum"}
        )

    def subscribers(self, stream: str) -> list[str]:
        """The services that must have every message of a stream."""
        return [name for name in self.consumers if stream in self.subscriptions[name]]
