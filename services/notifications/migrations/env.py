"""Alembic's entry: the notifications schema."""

from services.notifications.storage.tables import metadata
from shared.persistence.migrations import run_environment

run_environment(metadata)
