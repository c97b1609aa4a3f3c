"""What holds for every criteria set: compared with a naive interpreter written on its own.

The interpreter below shares no code with the engine: it reads the JSON, walks the tree and follows the
sentences of SPEC §5 one by one.
"""

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.domain import evaluate, parse_criteria_set, parse_inputs

Json = dict[str, Any]
EXAMPLES = settings(max_examples=120, deadline=None)


# --- the naive interpreter -------------------------------------------------------------------------


def naive_round(value: Fraction, places: int, mode: str) -> Fraction:
    scaled = value * 10**places
    return Fraction(
        floor(scaled + Fraction(1, 2)) if mode == "half_up" else floor(scaled), 10**places
    )


def naive_percent(value: Json) -> Fraction | None:
    if "percent" in value:
        return Fraction(value["percent"])
    over, under = Fraction(value["numerator"]), Fraction(value["denominator"])
    return None if under == 0 else over / under * 100


def naive_points(rule: Json, value: Json, most: Fraction) -> Fraction | None:
    """The points before clamping; None for a zero denominator."""
    kind = rule["kind"]
    if kind in {"ratio", "bands", "ratio_to_target", "interpolate"}:
        percent = naive_percent(value)
        return None if percent is None else naive_share(rule, percent, most)
    if kind in {"deduction_per_violation", "zero_if_any", "capped_count", "lateness"}:
        return naive_count(rule, int(value["count"]), most)
    if kind == "partial_credit_ratio":
        done, partial, total = (Fraction(value[key]) for key in ("done", "partial", "total"))
        return most * (done + Fraction(rule["credit"]) * partial) / total if total else None
    if kind == "growth":
        now, before = Fraction(value["current"]), Fraction(value["previous"])
        return Fraction(rule["up" if now > before else "same" if now == before else "down"])
    table = {
        "boolean": lambda: most if value["answer"] == "yes" else Fraction(0),
        "choice": lambda: Fraction(
            *[o["points"] for o in rule["options"] if o["key"] == value["choice"]]
        ),
        "checklist": lambda: sum(
            (Fraction(i["points"]) for i in rule["items"] if i["key"] in value["checked"]),
            Fraction(0),
        ),
        "external_scale": lambda: most * Fraction(value["points"]) / Fraction(rule["scale_max"]),
        "survey": lambda: most * Fraction(value["percent"]) / 100,
        "manual": lambda: Fraction(value["points"]),
    }
    return Fraction(table[kind]())


def naive_share(rule: Json, percent: Fraction, most: Fraction) -> Fraction:
    if rule["kind"] == "ratio":
        below = "floor" in rule and percent < Fraction(rule["floor"])
        return Fraction(0) if below else most * percent / 100
    if rule["kind"] == "ratio_to_target":
        return most * min(Fraction(1), percent / Fraction(rule["target"]))
    if rule["kind"] == "interpolate":
        low, high = Fraction(rule["from"]), Fraction(rule["to"])
        return most * (percent - low) / (high - low)
    for band in rule["bands"]:
        above = "from" not in band or percent >= Fraction(band["from"])
        if above and ("to" not in band or percent < Fraction(band["to"])):
            return Fraction(band["points"])
    raise AssertionError("the strategy makes bands that cover everything")


def naive_count(rule: Json, count: int, most: Fraction) -> Fraction:
    if rule["kind"] == "zero_if_any":
        return most if count == 0 else Fraction(0)
    per = Fraction(rule["per"])
    if rule["kind"] == "deduction_per_violation":
        return most - count * per
    if rule["kind"] == "capped_count":
        return min(Fraction(rule["cap"]), count * per)
    return most * (1 - count * per / 100)


def naive_line(leaf: Json, value: Json | None, lines: Mapping[str, Any], data: Json) -> Any:
    """(points that count, applicable maximum) of a leaf."""
    most, rule = Fraction(leaf["max_points"]), leaf["rule"]
    if rule["kind"] == "aggregate_of_others" and not (value or {}).get("not_applicable"):
        others = [
            line
            for code, line in lines.items()
            if code != leaf["code"]
            and any(code == x or code.startswith(x + ".") for x in rule["over"])
            and not any(code == x or code.startswith(x + ".") for x in rule["exclude"])
        ]
        of = sum((line[1] for line in others), Fraction(0))
        exact = most * sum((line[0] for line in others), Fraction(0)) / of if of else None
    elif value is None:
        return Fraction(0), most
    else:
        exact = None if value.get("not_applicable") else naive_points(rule, value, most)
    if exact is None:
        refused = (value or {}).get("not_applicable")
        policy = leaf["na_policy" if refused else "zero_denominator"]
        exact = most if policy == "full" else Fraction(0)
        most = Fraction(0) if policy == "exclude" else most
    else:
        exact = min(max(exact, Fraction(0)), most)
    rounding = data["rounding"]
    if rounding["stage"] == "line":
        exact = naive_round(exact, rounding["places"], rounding["mode"])
    return exact, most


