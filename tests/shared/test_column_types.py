"""Do instants and decimals come back exactly as they were stored?"""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.exc import StatementError

from shared.persistence.types import ExactDecimal, UtcDateTime

metadata = MetaData()
values = Table(
    "values_kept",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime),
    Column("amount", ExactDecimal(18, 4)),
)
DIALECTS = [sqlite.dialect(), postgresql.dialect()]


@pytest.fixture(scope="module")
def engine() -> Engine:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    return engine


def kept(engine: Engine, **row: object) -> tuple[datetime | None, Decimal | None]:
    with engine.begin() as connection:
        connection.execute(values.delete())
        connection.execute(insert(values).values(**row))
        found = connection.execute(select(values.c.at, values.c.amount)).one()
    return found.at, found.amount


instants = st.datetimes(
    min_value=datetime(1, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
)
exact = st.decimals(min_value=Decimal(-99999999999999), max_value=Decimal(99999999999999), places=4)


@given(instants)
def test_an_instant_is_the_same_instant_in_utc(engine: Engine, at: datetime) -> None:
    found, _ = kept(engine, at=at)
    assert found == at
    assert found is not None
    assert found.tzinfo is UTC


@given(st.lists(instants, min_size=2, max_size=6))
def test_instants_sort_in_the_database_as_they_sort_in_time(
    engine: Engine, several: list[datetime]
) -> None:
    with engine.begin() as connection:
        connection.execute(values.delete())
        connection.execute(insert(values), [{"at": at} for at in several])
        found = connection.scalars(select(values.c.at).order_by(values.c.at)).all()
    assert found == sorted(several)


def test_an_instant_without_a_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="naive datetime"):
        kept(engine, at=datetime(2026, 11, 21, 9))  # noqa: DTZ001 - the point of the test


@given(exact)
def test_a_decimal_comes_back_digit_for_digit(engine: Engine, amount: Decimal) -> None:
    _, found = kept(engine, amount=amount)
    assert found == amount
    assert found is not None
    assert found.as_tuple().exponent == -4


@given(exact, exact)
def test_sums_in_the_database_are_exact(engine: Engine, a: Decimal, b: Decimal) -> None:
    from sqlalchemy import func, type_coerce

    with engine.begin() as connection:
        connection.execute(values.delete())
        connection.execute(insert(values), [{"amount": a}, {"amount": b}])
        total = type_coerce(func.sum(values.c.amount), ExactDecimal(18, 4))
        assert connection.scalar(select(total)) == a + b


@given(st.decimals(allow_nan=True, allow_infinity=True), st.sampled_from(DIALECTS))
def test_a_decimal_is_stored_whole_or_refused(amount: Decimal, dialect: object) -> None:
    """Whatever the context's precision: it has 28 digits by default, and rounds in silence."""
    column = ExactDecimal(18, 4)
    try:
        stored = column.process_bind_param(amount, dialect)  # type: ignore[arg-type]
    except ValueError:
        return
    with localcontext(prec=400):
        assert column.process_result_value(stored, dialect) == amount  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "amount",
    ["0.00001", "10000.0000000000000000000000000001", "1E-40", "NaN", "sNaN", "Infinity",
     "-Infinity", "100000000000000", "1E+14", "123456789012345.6789"],
)  # fmt: skip
def test_a_decimal_that_does_not_fit_is_refused_never_rounded(amount: str) -> None:
    for dialect in DIALECTS:
        with pytest.raises(ValueError, match=r"digits|places|number"):
            ExactDecimal(18, 4).process_bind_param(Decimal(amount), dialect)


@pytest.mark.parametrize("amount", ["0", "-0", "0E+20", "99999999999999.9999", "1E+13", "0.00010"])
def test_a_decimal_that_just_fits_is_stored(engine: Engine, amount: str) -> None:
    _, found = kept(engine, amount=Decimal(amount))
    assert found == Decimal(amount)


def test_nothing_stays_nothing(engine: Engine) -> None:
    assert kept(engine, at=None, amount=None) == (None, None)
