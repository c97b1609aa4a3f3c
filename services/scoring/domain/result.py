"""What does an evaluation give? Lines, areas, total, index, class, explanations and a hash."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from services.scoring.domain.classification import Classified
from services.scoring.domain.criteria_set import CriteriaSet
from services.scoring.domain.decimals import exact, fixed, plain, rounded
from services.scoring.domain.explanation import Node, explain_line, explain_with
from services.scoring.domain.fingerprint import fingerprint
from services.scoring.domain.inputs import UnitInputs
from services.scoring.domain.lines import Line
from services.scoring.domain.rules.base import Note, Step
from services.scoring.domain.texts import Published

# Grows whenever the same set and inputs could give another figure.
ENGINE_VERSION = "1"


@dataclass(frozen=True)
class Area:
    """A criterion without a parent: the sum of the leaves below it, exact or of rounded leaves."""

    code: str
    points: Fraction
    max: Fraction


@dataclass(frozen=True)
class Result:
    """One unit measured against one set.

    `points` is the total before the shown rounding and not below nothing; `index` is rounded to
    `index_places`, None when no maximum applies.
    """

    criteria_set: CriteriaSet
    inputs: UnitInputs
    lines: tuple[Line, ...]
    areas: tuple[Area, ...]
    points: Fraction
    applicable_max: Fraction
    index: Fraction | None
    classified: Classified

    @property
    def unit(self) -> str:
        return self.inputs.unit

    @property
    def class_name(self) -> str | None:
        """The class the rounded index earns."""
        return self.classified.name

    @property
    def total(self) -> Fraction:
        """The published total."""
        return self._shown(self.points)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of set, inputs and engine version: who computes the same again finds it again."""
        return fingerprint(ENGINE_VERSION, self.criteria_set.hash, self.inputs.hash)

    def explain(self, code: str) -> Node:
        """The explanation of one leaf.

        :raises KeyError: when the set has no such leaf.
        """
        by_code: Mapping[str, Line] = {line.criterion.code: line for line in self.lines}
        return explain_line(by_code[code], self.criteria_set)

    def as_json(self) -> dict[str, Any]:
        """The result of SPEC §5; `exact` stands beside points that are only shown rounded."""
        return {
            "unit": self.unit,
            "total": self._text(self.points),
            "applicable_max": plain(self.applicable_max),
            "index": None if self.index is None else fixed(self.index, self._index_places),
            "class": self.class_name,
            "areas": [self._area(area) for area in self.areas],
            "lines": [self._line(line) for line in self.lines],
            "explanation": self._explanation(),
            "hash": self.hash,
        }

    @property
    def _index_places(self) -> int:
        return self.criteria_set.index_places

    def _shown(self, points: Fraction) -> Fraction:
        rounding = self.criteria_set.rounding
        return rounded(points, places=rounding.places, mode=rounding.mode)

    def _text(self, points: Fraction) -> str:
        return fixed(self._shown(points), self.criteria_set.rounding.places)

    def _beside(self, points: Fraction) -> dict[str, str]:
        return {"exact": exact(points)} if self.criteria_set.rounding.stage == "total" else {}

    def _area(self, area: Area) -> dict[str, Any]:
        shown = {"code": area.code, "points": self._text(area.points), "max": plain(area.max)}
        return {**shown, **self._beside(area.points)}

    def _line(self, line: Line) -> dict[str, Any]:
        return {
            "code": line.criterion.code,
            "points": self._text(line.points),
            "max": plain(line.max),
            **self._beside(line.points),
            "status": line.status,
            "explanation": explain_line(line, self.criteria_set),
        }

    def _explanation(self) -> Node:
        places = self.criteria_set.rounding.places
        params: dict[str, object] = {
            "total": Published(self._shown(self.points), places),
            "max": self.applicable_max,
        }
        notes = [Note("total", params)]
        if self.index is None:
            notes.append(Note("index_none"))
        else:
            index = Published(self.index, self._index_places)
            mode = f"index_{self.criteria_set.rounding.mode}"
            notes.append(Note(mode, {"index": index, "places": self._index_places}))
        if self.criteria_set.classes and self.index is not None:
            key = "class" if self.class_name is not None else "class_none"
            notes.append(Note(key, {"name": self.class_name}))
        steps: tuple[Step, ...] = self.classified.steps
        return explain_with(
            notes, "total", steps=steps, exact=exact(self.points), engine=ENGINE_VERSION
        )
