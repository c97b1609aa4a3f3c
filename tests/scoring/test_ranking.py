"""Ranks: on the published value, within the peer group, ties as they are published."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain import RankEntry, rank


def places_of(values: list[str | None], **options: str) -> list[int | None]:
    """The ranks in the order of the values."""
    entries = [
        RankEntry(f"{number:02}", None if value is None else Fraction(value))
        for number, value in enumerate(values)
    ]
    ranked = {r.unit: r.rank for r in rank(entries, **options)}  # type: ignore[arg-type]
    return [ranked[entry.unit] for entry in entries]


def test_two_districts_of_kien_giang_at_91_are_both_first() -> None:
    """results_kiengiang_2018: Châu Thành and Hòn Đất at 91, Vĩnh Thuận at 86.5."""
    assert places_of(["91", "91", "86.5"]) == [1, 1, 3]


@pytest.mark.parametrize(
    ("ties", "ranks"),
    [("standard", [1, 2, 2, 4]), ("dense", [1, 2, 2, 3]), ("modified", [1, 3, 3, 4])],
)
def test_ties_are_ranked_as_the_set_says(ties: str, ranks: list[int]) -> None:
    assert places_of(["95", "90", "90", "80"], ties=ties) == ranks


def test_units_that_print_the_same_value_have_the_same_rank() -> None:
    assert places_of(["90.004", "90.0", "89.996", "89.994"]) == [1, 1, 1, 4]
    assert places_of(["90.009", "90.0"], mode="down") == [1, 1]


def test_each_peer_group_is_ranked_on_its_own() -> None:
    """results_thanhhoa_2023: sở and huyện are separate blocks."""
    entries = [
        RankEntry("Sở Công Thương", Fraction("92.83"), "so"),
        RankEntry("Ban Dân tộc", Fraction("81.33"), "so"),
        RankEntry("Đông Sơn", Fraction("92.15"), "huyen"),
        RankEntry("Mường Lát", Fraction("86.09"), "huyen"),
    ]
    ranked = {r.unit: (r.peer_group, r.rank, r.of) for r in rank(entries)}
    assert ranked == {
        "Sở Công Thương": ("so", 1, 2),
        "Ban Dân tộc": ("so", 2, 2),
        "Đông Sơn": ("huyen", 1, 2),
        "Mường Lát": ("huyen", 2, 2),
    }


def test_a_unit_without_an_index_is_listed_last_without_a_rank() -> None:
    ranked = rank([RankEntry("A", None), RankEntry("B", Fraction(50))])
    assert [(r.unit, r.rank, r.of) for r in ranked] == [("B", 1, 1), ("A", None, 1)]


def test_nobody_to_rank_gives_no_ranks() -> None:
    assert rank([]) == []


SCORES = st.lists(st.integers(0, 1000).map(lambda n: Fraction(n, 300)), max_size=30)


@given(SCORES)
def test_a_standard_rank_is_one_more_than_the_number_of_better_units(
    scores: list[Fraction],
) -> None:
    shown = [Fraction(int(score * 100 + Fraction(1, 2)), 100) for score in scores]
    expected = [1 + sum(other > mine for other in shown) for mine in shown]
    assert places_of([str(score) for score in scores]) == expected


@given(SCORES, st.randoms(use_true_random=False))
def test_the_order_of_the_entries_changes_nothing(scores: list[Fraction], random: object) -> None:
    entries = [RankEntry(f"{number:02}", score) for number, score in enumerate(scores)]
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert rank(entries) == rank(shuffled)
