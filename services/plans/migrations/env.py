"""Alembic's entry: the plans schema."""

from services.plans.storage.tables import metadata
from shared.persistence.migrations import run_environment

run_environment(metadata)
