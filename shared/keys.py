"""What is an access key? `cchc_<key id>_<secret>`, of which only the secret's SHA-256 is stored.

256 random bits need no slow hash.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass

_KEY = re.compile(r"cchc_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class FreshKey:
    """A key at the only moment its text is known."""

    key_id: str
    text: str
    secret_hash: str


def make_key() -> FreshKey:
    """A new key with 256 random bits."""
    key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    return FreshKey(key_id, f"cchc_{key_id}_{secret}", hash_secret(secret))


def read_key(key_text: str) -> FreshKey | None:
    """The parts of a key's text; None when it is not a key at all."""
    match = _KEY.fullmatch(key_text)
    return FreshKey(match[1], key_text, hash_secret(match[2])) if match else None


def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
