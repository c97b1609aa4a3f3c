"""Which row of a document that was read is which, whatever its number says?

Works on the JSON of SPEC §9 in which every task and target bears a `row`, an id of its own ("t3",
"c12") that outlives numbering, sorting and other people's corrections; a target inside a task also
bears that task's `task_row`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]
PREFIXES = {"tasks": "t", "targets": "c"}
ROWS_GIVEN = "rows_given"


def owners_of_targets(
    tasks: Sequence[Mapping[str, Any]], targets: Sequence[Mapping[str, Any]]
) -> list[int | None]:
    """For each target, the place of the task it stands in; None for one of no task.

    Ordinals begin again in each table, so they alone do not tell: every target of a task is looked
    for among the flat ones, in order, and taken once.
    """
    owners: list[int | None] = [None] * len(targets)
    for place, task in enumerate(tasks):
        for inside in task["targets"]:
            for index, target in enumerate(targets):
                if owners[index] is None and same_target(target, inside):
                    owners[index] = place
                    break
    return owners


def same_target(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two say the same, row ids aside."""
    return bare(one) == bare(other)


def bare(row: Mapping[str, Any]) -> Json:
    """A task or target without its ids, as SPEC §9 has it."""
    return {name: value for name, value in row.items() if name not in {"row", "task_row"}}


def with_rows(content: Mapping[str, Any]) -> Json:
    """The content with an id on every task and target."""
    owners = owners_of_targets(content["tasks"], content["targets"])
    tasks = [{"row": f"t{n}", **task} for n, task in enumerate(content["tasks"], 1)]
    targets = [
        {"row": f"c{n}", "task_row": None if owner is None else tasks[owner]["row"], **target}
        for n, (owner, target) in enumerate(zip(owners, content["targets"], strict=True), 1)
    ]
    given = {"tasks": len(tasks), "targets": len(targets)}
    return {**content, "tasks": tasks, "targets": targets, ROWS_GIVEN: given}


def ensure_rows(content: Mapping[str, Any]) -> Json:
    """The content with ids; previews stored by an earlier version have none."""
    return dict(content) if ROWS_GIVEN in content else with_rows(content)


def give_row(content: Json, kind: str) -> str:
    """A new id for a row of this kind; ids of rows that were dropped are not given again."""
    content[ROWS_GIVEN][kind] += 1
    return f"{PREFIXES[kind]}{content[ROWS_GIVEN][kind]}"


def link(content: Json) -> None:
    """Bring targets and tasks into step: a target follows the number and area of its task."""
    tasks = {task["row"]: task for task in content["tasks"]}
    for task in content["tasks"]:
        task["targets"] = []
    for target in content["targets"]:
        task = tasks.get(target["task_row"])
        if task is not None:
            target["area"], target["task"] = task["area"], task["ordinal"]
            task["targets"].append(bare(target))
