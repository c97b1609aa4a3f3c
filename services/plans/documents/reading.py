"""What do all parts of the reader share while one document is read?"""

from dataclasses import dataclass, field

from services.plans.documents.areas import AreaRegister
from services.plans.documents.deadline_cells import DeadlineReader
from services.plans.documents.notices import Notices
from services.plans.domain.document_content import (
    Finding,
    IndexTarget,
    Responsibility,
    Target,
    Task,
)
from services.plans.domain.targets import IndexGoal


@dataclass(slots=True)
class Reading:
    """The year deadlines and targets are read by, and everything found so far."""

    year: int | None
    deadlines: DeadlineReader
    notices: Notices
    areas: AreaRegister = field(default_factory=AreaRegister)
    tasks: list[Task] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    index_targets: list[IndexTarget] = field(default_factory=list)
    responsibilities: list[Responsibility] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    index_goals: dict[str, IndexGoal] = field(default_factory=dict)

    def add_task(self, task: Task) -> None:
        """Note a task and the targets inside it."""
        self.tasks.append(task)
        self.targets.extend(task.targets)
