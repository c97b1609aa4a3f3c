"""START HERE: what the scoring service is made of."""

from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from services.scoring.api import appraisal, criteria_sets, results, round_parts, rounds, sheets
from services.scoring.consumers import subscriptions
from services.scoring.storage.round_tables import RoundRow
from services.scoring.storage.tables import CriteriaSetRow, metadata, platform
from shared.runtime.service import Service

_HERE = Path(__file__).parent

service = Service(
    name="scoring",
    metadata=metadata,
    tables=platform,
    migrations=_HERE / "migrations",
    routers=(
        criteria_sets.router,
        criteria_sets.calculations,
        rounds.router,
        round_parts.router,
        sheets.router,
        appraisal.router,
        results.router,
    ),
    subscriptions=subscriptions,
    examples=_HERE / "api" / "examples.json",
    example_ids={
        "round_id": select(col(RoundRow.id)).order_by(col(RoundRow.id)),
        "criteria_set_id": select(col(CriteriaSetRow.id)).order_by(col(CriteriaSetRow.id).desc()),
        # the example's figures are for the set of the sample, which is the oldest
        "evaluate_criteria_set.criteria_set_id": select(col(CriteriaSetRow.id)).order_by(
            col(CriteriaSetRow.id)
        ),
    },
)
