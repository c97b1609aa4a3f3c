"""Where do identifiers come from? UUIDv7: unique without asking anybody, and sorted by time."""

import uuid

from uuid_utils.compat import uuid7

NAMESPACE = uuid.UUID("6f0d1c5e-9f0b-5d57-9d4e-3f6f2f0a1c11")


def new_id() -> uuid.UUID:
    """A fresh UUIDv7."""
    return uuid7()


def derived_id(*parts: str) -> uuid.UUID:
    """The same id for the same parts, everywhere and always (UUIDv5)."""
    return uuid.uuid5(NAMESPACE, "\x1f".join(parts))
