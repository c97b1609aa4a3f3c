"""A bad network for processes: a `TcpProxy` that works on while the test itself waits."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Self

from tests.support.tcp_proxy import TcpProxy


class ProxyThread:
    """A proxy in a thread of its own."""

    def __init__(self, port: int) -> None:
        """:param port: of the server behind, on 127.0.0.1."""
        self.proxy = TcpProxy(port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def port(self) -> int:
        return self.proxy.port

    def __enter__(self) -> Self:
        self._thread.start()
        self.accept()
        return self

    def __exit__(self, *_: object) -> None:
        self.flow()
        self.refuse()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def accept(self) -> None:
        self._do(self.proxy.accept)

    def refuse(self) -> None:
        self._do(self.proxy.refuse)

    def cut(self) -> None:
        self._do(self.proxy.cut)

    def stall(self) -> None:
        self._loop.call_soon_threadsafe(self.proxy.stall)

    def strand(self) -> None:
        self._loop.call_soon_threadsafe(self.proxy.strand)

    def flow(self) -> None:
        """Everything as it should be."""
        self.proxy.delay = 0.0
        self._loop.call_soon_threadsafe(self.proxy.flow)

    def delay(self, seconds: float) -> None:
        """Hold each piece of data back for a while."""
        self.proxy.delay = seconds

    def _do(self, what: Callable[[], Awaitable[None]]) -> None:
        async def done() -> None:
            await what()

        asyncio.run_coroutine_threadsafe(done(), self._loop).result(20)
