"""Random criteria sets with inputs that fit them."""

from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]


def decimals(most: int, places: int = 2) -> st.SearchStrategy[str]:
    return st.integers(0, most * 10**places).map(
        lambda n: f"{n // 10**places}.{n % 10**places:0{places}d}"
    )


SHARES = st.one_of(
    st.fixed_dictionaries({"percent": decimals(130, 3)}),
    st.fixed_dictionaries(
        {"numerator": decimals(99, 0), "denominator": st.integers(0, 60).map(str)}
    ),
)
COUNTS = st.fixed_dictionaries({"count": st.integers(0, 12)})
QUARTERS = st.sampled_from(["0", "0.25", "0.5", "0.75", "1"])


@st.composite
def banded(draw: st.DrawFn) -> tuple[Json, st.SearchStrategy[Json]]:
    cuts = sorted(draw(st.sets(st.integers(1, 120), min_size=0, max_size=4)))
    edges = [None, *map(str, cuts), None]
    bands: list[Json] = []
    for low, high in pairwise(edges):
        band: Json = {"points": draw(QUARTERS)}
        if low is not None:
            band["from"] = low
        if high is not None:
            band["to"] = high
        bands.append(band)
    return {"kind": "bands", "bands": draw(st.permutations(bands))}, SHARES


@st.composite
def keyed(draw: st.DrawFn) -> tuple[Json, st.SearchStrategy[Json]]:
    keys = draw(st.lists(st.sampled_from("abcde"), min_size=1, max_size=5, unique=True))
    entries = [{"key": key, "points": draw(QUARTERS)} for key in keys]
    if draw(st.booleans()):
        choices = st.fixed_dictionaries({"choice": st.sampled_from(keys)})
        return {"kind": "choice", "options": entries}, choices
    checked = st.lists(st.sampled_from(keys), unique=True)
    return {"kind": "checklist", "items": entries}, st.fixed_dictionaries({"checked": checked})


def plain(kind: str, value: st.SearchStrategy[Json], **parameters: st.SearchStrategy[str]) -> Any:
    rule = st.fixed_dictionaries({"kind": st.just(kind), **parameters})
    return rule.map(lambda made: (made, value))


RULES = st.one_of(
    plain("ratio", SHARES),
    plain("ratio", SHARES, floor=decimals(100)),
    banded(),
    keyed(),
    plain("boolean", st.fixed_dictionaries({"answer": st.sampled_from(["yes", "no"])})),
    plain("deduction_per_violation", COUNTS, per=QUARTERS),
    plain("zero_if_any", COUNTS),
    plain("capped_count", COUNTS, per=QUARTERS, cap=QUARTERS),
    plain("lateness", COUNTS, per=decimals(60)),
    plain(
        "partial_credit_ratio",
        st.fixed_dictionaries({key: st.integers(0, 9) for key in ("done", "partial", "total")}),
        credit=QUARTERS,
    ),
    plain(
        "external_scale", st.fixed_dictionaries({"points": decimals(110)}), scale_max=st.just("104")
    ),
    plain("survey", st.fixed_dictionaries({"percent": decimals(110, 3)})),
    plain(
        "growth",
        st.fixed_dictionaries({"current": decimals(3, 1), "previous": decimals(3, 1)}),
        up=QUARTERS,
        same=QUARTERS,
        down=QUARTERS,
    ),
    plain("ratio_to_target", SHARES, target=st.integers(1, 120).map(str)),
    plain("interpolate", SHARES, **{"from": decimals(40), "to": st.integers(41, 120).map(str)}),
    plain("manual", st.fixed_dictionaries({"points": decimals(3), "reason": st.just("chấm")})),
)
POLICIES = st.sampled_from(["exclude", "full", "zero"])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Json, Json]:
    """A criteria set and inputs that fit it."""
    criteria: list[Json] = []
    values: Json = {}
    areas = draw(st.integers(1, 3))
    aggregate_at = draw(st.integers(0, areas))
    for number in range(1, areas + 1):
        criteria.append({"code": str(number), "parent": None, "title": "A"})
        for child in range(1, draw(st.integers(1, 4)) + 1):
            rule, value = draw(RULES)
            criteria.append(node(draw, f"{number}.{child}", str(number), rule))
            given_value = draw(st.one_of(st.none(), st.just("na"), value, value, value))
            if given_value is not None:
                values[f"{number}.{child}"] = (
                    {"not_applicable": True, "reason": "x"} if given_value == "na" else given_value
                )
        if number == aggregate_at:
            over = [str(n) for n in range(1, areas + 1)]
            exclude = draw(st.lists(st.sampled_from([*over, "1.1"]), unique=True, max_size=2))
            rule = {"kind": "aggregate_of_others", "over": over, "exclude": exclude}
            criteria.append(node(draw, f"{number}.9", str(number), rule))
    rounding = {
        "places": draw(st.integers(0, 4)),
        "mode": draw(st.sampled_from(["half_up", "down"])),
        "stage": draw(st.sampled_from(["line", "total"])),
    }
    classes = [{"name": "A", "min": "80"}, {"name": "B", "min": "50"}]
    data = {
        "code": "N",
        "title": "N",
        "rounding": rounding,
        "classes": classes,
        "criteria": criteria,
    }
    return {**data, "index_places": draw(st.integers(0, 3))}, values


def node(draw: st.DrawFn, code: str, parent: str, rule: Json) -> Json:
    return {
        "code": code,
        "parent": parent,
        "title": "C",
        "max_points": draw(st.sampled_from(["0", "0.5", "1", "1.25", "2", "10"])),
        "na_policy": draw(POLICIES),
        "zero_denominator": draw(POLICIES),
        "rule": rule,
    }
