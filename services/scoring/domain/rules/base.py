"""What is a rule? Parameters, the value it wants, and how that value becomes points.

Each kind of SPEC §5 is a small frozen class; `score` is a pure function of parameters, value and
maximum. What happens around it (policies, clamping, rounding, other lines) is the engine's work.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar

from services.scoring.domain.fields import Field, Schema
from services.scoring.domain.problems import Pointer, Report
from services.scoring.domain.structures import Object, Record

ZERO = Fraction(0)
HUNDRED = Fraction(100)


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence of the explanation: a key of `texts/explanations.toml` and its parameters."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """A node below a line of the explanation: an alternative, a condition, a calculation."""

    rule: str
    notes: tuple[Note, ...]
    exact: Fraction | None = None
    holds: bool | None = None
    key: str | None = None
    steps: tuple["Step", ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule gives before clamping and rounding; `exact` is None for a zero denominator."""

    exact: Fraction | None
    notes: tuple[Note, ...]
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule may know beside its own value: the maximum and the level of the unit."""

    max_points: Fraction
    level: str | None = None


class Refusal(Exception):
    """The set gives no answer for this value (no band, no case, no threshold for the level)."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Rule(ABC):
    """A rule with its parameters."""

    kind: ClassVar[str]
    # +1 adds and -1 takes away outside the scale: such a line has no maximum of its own
    outside_scale: ClassVar[int] = 0

    @classmethod
    @abstractmethod
    def parameters(cls) -> Field[Any]:
        """How the parameters are read."""

    @classmethod
    @abstractmethod
    def value_schema(cls) -> Schema:
        """The JSON Schema of the values this kind accepts, whatever the parameters."""

    @abstractmethod
    def value_field(self) -> Field[Any]:
        """How a value for this rule is read."""

    @abstractmethod
    def score(self, value: Any, case: Case, /) -> Outcome:
        """The points of a value.

        :raises Refusal: when the set says nothing about this value.
        """

    def fixed_points(self) -> Iterator[tuple[Pointer, Fraction]]:
        """Points the set names itself, with their place below the rule."""
        yield from ()

    def lint(self, at: Pointer, report: Report, max_points: Fraction) -> None:
        """Notes what makes no sense although it can be read."""
        for place, points in self.fixed_points():
            if points > max_points:
                report.add((*at, *place), "points_above_max", points=points, max=max_points)


class SameValueRule(Rule):
    """A rule whose values look the same whatever its parameters."""

    value: ClassVar[Field[Any]]

    @classmethod
    def value_schema(cls) -> Schema:
        return cls.value.schema()

    def value_field(self) -> Field[Any]:
        return self.value


@dataclass(frozen=True)
class RuleField(Field[Rule]):
    """A rule out of some kinds: the key `kind` says which, the others are its parameters."""

    kinds: tuple[type[Rule], ...]

    def read(self, data: object, at: Pointer, report: Report) -> Rule | None:
        if not isinstance(data, dict):
            report.add(at, "expected_object")
            return None
        name = data.get("kind")
        by_name = {kind.kind: kind for kind in self.kinds}
        if not isinstance(name, str) or name not in by_name:
            report.add((*at, "kind"), "unknown_rule_kind", allowed=sorted(by_name))
            return None
        rule: Rule | None = by_name[name].parameters().read(data, at, report)
        return rule

    def schema(self) -> Schema:
        return {"oneOf": [{"$ref": f"#/$defs/rule_{kind.kind}"} for kind in self.kinds]}


def parameters_of(
    build: type[Rule],
    required: Mapping[str, Field[Any]] | None = None,
    optional: Mapping[str, Field[Any]] | None = None,
) -> Object[Any]:
    """The parameters of a kind, with its own `kind` beside them."""
    return Object(build, Record(required or {}, optional or {}, {"kind": build.kind}))
