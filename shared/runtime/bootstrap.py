"""How does the first administrator get in? With a key made at the first start and written to a file.

The file comes first, then each service's database: a crash in between makes the next start finish
the work with the same key.
"""

import os
import secrets
from pathlib import Path

from sqlalchemy import insert, select

from shared.context import ServiceContext
from shared.ids import derived_id
from shared.keys import FreshKey, make_key, read_key

ADMINISTRATOR = derived_id("principal", "administrator")


def secret_in(folder: Path) -> bytes:
    """The installation's own secret, made once; it signs cursors and links."""
    path = folder / "secret.key"
    if not path.exists():
        write_private(path, secrets.token_hex(32))
    return bytes.fromhex(path.read_text().strip())


def administrator_key(folder: Path, *, first_start: bool) -> tuple[FreshKey | None, bool]:
    """The administrator's key and whether this is the start that shows it.

    None when the file is gone on an installation that already has its databases: the key stays
    valid, it is only no longer known here.
    """
    path = folder / "admin.key"
    if path.exists():
        known = read_key(path.read_text().strip())
        if known is not None:
            return known, first_start
    if not first_start:
        return None, False
    fresh = make_key()
    write_private(path, fresh.text)
    return fresh, True


async def seed_administrator(context: ServiceContext, key: FreshKey) -> None:
    """Make the key valid in a service that knows nobody yet."""
    tables = context.tables
    async with context.database.writing() as session:
        if await session.scalar(select(tables.principals.c.id).limit(1)) is not None:
            return
        await session.execute(
            insert(tables.principals),
            [
                {
                    "id": ADMINISTRATOR,
                    "kind": "person",
                    "name": "Quản trị hệ thống",
                    "active": True,
                    "grants": [{"unit_code": None, "role": "admin", "scopes": []}],
                    "revision": 1,
                }
            ],
        )
        await session.execute(
            insert(tables.access_keys),
            [
                {
                    "key_id": key.key_id,
                    "principal_id": ADMINISTRATOR,
                    "secret_hash": key.secret_hash,
                }
            ],
        )
        await session.commit()


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    draft = path.with_suffix(".tmp")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(content + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    draft.chmod(0o600)
    draft.replace(path)
