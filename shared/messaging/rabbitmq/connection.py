"""How is a connection to RabbitMQ opened, and how is it got rid of when the other side is silent?

Plain connections, not aio-pika's robust ones: those restore themselves behind our back, for ever and
without saying why they cannot. Who holds a connection here opens a new one when it breaks.
"""

import asyncio
import logging
from typing import Any

import aio_pika
from aiormq import Channel
from aiormq.connection import TCPTransportFactory, TLSTransportFactory, TransportFactory
from yarl import URL

CONNECT_SECONDS = 10.0
CLOSE_SECONDS = 2.0
_AFTERMATH_SECONDS = 1.0
# the broker gives a silently dead connection up after two to three of them, and only then hands its
# unacknowledged deliveries to the next consumer; that must be less than 30 s
HEARTBEAT_SECONDS = 6
_goodbyes: set[asyncio.Task[None]] = set()  # a task nobody holds may vanish
# what they report as errors, with tracebacks, is ordinary here: it is reported once, in one line
_NOISY = ("aio_pika", "aiormq", "aiormq.connection", "aiormq.channel")


class _Wire(TransportFactory):
    """Opens the socket as aiormq does, and remembers it so that it can be cut."""

    def __init__(self) -> None:
        self._writer: asyncio.StreamWriter | None = None

    async def create(
        self, url: URL, **kwargs: Any
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        factory = TLSTransportFactory() if url.scheme == "amqps" else TCPTransportFactory()
        reader, self._writer = await factory.create(url, **kwargs)
        return reader, self._writer

    def cut(self) -> None:
        """Close the socket at once, whatever still waits to be sent."""
        if self._writer is not None:
            self._writer.transport.abort()


class Connection(aio_pika.Connection):
    """A connection that can be cut, which a graceful close cannot do to a peer that stopped reading."""

    def __init__(self, url: URL, **kwargs: Any) -> None:
        super().__init__(url, **kwargs)
        self.wire = _Wire()
        self.kwargs["transport_factory"] = self.wire


async def connect(url: str, *, name: str) -> Connection:
    """Open a connection; `name` is what the broker's own tools show.

    :raises Exception: when the broker cannot be reached or refuses us.
    """
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    address = URL(url)
    settings = {"heartbeat": str(HEARTBEAT_SECONDS), "name": name} | dict(address.query)
    address = address.with_query(settings)
    async with asyncio.timeout(CONNECT_SECONDS):
        return await aio_pika.connect(address, connection_class=Connection)


async def open_channel(connection: Connection) -> Channel:
    """A channel in confirm mode on which an unroutable message is an error, not a success."""
    channel = connection.channel(publisher_confirms=True, on_return_raises=True)
    await channel.initialize(timeout=CONNECT_SECONDS)
    underlay = await channel.get_underlay_channel()
    if not isinstance(underlay, Channel):
        raise TypeError(f"aio-pika opened a {type(underlay).__name__}")
    return underlay


async def close(connection: Connection) -> None:
    """Say goodbye if the broker listens; after `CLOSE_SECONDS` the socket is cut either way.

    A task of its own, because aiormq's closing does not end when it is cancelled: it waits for the
    socket to be gone.
    """
    goodbye = asyncio.create_task(connection.close())
    _goodbyes.add(goodbye)
    goodbye.add_done_callback(_said)
    try:
        await asyncio.wait({goodbye}, timeout=CLOSE_SECONDS)
    finally:
        connection.wire.cut()
        await asyncio.wait({goodbye}, timeout=_AFTERMATH_SECONDS)


def _said(goodbye: asyncio.Task[None]) -> None:
    _goodbyes.discard(goodbye)
    if not goodbye.cancelled():
        goodbye.exception()  # a connection that is gone anyway may go with an error
