"""Of what is a document that was read made? Its parts, each able to become JSON and come back.

Pure values of SPEC §9; `document_content` puts them together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast, get_args

from services.plans.domain.deadlines import Deadline
from services.plans.domain.targets import Operator, Target, decimal_text

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed. `authority` is the mark TM., KT., TL. or TUQ.; None for the head's own hand."""

    authority: str | None = None
    position: str | None = None
    name: str | None = None

    def as_json(self) -> Json:
        return {"authority": self.authority, "position": self.position, "name": self.name}


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A document the plan rests on (căn cứ), as cited: the kind is the printed word."""

    kind: str
    number: str | None
    date: date | None
    issuer: str | None
    title: str | None

    def as_json(self) -> Json:
        return {
            "kind": self.kind,
            "number": self.number,
            "date": iso(self.date),
            "issuer": self.issuer,
            "title": self.title,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "LegalBasis":
        return cls(**{**only(data, "kind number issuer title"), "date": parse_date(data["date"])})


@dataclass(frozen=True, slots=True)
class Area:
    """A content area (lĩnh vực). `code` is the number printed in this document, nothing else."""

    code: str
    title: str
    objectives: tuple[str, ...] = ()

    def as_json(self) -> Json:
        return {"code": self.code, "title": self.title, "objectives": list(self.objectives)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Area":
        return cls(data["code"], data["title"], tuple(data["objectives"]))


@dataclass(frozen=True, slots=True)
class IndexComponent:
    """One line of an index table: points or percent last year, of how many, and the aim."""

    ordinal: str | None
    title: str
    baseline: Decimal | None
    baseline_max: Decimal | None
    target: Decimal | None

    def as_json(self) -> Json:
        return {
            "ordinal": self.ordinal,
            "title": self.title,
            "baseline": _text(self.baseline),
            "baseline_max": _text(self.baseline_max),
            "target": _text(self.target),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "IndexComponent":
        figures = {name: _decimal(data[name]) for name in ("baseline", "baseline_max", "target")}
        return cls(data["ordinal"], data["title"], **figures)


@dataclass(frozen=True, slots=True)
class IndexTarget:
    """What is wanted of an index (SIPAS, PAR INDEX): overall, rank among peers, by component."""

    index: str
    operator: Operator | None = None
    value: Decimal | None = None
    unit: str | None = None
    position: int | None = None
    of: int | None = None
    components: tuple[IndexComponent, ...] = ()

    def as_json(self) -> Json:
        return {
            "index": self.index,
            "overall": {
                "operator": self.operator,
                "value": _text(self.value),
                "unit": self.unit,
            },
            "rank": {"position": self.position, "of": self.of},
            "components": [component.as_json() for component in self.components],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "IndexTarget":
        overall, rank = data["overall"], data["rank"]
        return cls(
            index=data["index"],
            operator=_operator(overall["operator"]),
            value=_decimal(overall["value"]),
            unit=overall["unit"],
            position=rank["position"],
            of=rank["of"],
            components=tuple(IndexComponent.from_json(item) for item in data["components"]),
        )


@dataclass(frozen=True, slots=True)
class Task:
    """A task (nhiệm vụ) as written; `ordinal` is printed, or counted on where none is printed."""

    ordinal: str | None
    area: str | None
    title: str
    lead_units: tuple[str, ...]
    coordinating_units: tuple[str, ...]
    outputs: tuple[str, ...]
    deadline: Deadline
    targets: tuple[Target, ...] = ()

    def as_json(self) -> Json:
        return {
            "ordinal": self.ordinal,
            "area": self.area,
            "title": self.title,
            "lead_units": list(self.lead_units),
            "coordinating_units": list(self.coordinating_units),
            "outputs": list(self.outputs),
            "deadline": self.deadline.as_json(),
            "targets": [target.as_json() for target in self.targets],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Task":
        return cls(
            ordinal=data["ordinal"],
            area=data["area"],
            title=data["title"],
            lead_units=tuple(data["lead_units"]),
            coordinating_units=tuple(data["coordinating_units"]),
            outputs=tuple(data["outputs"]),
            deadline=Deadline.from_json(data["deadline"]),
            targets=tuple(target_from_json(item) for item in data["targets"]),
        )


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty of a unit; a deadline only where the text gives one, and whom it reports to."""

    text: str
    deadline: Deadline | None = None
    report_to: str | None = None

    def as_json(self) -> Json:
        deadline = None if self.deadline is None else self.deadline.as_json()
        return {"text": self.text, "deadline": deadline, "report_to": self.report_to}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Duty":
        return cls(data["text"], _deadline(data["deadline"]), data["report_to"])


@dataclass(frozen=True, slots=True)
class Responsibility:
    """The duties of one unit or group under *Tổ chức thực hiện*."""

    unit: str
    duties: tuple[Duty, ...]

    def as_json(self) -> Json:
        return {"unit": self.unit, "duties": [duty.as_json() for duty in self.duties]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Responsibility":
        return cls(data["unit"], tuple(Duty.from_json(item) for item in data["duties"]))


@dataclass(frozen=True, slots=True)
class Finding:
    """A shortcoming (tồn tại, hạn chế); `criterion` is the code of what lost points."""

    area: str | None
    criterion: str | None
    points: Decimal | None
    max: Decimal | None
    reason: str | None
    measure: str | None = None
    deadline: Deadline | None = None
    progress: str | None = None
    note: str | None = None

    def as_json(self) -> Json:
        return {
            "area": self.area,
            "criterion": self.criterion,
            "points": _text(self.points),
            "max": _text(self.max),
            "reason": self.reason,
            "measure": self.measure,
            "deadline": None if self.deadline is None else self.deadline.as_json(),
            "progress": self.progress,
            "note": self.note,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Finding":
        return cls(
            **only(data, "area criterion reason measure progress note"),
            points=_decimal(data["points"]),
            max=_decimal(data["max"]),
            deadline=_deadline(data["deadline"]),
        )


@dataclass(frozen=True, slots=True)
class ReadingWarning:
    """Something a person must look at: stable code, sentence to read, and the place."""

    code: str
    message: str
    where: str | None = None

    def as_json(self) -> Json:
        return {"code": self.code, "message": self.message, "where": self.where}


def target_from_json(data: Mapping[str, Any]) -> Target:
    """A target of its `as_json` object.

    :raises ValueError: the operator or the value is none.
    """
    operator = _operator(data["operator"])
    if operator is None:
        raise ValueError(data["operator"])
    return Target(
        **only(data, "text unit area task numerator denominator"),
        operator=operator,
        value=_decimal(data["value"]),
    )


def only(data: Mapping[str, Any], names: str) -> Json:
    return {name: data[name] for name in names.split()}


def _operator(written: str | None) -> Operator | None:
    if written is not None and written not in get_args(Operator):
        raise ValueError(written)
    return cast("Operator | None", written)


def iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def parse_date(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else decimal_text(value)


def _decimal(written: str | None) -> Decimal | None:
    if written is None:
        return None
    try:
        return Decimal(written)
    except ArithmeticError as error:
        raise ValueError(written) from error


def _deadline(data: Mapping[str, Any] | None) -> Deadline | None:
    return None if data is None else Deadline.from_json(data)