def naive(data: Json, values: Json) -> Json:
    leaves = [c for c in data["criteria"] if "rule" in c]
    lines: dict[str, Any] = {}
    for last in (False, True):
        for leaf in leaves:
            if (leaf["rule"]["kind"] == "aggregate_of_others") is last:
                lines[leaf["code"]] = naive_line(leaf, values.get(leaf["code"]), dict(lines), data)
    rounding = data["rounding"]
    points = sum((line[0] for line in lines.values()), Fraction(0))
    most = sum((line[1] for line in lines.values()), Fraction(0))
    index = (
        naive_round(points / most * 100, data["index_places"], rounding["mode"]) if most else None
    )
    name = next(
        (c["name"] for c in data["classes"] if index is not None and index >= Fraction(c["min"])),
        None,
    )
    return {
        "lines": {
            code: (naive_round(line[0], rounding["places"], rounding["mode"]), line[1])
            for code, line in lines.items()
        },
        "total": naive_round(points, rounding["places"], rounding["mode"]),
        "applicable_max": most,
        "index": index,
        "class": name,
    }


# --- random criteria sets --------------------------------------------------------------------------


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


def run(data: Json, values: Json) -> Any:
    criteria_set = parse_criteria_set(data)
    (unit,) = parse_inputs({"unit": "A", "values": values}, criteria_set)
    return evaluate(criteria_set, unit)


# --- the properties --------------------------------------------------------------------------------


@given(worlds())
@settings(max_examples=400, deadline=None)
def test_the_engine_agrees_with_a_naive_interpreter_of_the_specification(
    world: tuple[Json, Json],
) -> None:
    result, expected = run(*world).as_json(), naive(*world)
    lines = {x["code"]: (Fraction(x["points"]), Fraction(x["max"])) for x in result["lines"]}
    assert lines == expected["lines"]
    assert Fraction(result["total"]) == expected["total"]
    assert Fraction(result["applicable_max"]) == expected["applicable_max"]
    assert (None if result["index"] is None else Fraction(result["index"])) == expected["index"]
    assert result["class"] == expected["class"]


@given(worlds())
@EXAMPLES
def test_exact_points_stay_between_nothing_and_the_maximum_of_the_criterion(
    world: tuple[Json, Json],
) -> None:
    for line in run(*world).lines:
        assert 0 <= line.exact <= line.criterion.maximum
        assert line.max in {Fraction(0), line.criterion.maximum}


@given(worlds())
@EXAMPLES
def test_areas_add_up_to_the_total_and_the_maximum(world: tuple[Json, Json]) -> None:
    result = run(*world)
    assert sum(area.points for area in result.areas) == result.points
    assert sum(area.max for area in result.areas) == result.applicable_max


@given(worlds(), st.randoms(use_true_random=False))
@EXAMPLES
def test_the_order_of_criteria_and_of_keys_changes_no_figure(
    world: tuple[Json, Json], random: Any
) -> None:
    data, values = world
    criteria, codes = list(data["criteria"]), list(values)
    random.shuffle(criteria)
    random.shuffle(codes)
    before = run(data, values).as_json()
    after = run({**data, "criteria": criteria}, {code: values[code] for code in codes}).as_json()
    for key in ("total", "applicable_max", "index", "class"):
        assert before[key] == after[key]
    points = [{line["code"]: line["points"] for line in r["lines"]} for r in (before, after)]
    assert points[0] == points[1]


@given(worlds())
@EXAMPLES
def test_the_hash_knows_the_same_work_again_and_only_that(world: tuple[Json, Json]) -> None:
    data, values = world
    first = run(data, values)
    turned = {key: data[key] for key in reversed(data)}
    assert run(turned, dict(reversed(values.items()))).hash == first.hash
    criteria = [{**c, "na_policy": None} for c in data["criteria"]]
    assert parse_criteria_set({**data, "criteria": criteria}).hash != first.criteria_set.hash or (
        criteria == data["criteria"]
    )
    moved = {**data, "rounding": {**data["rounding"], "places": data["rounding"]["places"] + 1}}
    assert run(moved, values).hash != first.hash


@given(worlds())
@EXAMPLES
def test_excluding_a_missing_criterion_takes_exactly_its_maximum_out_of_the_scale(
    world: tuple[Json, Json],
) -> None:
    data, values = world
    first = data["criteria"][1]
    values = {code: value for code, value in values.items() if code != first["code"]}
    data = {
        **data,
        "criteria": [
            {**c, "na_policy": "exclude"}
            for c in data["criteria"]
            if c.get("rule", {}).get("kind") != "aggregate_of_others"
        ],
    }
    missing = run(data, values)
    excluded = run(data, {**values, first["code"]: {"not_applicable": True}})
    assert excluded.points == missing.points
    assert missing.applicable_max - excluded.applicable_max == Fraction(first["max_points"])


@given(worlds())
@EXAMPLES
def test_every_explanation_ends_with_the_points_it_explains(world: tuple[Json, Json]) -> None:
    result = run(*world).as_json()
    for line in result["lines"]:
        node = line["explanation"]
        assert (node["points"], node["max"]) == (line["points"], line["max"])
        assert line["points"].replace(".", ",") in node["vi"]
        assert line["points"] in node["en"]
