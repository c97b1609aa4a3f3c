"""What was the reader unsure of, and where does a person find it?"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from services.plans.domain.document_content import ReadingWarning
from services.plans.domain.targets import decimal_text
from shared.texts import current_language, text

_FEW = 2
Where = str | Callable[[], str]


@dataclass(slots=True)
class Notices:
    """Collects warnings in the order met; sentences come from `plan_reading.warnings.<code>`."""

    _warnings: dict[ReadingWarning, None] = field(default_factory=dict)

    @property
    def warnings(self) -> tuple[ReadingWarning, ...]:
        """All warnings so far."""
        return tuple(self._warnings)

    def add(self, code: str, where: Where | None = None, **values: object) -> None:
        """Record one warning; the same warning at the same place is recorded once.

        A place that is costly to name may be a function: most tasks raise no doubt.
        """
        words = {name: _printed(value) for name, value in values.items()}
        message = text(f"plan_reading.warnings.{code}", **words)
        place = where() if callable(where) else where
        self._warnings[ReadingWarning(code, message, place)] = None


def in_table(table: int, ordinal: str | None = None, *, column: str | None = None) -> str:
    """A place in a table: "Bảng 3, TT 6, cột «Chủ trì»"."""
    place = text("plan_reading.where.table", table=str(table))
    if ordinal:
        place += text("plan_reading.where.row", ordinal=ordinal)
    if column:
        place += text("plan_reading.where.column", column=column)
    return place


def in_sheet(sheet: str) -> str:
    """A place in a workbook of the platform: "Trang «Nhiệm vụ»"."""
    return text("plan_reading.where.sheet", sheet=sheet)


def in_row(sheet: str, row: int) -> str:
    """A row of a sheet as Excel counts it: "Trang «Nhiệm vụ», dòng 5"."""
    return text("plan_reading.where.sheet_row", sheet=sheet, row=str(row))


def in_tasks(ordinals: Iterable[str]) -> str:
    """A place in several tasks: "Nhiệm vụ 6, 7"."""
    return text("plan_reading.where.tasks", ordinals=", ".join(dict.fromkeys(ordinals)))


def in_tasks_from(ordinals: Sequence[str]) -> str:
    """A place in many tasks: the first and the last of them."""
    first, last = ordinals[0], ordinals[-1]
    return in_tasks((first, "…", last) if len(ordinals) > _FEW else ordinals)


def at(name: str) -> str:
    """A fixed place: the letterhead, the legal bases, the running text, the annex."""
    return text(f"plan_reading.where.{name}")


def _printed(value: object) -> str:
    if not isinstance(value, Decimal):
        return str(value)
    figure = decimal_text(value)
    return figure.replace(".", ",") if current_language.get() == "vi" else figure
