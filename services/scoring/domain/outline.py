"""How do the criteria of a set hang together: tree, leaves, what depends on what, in which order?

What makes a set impossible to calculate is found here: unknown parents, leaves without a rule,
cycles.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.scoring.domain.criterion import Criterion
from services.scoring.domain.fields import Field
from services.scoring.domain.problems import Problem, Report
from services.scoring.domain.rules.aggregate import AggregateOfOthers


@dataclass(frozen=True)
class Outline:
    """The tree of a set. When `problems` is not empty, nothing else may be relied on."""

    by_code: Mapping[str, Criterion]
    children: Mapping[str | None, tuple[Criterion, ...]]
    leaves: tuple[Criterion, ...]
    below: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, tuple[str, ...]]
    order: tuple[Criterion, ...]
    value_fields: Mapping[str, Field[Any]]
    problems: tuple[Problem, ...]

    @property
    def areas(self) -> tuple[Criterion, ...]:
        """The criteria without a parent (lĩnh vực), in the order of the file."""
        return self.children.get(None, ())


def outline_of(criteria: Sequence[Criterion]) -> Outline:
    """The outline of some criteria."""
    report = Report()
    by_code = _index(criteria, report)
    children = _children(criteria)
    _check_parents(criteria, by_code, report)
    _check_rules(criteria, children, report)
    leaves = tuple(c for c in criteria if not children.get(c.code))
    below = _leaves_below(criteria, leaves, by_code)
    sources = _sources(leaves, below, report)
    order = _order(leaves, sources, report)
    fields = {c.code: c.rule.value_field() for c in leaves if c.rule is not None}
    return Outline(by_code, children, leaves, below, sources, order, fields, tuple(report.problems))


def _index(criteria: Sequence[Criterion], report: Report) -> dict[str, Criterion]:
    by_code: dict[str, Criterion] = {}
    for place, criterion in enumerate(criteria):
        if criterion.code in by_code:
            report.add(("criteria", place, "code"), "duplicate_code", criterion=criterion.code)
        by_code.setdefault(criterion.code, criterion)
    return by_code


def _children(criteria: Sequence[Criterion]) -> dict[str | None, tuple[Criterion, ...]]:
    children: dict[str | None, list[Criterion]] = {}
    for criterion in criteria:
        children.setdefault(criterion.parent, []).append(criterion)
    return {code: tuple(found) for code, found in children.items()}


def _check_parents(
    criteria: Sequence[Criterion], by_code: Mapping[str, Criterion], report: Report
) -> None:
    for place, criterion in enumerate(criteria):
        at = ("criteria", place, "parent")
        if criterion.parent is not None and criterion.parent not in by_code:
            report.add(at, "unknown_parent", criterion=criterion.code)
        elif _is_its_own_ancestor(criterion, by_code):
            report.add(at, "parent_cycle", criterion=criterion.code)


def _is_its_own_ancestor(criterion: Criterion, by_code: Mapping[str, Criterion]) -> bool:
    seen: set[str] = set()
    code = criterion.parent
    while code is not None and code in by_code and code not in seen:
        if code == criterion.code:
            return True
        seen.add(code)
        code = by_code[code].parent
    return False


def _check_rules(
    criteria: Sequence[Criterion],
    children: Mapping[str | None, Sequence[Criterion]],
    report: Report,
) -> None:
    for place, criterion in enumerate(criteria):
        report.criterion = criterion.code
        if children.get(criterion.code):
            if criterion.rule is not None:
                report.add(("criteria", place, "rule"), "rule_on_parent")
        else:
            if criterion.rule is None:
                report.add(("criteria", place), "leaf_without_rule")
            if criterion.max_points is None:
                report.add(("criteria", place), "leaf_without_max")
    report.criterion = None


def _leaves_below(
    criteria: Sequence[Criterion],
    leaves: Iterable[Criterion],
    by_code: Mapping[str, Criterion],
) -> dict[str, tuple[str, ...]]:
    """The leaves below each criterion; a leaf is below itself."""
    below: dict[str, list[str]] = {criterion.code: [] for criterion in criteria}
    for leaf in leaves:
        code: str | None = leaf.code
        seen: set[str] = set()
        while code is not None and code in by_code and code not in seen:
            below[code].append(leaf.code)
            seen.add(code)
            code = by_code[code].parent
    return {code: tuple(found) for code, found in below.items()}


def _sources(
    leaves: Iterable[Criterion], below: Mapping[str, tuple[str, ...]], report: Report
) -> dict[str, tuple[str, ...]]:
    """The leaves each aggregate looks at, in the order of the set, without itself and `exclude`.

    A bonus or a penalty is outside the scale and never part of an aggregate.
    """
    leaves = tuple(leaves)
    sources: dict[str, tuple[str, ...]] = {}
    for leaf in leaves:
        if not isinstance(leaf.rule, AggregateOfOthers):
            continue
        for code in (*leaf.rule.over, *leaf.rule.exclude):
            if code not in below:
                report.add(("criteria",), "unknown_code", criterion=leaf.code, code=code)
        over = {found for code in leaf.rule.over for found in below.get(code, ())}
        left_out = {found for code in leaf.rule.exclude for found in below.get(code, ())}
        wanted = over - left_out - {leaf.code}
        sources[leaf.code] = tuple(
            other.code
            for other in leaves
            if other.code in wanted and not (other.rule is not None and other.rule.outside_scale)
        )
    return sources


def _order(
    leaves: Sequence[Criterion], sources: Mapping[str, tuple[str, ...]], report: Report
) -> tuple[Criterion, ...]:
    """The leaves so that each aggregate comes after what it looks at."""
    ordered = [leaf for leaf in leaves if leaf.code not in sources]
    known = {leaf.code for leaf in ordered}
    waiting = [leaf for leaf in leaves if leaf.code in sources]
    while waiting:
        ready = [leaf for leaf in waiting if known.issuperset(sources[leaf.code])]
        if not ready:
            codes = _in_a_cycle([leaf.code for leaf in waiting], sources)
            report.add(("criteria",), "aggregate_cycle", codes=codes, criterion=codes[0])
            break
        ordered.extend(ready)
        known.update(leaf.code for leaf in ready)
        waiting = [leaf for leaf in waiting if leaf.code not in known]
    return tuple(ordered)


def _in_a_cycle(codes: Sequence[str], sources: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Those that are needed by another one of them; the rest only wait for the cycle."""
    left = list(codes)
    while True:
        needed = {source for code in left for source in sources[code]}
        kept = [code for code in left if code in needed]
        if len(kept) == len(left):
            return kept
        left = kept
