"""How are lists and objects read strictly? Built from the fields of `fields.py`."""

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field
from keyword import iskeyword
from typing import Any

from services.scoring.domain.fields import MAX_NAME, Field, Schema, T, Text
from services.scoring.domain.problems import Pointer, Report, printable

MAX_ITEMS = 200
_SHOWN_NAMES = 20


@dataclass(frozen=True)
class Several(Field[tuple[T, ...]]):
    """A list of one kind of item; `key` says what must not repeat."""

    item: Field[T]
    least: int = 0
    most: int = MAX_ITEMS
    key: Callable[[T], Hashable] | None = None

    def read(self, data: object, at: Pointer, report: Report) -> tuple[T, ...] | None:
        if not isinstance(data, list):
            report.add(at, "expected_list")
            return None
        if not self.least <= len(data) <= self.most:
            report.add(at, "wrong_length", least=self.least, most=self.most)
            return None
        before = report.found
        items: list[T] = []
        seen: set[Hashable] = set()
        for index, entry in enumerate(data):
            value = self.item.read(entry, (*at, index), report)
            if value is None:
                continue
            if self.key is not None and self.key(value) in seen:
                report.add((*at, index), "repeated")
            elif self.key is not None:
                seen.add(self.key(value))
            items.append(value)
        return tuple(items) if report.found == before else None

    def schema(self) -> Schema:
        return {
            "type": "array",
            "items": self.item.schema(),
            "minItems": self.least,
            "maxItems": self.most,
        }


@dataclass(frozen=True)
class ByName(Field[Mapping[str, T]]):
    """An object whose keys are names somebody chose and whose values are of one kind."""

    item: Field[T]
    least: int = 0
    most: int = MAX_ITEMS

    def read(self, data: object, at: Pointer, report: Report) -> Mapping[str, T] | None:
        if not isinstance(data, dict):
            report.add(at, "expected_object")
            return None
        if not self.least <= len(data) <= self.most:
            report.add(at, "wrong_length", least=self.least, most=self.most)
            return None
        before = report.found
        read: dict[str, T] = {}
        for name, entry in data.items():
            value = self.item.read(entry, (*at, name), report)
            if Text(MAX_NAME).read(name, (*at, name), report) is not None and value is not None:
                read[name] = value
        return read if report.found == before else None

    def schema(self) -> Schema:
        return {
            "type": "object",
            "additionalProperties": self.item.schema(),
            "minProperties": self.least,
            "maxProperties": self.most,
        }


@dataclass(frozen=True)
class Record(Field[dict[str, Any]]):
    """An object with known keys. Optional keys may be absent or null; any other key is refused.

    `constant` are keys with one fixed value, such as the kind of a rule.
    """

    required: Mapping[str, Field[Any]] = field(default_factory=dict)
    optional: Mapping[str, Field[Any]] = field(default_factory=dict)
    constant: Mapping[str, str] = field(default_factory=dict)

    def read(self, data: object, at: Pointer, report: Report) -> dict[str, Any] | None:
        if not isinstance(data, dict):
            report.add(at, "expected_object")
            return None
        before = report.found
        refuse_unknown(data, {*self.required, *self.optional, *self.constant}, at, report)
        values: dict[str, Any] = {}
        for name, entry in (*self.required.items(), *self.optional.items()):
            if name in data and (name in self.required or data[name] is not None):
                values[name] = entry.read(data[name], (*at, name), report)
            elif name in self.required:
                report.add((*at, name), "key_missing", key=name)
        return values if report.found == before else None

    def schema(self) -> Schema:
        properties: Schema = {name: {"const": word} for name, word in self.constant.items()}
        properties |= {name: entry.schema() for name, entry in self.required.items()}
        properties |= {
            name: {"anyOf": [entry.schema(), {"type": "null"}]}
            for name, entry in self.optional.items()
        }
        return {
            "type": "object",
            "properties": properties,
            "required": [*self.constant, *self.required],
            "additionalProperties": False,
        }


@dataclass(frozen=True)
class Object(Field[T]):
    """A record that becomes a `build`; `check` may add problems that concern several keys."""

    build: Callable[..., T]
    record: Record
    check: Callable[[T, Pointer, Report], None] | None = None

    def read(self, data: object, at: Pointer, report: Report) -> T | None:
        values = self.record.read(data, at, report)
        if values is None:
            return None
        built = self.build(**{_attribute(name): value for name, value in values.items()})
        before = report.found
        if self.check is not None:
            self.check(built, at, report)
        return built if report.found == before else None

    def schema(self) -> Schema:
        return self.record.schema()


@dataclass(frozen=True)
class Named(Field[T]):
    """A field that is defined elsewhere under a name; lets a format contain itself."""

    name: str
    find: Callable[[], Field[T]]

    def read(self, data: object, at: Pointer, report: Report) -> T | None:
        return self.find().read(data, at, report)

    def schema(self) -> Schema:
        return {"$ref": f"#/$defs/{self.name}"}


def refuse_unknown(
    data: Mapping[object, object], known: Collection[str], at: Pointer, report: Report
) -> None:
    """Notes each key that is not known: a misspelt key must never be taken for an absent one."""
    for name in data:
        if name not in known:
            allowed = sorted(known)[:_SHOWN_NAMES]
            report.add((*at, str(name)), "unknown_key", key=printable(str(name)), allowed=allowed)


def _attribute(name: str) -> str:
    """The attribute a JSON key is kept under (`from` is a word of Python)."""
    return f"{name}_" if iskeyword(name) else name
