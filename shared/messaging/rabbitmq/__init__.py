"""How do messages travel between processes? Over RabbitMQ; nothing outside this package imports aio-pika."""

from shared.messaging.rabbitmq.dead_letters import count_dead_letters, replay_dead_letters
from shared.messaging.rabbitmq.declaring import BrokerUnusable, TopologyDrift, declare_topology
from shared.messaging.rabbitmq.publisher import NotConfirmed
from shared.messaging.rabbitmq.transport import RabbitTransport

__all__ = [
    "BrokerUnusable",
    "NotConfirmed",
    "RabbitTransport",
    "TopologyDrift",
    "count_dead_letters",
    "declare_topology",
    "replay_dead_letters",
]
