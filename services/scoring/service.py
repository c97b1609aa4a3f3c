"""START HERE: what the scoring service is made of."""

from pathlib import Path
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import col

from services.scoring.api import (
    appraisal,
    criteria_sets,
    results,
    round_parts,
    rounds,
    sheets,
    what_if,
)
from services.scoring.consumers import subscriptions
from services.scoring.storage.round_tables import (
    AppraiserRow,
    ExemptionRow,
    ObjectionRow,
    PublicationRow,
    RoundRow,
    RoundUnitRow,
)
from services.scoring.storage.tables import CriteriaSetRow, metadata, platform
from services.scoring.use_cases.announce_deductions import ANNOUNCE, announce_job
from shared.runtime.service import Service

_HERE = Path(__file__).parent
_SETS = select(col(CriteriaSetRow.id))
_FIRST_SET = _SETS.order_by(col(CriteriaSetRow.id))


def _round(*states: str) -> Select[Any]:
    """The newest round in one of the states, in the order of the alphabet."""
    wanted = select(col(RoundRow.id)).where(col(RoundRow.state).in_(states))
    return wanted.order_by(col(RoundRow.state), col(RoundRow.id).desc())


def _unit(*, submitted: bool = False, untouched: bool = False) -> Select[Any]:
    """A unit of an open round, one that has submitted its sheet first or last."""
    statement = (
        select(col(RoundUnitRow.unit_code))
        .join(RoundRow, col(RoundRow.id) == col(RoundUnitRow.round_id))
        .where(col(RoundRow.state) == "open")
        .where(col(RoundUnitRow.entries) == 0 if untouched else col(RoundUnitRow.entries) > 0)
    )
    state = col(RoundUnitRow.state)
    return statement.order_by(state.desc() if submitted else state, col(RoundUnitRow.unit_code))


_PUBLISHED = _round("published")
_UNIT_PUBLISHED = (
    select(col(RoundUnitRow.unit_code))
    .join(RoundRow, col(RoundRow.id) == col(RoundUnitRow.round_id))
    .where(col(RoundRow.state) == "published")
)
_UNIT_THAT_OBJECTS = select(col(ObjectionRow.unit_code)).where(col(ObjectionRow.state) == "open")
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
        what_if.router,
    ),
    subscriptions=subscriptions,
    job_handlers={ANNOUNCE: announce_job},
    examples=_HERE / "api" / "examples.json",
    example_ids={
        "criteria_set_id": _SETS.order_by(col(CriteriaSetRow.id).desc()),
        # the example's figures are for the set of the sample, which is the oldest
        "evaluate_criteria_set.criteria_set_id": _FIRST_SET,
        "first_set_id": _FIRST_SET,
        "round_id": _round("open"),
        "unit_code": _unit(),
        "unit": _unit(),
        "principal_id": select(platform.principals.c.id).order_by(platform.principals.c.id),
        "exemption_id": select(col(ExemptionRow.id)).where(col(ExemptionRow.state) == "active"),
        "appraiser_id": select(col(AppraiserRow.id)).where(col(AppraiserRow.state) == "active"),
        "objection_id": select(col(ObjectionRow.id)).where(col(ObjectionRow.state) == "open"),
        "publication_id": select(col(PublicationRow.id)).order_by(col(PublicationRow.id).desc()),
        "published_round_id": _PUBLISHED,
        "change_round.round_id": _round("draft"),
        "open_round.round_id": _round("draft"),
        "record_round.round_id": _round("draft"),
        "add_round_units.round_id": _round("draft", "open"),
        "list_ranking.round_id": _PUBLISHED,
        "list_deductions.round_id": _PUBLISHED,
        "list_deductions.unit_code": _UNIT_PUBLISHED,
        "list_objections.unit_code": _UNIT_THAT_OBJECTS,
        "list_publications.round_id": _PUBLISHED,
        "compare_rounds.round_id": _PUBLISHED,
        "remove_round_unit.unit_code": _unit(untouched=True),
        "recall_sheet.unit_code": _unit(submitted=True),
        "object_to_line.unit_code": _unit(submitted=True),
    },
)
