"""One sender of reminders, to be killed: python -m tests.faults.sender_process (CCHC_* as usual)."""

import asyncio

from services.notifications import jobs
from services.notifications.service import service
from shared.files import DiskFileStore
from shared.messaging.in_process import InProcessTransport
from shared.runtime.running import RunningService, clock_of, database_of
from shared.settings import Settings


async def send_for_ever() -> None:
    """Make messages of due reminders, send them, and settle what others left behind."""
    settings = Settings()
    running = RunningService(
        service,
        database=database_of(service.name, settings),
        transport=InProcessTransport(),
        clock=clock_of(settings),
        settings=settings,
        files=DiskFileStore(settings.data_dir / "files"),
        secret=b"s" * 32,
    )
    print("sending", flush=True)  # noqa: T201 - tells the test that it is there
    while True:
        done = await jobs.materialise_due(running.context)
        done += await jobs.send_messages(running.context)
        done += await jobs.settle_interrupted(running.context)
        await asyncio.sleep(0.0 if done else 0.05)


if __name__ == "__main__":
    asyncio.run(send_for_ever())
