"""Where does mail go when there is no server, or the recipient is not real? Into .eml files."""

import asyncio
import os
from pathlib import Path
from uuid import UUID

from services.notifications.domain.delivery import Outcome
from services.notifications.gateways.mail import Mail, UnsafeHeader, to_bytes


class FileGateway:
    """One file a message, named by its id: written whole or not at all, and never twice."""

    name = "file"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, message_id: UUID) -> Path:
        return self.folder / f"{message_id}.eml"

    async def send(self, mail: Mail) -> Outcome:
        try:
            content = to_bytes(mail)
        except UnsafeHeader as error:
            return Outcome("technical", detail=str(error))
        try:
            await asyncio.to_thread(self._write, mail.message_id, content)
        except OSError as error:
            return Outcome("temporary", detail=f"{type(error).__name__}: {error.strerror}")
        return Outcome("sent", detail=self.path(mail.message_id).name)

    async def was_sent(self, message_id: UUID) -> bool | None:
        return await asyncio.to_thread(self.path(message_id).exists)

    def _write(self, message_id: UUID, content: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.path(message_id)
        draft = path.with_name(f".{message_id}.{os.getpid()}.tmp")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
