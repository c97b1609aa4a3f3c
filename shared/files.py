"""Where do uploaded files live? Behind a port of three verbs; on disk by default.

A stored file is named by the SHA-256 of its content, so storing the same content twice is harmless
and a file that was changed on disk is noticed when it is read.
"""

import asyncio
import hashlib
import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol


class DamagedFile(Exception):
    """The stored bytes no longer match the hash they were stored under."""


class FileStore(Protocol):
    """Storage for files that never change."""

    async def put(self, content: bytes) -> str:
        """Store durably; the key is the SHA-256 in hex."""
        ...

    async def get(self, key: str) -> bytes:
        """The content of a key.

        :raises KeyError: nothing is stored there.
        :raises DamagedFile: what is stored there is not what was put.
        """
        ...

    async def delete(self, key: str) -> None:
        """Forget a key; harmless when it is not there."""
        ...


class DiskFileStore:
    """Files in a folder, two levels deep by the first digits of the hash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, content: bytes) -> str:
        return await asyncio.to_thread(self._put, content)

    async def get(self, key: str) -> bytes:
        return await asyncio.to_thread(self._get, key)

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key

    def _put(self, content: bytes) -> str:
        key = hashlib.sha256(content).hexdigest()
        path = self._path(key)
        if path.exists() and path.read_bytes() == content:
            return key
        path.parent.mkdir(parents=True, exist_ok=True)
        # a name of its own for each try: two may store the same content at once
        with NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(stream.name).replace(path)
        return key

    def _get(self, key: str) -> bytes:
        try:
            content = self._path(key).read_bytes()
        except FileNotFoundError:
            raise KeyError(key) from None
        if hashlib.sha256(content).hexdigest() != key:
            raise DamagedFile(key)
        return content
