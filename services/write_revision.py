"""How is a migration written? From the difference between the scripts so far and the tables now."""

import asyncio
import importlib
import subprocess
import sys
import tempfile
from pathlib import Path

from shared.persistence.database import Database
from shared.persistence.migrations import migrate, write_revision
from shared.runtime.service import Service


async def _write(service: Service, message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database.sqlite(Path(folder) / "scratch.db")
        await migrate(database, service.migrations)
        async with database.writer.connect() as connection, connection.begin():
            await connection.run_sync(write_revision, service.migrations, message)
        await database.close()


def main() -> None:
    """Entry of `make revision s=plans m="…"`."""
    name, message = sys.argv[1:3]
    service: Service = importlib.import_module(f"services.{name}.service").service
    asyncio.run(_write(service, message))
    ruff = Path(sys.executable).with_name("ruff")
    command = [str(ruff), "format", "-q", str(service.migrations)]
    subprocess.run(command, check=True)  # noqa: S603 - the formatter of this environment


if __name__ == "__main__":
    main()
