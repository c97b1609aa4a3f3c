"""What was read in a plan, report or remediation report, before anybody confirms it?

`as_json` gives exactly the object that `cchc plan parse --json` prints (SPEC §9), `from_json` reads
it back (a stored preview). Nothing here knows where the text came from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, get_args

from services.plans.domain.document_parts import (
    Area,
    Duty,
    Finding,
    IndexComponent,
    IndexTarget,
    Json,
    LegalBasis,
    ReadingWarning,
    Responsibility,
    Signer,
    Task,
    iso,
    only,
    parse_date,
    target_from_json,
)
from services.plans.domain.targets import Target

__all__ = [
    "Area",
    "DocumentContent",
    "DocumentKind",
    "Duty",
    "Finding",
    "IndexComponent",
    "IndexTarget",
    "LegalBasis",
    "ReadingWarning",
    "Responsibility",
    "Signer",
    "Target",
    "Task",
]

DocumentKind = Literal["plan", "remediation_report", "report"]


@dataclass(frozen=True, slots=True)
class DocumentContent:
    """Everything read in one document. `number` is None when its serial was left blank."""

    document_kind: DocumentKind
    number: str | None = None
    symbol: str | None = None
    issued_on: date | None = None
    as_of: date | None = None
    issuer: str | None = None
    place: str | None = None
    title: str | None = None
    year: int | None = None
    signer: Signer = field(default_factory=Signer)
    legal_bases: tuple[LegalBasis, ...] = ()
    recipients: tuple[str, ...] = ()
    areas: tuple[Area, ...] = ()
    index_targets: tuple[IndexTarget, ...] = ()
    targets: tuple[Target, ...] = ()
    tasks: tuple[Task, ...] = ()
    responsibilities: tuple[Responsibility, ...] = ()
    findings: tuple[Finding, ...] = ()
    warnings: tuple[ReadingWarning, ...] = ()

    def as_json(self) -> Json:
        """The object of SPEC §9, keys in its order; dates ISO 8601, decimals as text."""
        return {
            "document_kind": self.document_kind,
            "number": self.number,
            "symbol": self.symbol,
            "issued_on": iso(self.issued_on),
            "as_of": iso(self.as_of),
            "issuer": self.issuer,
            "place": self.place,
            "title": self.title,
            "year": self.year,
            "signer": self.signer.as_json(),
            "legal_bases": [item.as_json() for item in self.legal_bases],
            "recipients": list(self.recipients),
            "areas": [item.as_json() for item in self.areas],
            "index_targets": [item.as_json() for item in self.index_targets],
            "targets": [item.as_json() for item in self.targets],
            "tasks": [item.as_json() for item in self.tasks],
            "responsibilities": [item.as_json() for item in self.responsibilities],
            "findings": [item.as_json() for item in self.findings],
            "warnings": [item.as_json() for item in self.warnings],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "DocumentContent":
        """The content of an `as_json` object.

        :raises KeyError: a key is missing.
        :raises ValueError: a date, decimal, operator or kind is none.
        """
        kind = data["document_kind"]
        if kind not in get_args(DocumentKind):
            raise ValueError(kind)
        return cls(
            **only(data, "document_kind number symbol issuer place title year"),
            issued_on=parse_date(data["issued_on"]),
            as_of=parse_date(data["as_of"]),
            signer=Signer(**only(data["signer"], "authority position name")),
            legal_bases=tuple(LegalBasis.from_json(item) for item in data["legal_bases"]),
            recipients=tuple(data["recipients"]),
            areas=tuple(Area.from_json(item) for item in data["areas"]),
            index_targets=tuple(IndexTarget.from_json(item) for item in data["index_targets"]),
            targets=tuple(target_from_json(item) for item in data["targets"]),
            tasks=tuple(Task.from_json(item) for item in data["tasks"]),
            responsibilities=tuple(
                Responsibility.from_json(item) for item in data["responsibilities"]
            ),
            findings=tuple(Finding.from_json(item) for item in data["findings"]),
            warnings=tuple(
                ReadingWarning(**only(item, "code message where")) for item in data["warnings"]
            ),
        )
