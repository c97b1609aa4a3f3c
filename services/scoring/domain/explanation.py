"""How does a result explain itself? A tree: inputs → rule → points → rounding, in both languages.

Rendered only when it is asked for. Every node has `vi`, `en` and `rule`; the schema of the result
describes the other keys.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any

from services.scoring.domain.criteria_set import CriteriaSet
from services.scoring.domain.decimals import exact, fixed, plain, rounded
from services.scoring.domain.lines import Line, NotApplicable
from services.scoring.domain.rules.aggregate import Others
from services.scoring.domain.rules.base import Note, Step
from services.scoring.domain.texts import LANGUAGES, TABLES, Published, sentence

Node = dict[str, Any]


def explain_line(line: Line, criteria_set: CriteriaSet) -> Node:
    """The explanation of a leaf."""
    rounding = criteria_set.rounding
    shown = rounded(line.exact, places=rounding.places, mode=rounding.mode)
    notes = list(line.outcome.notes)
    if line.policy is not None:
        _, policy = line.policy
        notes.append(Note(f"policy_{policy}", {"max": line.criterion.scale_maximum}))
    printed = {"points": Published(shown, rounding.places), "max": line.max}
    key = f"rounded_{rounding.stage}_{rounding.mode}"
    notes.append(Note(key, {"places": rounding.places, **printed}))
    node = {
        **_words(notes),
        "rule": line.criterion.rule.kind if line.criterion.rule is not None else "none",
        "inputs": _as_given(line.value),
        "exact": exact(line.exact),
        "points": fixed(shown, rounding.places),
        "max": plain(line.max),
        "rounding": {"places": rounding.places, "mode": rounding.mode, "stage": rounding.stage},
    }
    if line.policy is not None:
        node["policy"] = {"because": line.policy[0], "policy": line.policy[1]}
    return _with_children(node, line.outcome.steps)


def explain_step(step: Step) -> Node:
    """The explanation of a node below a line."""
    node: Node = {**_words(step.notes), "rule": step.rule}
    if step.key is not None:
        node["key"] = step.key
    if step.exact is not None:
        node["exact"] = exact(step.exact)
    if step.holds is not None:
        node["holds"] = step.holds
    return _with_children(node, step.steps)


def explain_with(notes: Sequence[Note], rule: str, *, steps: Sequence[Step], **more: Any) -> Node:
    """A node of its own: the total, the index, the class."""
    return _with_children({**_words(notes), "rule": rule, **more}, steps)


def _with_children(node: Node, steps: Sequence[Step]) -> Node:
    if steps:
        node["children"] = [explain_step(step) for step in steps]
    return node


def _words(notes: Sequence[Note]) -> dict[str, str]:
    words: dict[str, str] = {}
    for language in LANGUAGES:
        said = [
            sentence("explanations", note.key, language=language, params=note.params)
            for note in notes
        ]
        text = "; ".join(said)
        first = TABLES["explanations"][notes[0].key][language]
        # a name or a formula at the beginning keeps its letters
        start = text if first.startswith("{") else text[:1].upper() + text[1:]
        words[language] = start if start.endswith("…") else f"{start}."
    return words


def _as_given(value: Any) -> Any:
    """The value in the form in which it was put in; None when nothing was."""
    if isinstance(value, NotApplicable):
        return {"not_applicable": True, **({"reason": value.reason} if value.reason else {})}
    if isinstance(value, Mapping):
        return {key: _as_given(entry) for key, entry in value.items()}
    if isinstance(value, tuple):
        return [_as_given(entry) for entry in value]
    if is_dataclass(value) and not isinstance(value, Others):
        named = {entry.name: getattr(value, entry.name) for entry in fields(value)}
        return {name: _as_given(entry) for name, entry in named.items() if entry is not None}
    return _word(value)


def _word(value: Any) -> str | None:
    match value:
        case bool():
            return "yes" if value else "no"
        case Fraction():
            return plain(value)
        case int() | str():
            return str(value)
    return None
