"""How often did each mail arrive? An SMTP server in a thread of its own that only counts."""

import asyncio
import threading
from collections import Counter
from typing import Self

from tests.support.mail_server import MailServer, mail_server


class MailSink:
    """Takes every mail; `arrivals` counts them by their Message-ID."""

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._done = asyncio.Event()
        self._server: MailServer | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10), "the mail server does not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(timeout=10)

    @property
    def port(self) -> int:
        assert self._server is not None
        return self._server.port

    def arrivals(self) -> Counter[str]:
        """Mails by the id of their message, without dashes."""
        assert self._server is not None
        ids = (str(mail["Message-ID"]) for mail in list(self._server.mails))
        return Counter(found.strip("<>").partition("@")[0].replace("-", "") for found in ids)

    def answer_slowly(self, *, slowly: bool) -> None:
        """Take mails but keep silent until told otherwise."""
        assert self._server is not None
        event = self._server.answers
        self._loop.call_soon_threadsafe(event.clear if slowly else event.set)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        async with mail_server() as self._server:
            self._ready.set()
            await self._done.wait()
