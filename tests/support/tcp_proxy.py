"""A bad network between a client and a server: it cuts, stalls, delays and refuses on demand."""

import asyncio
import contextlib
import re
from typing import Self

_CHUNK = 4096


class TcpProxy:
    """Listens on a port of its own and passes everything on, as badly as it is told to."""

    def __init__(self, port: int) -> None:
        """:param port: of the server behind, on 127.0.0.1."""
        self._behind = port
        self._server: asyncio.Server | None = None
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self.port = 0
        self.accepted = 0
        # seconds each piece of data is held back
        self.delay = 0.0
        # a connection is cut when its client has sent so many bytes; once, then no more
        self.cut_after: int | None = None

    async def __aenter__(self) -> Self:
        await self.accept()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.refuse()

    def url(self, url: str) -> str:
        """The URL of the server behind, by way of this proxy."""
        return re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{self.port}", url)

    async def accept(self) -> None:
        """Take connections, on the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Cut what is open and refuse what comes, as when the machine behind is gone."""
        if self._server is not None:
            self._server.close()
        await self.cut()

    async def cut(self) -> None:
        """Reset every connection; new ones may come."""
        for writer in self._writers:
            writer.transport.abort()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    def stall(self) -> None:
        """Keep every connection open and pass nothing on, in neither direction."""
        self._flowing.clear()

    def flow(self) -> None:
        """Pass on again."""
        self._flowing.set()

    def strand(self) -> None:
        """Pass nothing on for the connections there are, ever; new ones work. Firewalls do this."""
        self._flowing.clear()
        self._flowing = asyncio.Event()
        self._flowing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        try:
            behind, to_behind = await asyncio.open_connection("127.0.0.1", self._behind)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, to_behind}
        self._writers |= ends
        pumps = {
            asyncio.create_task(self._pump(reader, to_behind, counted=True)),
            asyncio.create_task(self._pump(behind, writer, counted=False)),
        }
        self._pumps |= pumps
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.transport.abort()
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        self._writers -= ends
        self._pumps -= pumps

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counted: bool
    ) -> None:
        passed, flowing = 0, self._flowing
        with contextlib.suppress(OSError):
            while data := await reader.read(_CHUNK):
                await flowing.wait()
                if self.delay:
                    await asyncio.sleep(self.delay)
                if counted and self.cut_after is not None and passed + len(data) > self.cut_after:
                    writer.write(data[: self.cut_after - passed])
                    self.cut_after = None
                    await writer.drain()
                    return
                passed += len(data)
                writer.write(data)
                await writer.drain()
