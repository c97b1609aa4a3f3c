"""The sentences of SPEC §5 followed one by one, slowly: the oracle of the property tests.

It shares no code with the engine: it reads the JSON and walks the tree.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import floor
from typing import Any

Json = dict[str, Any]


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
