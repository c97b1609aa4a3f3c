"""Alembic's entry: the scoring schema."""

from services.scoring.storage.tables import metadata
from shared.persistence.migrations import run_environment

run_environment(metadata)
