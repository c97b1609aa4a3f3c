"""Do the import rules hold, and would a breach be noticed?"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")
# contract → a file and a line that breaks it
BREACHES = {
    "Services never import each other": (
        "services/scoring/use_cases/evaluate_inputs.py",
        "import services.plans.domain.lifecycle",
    ),
    "shared knows no service": ("shared/clock.py", "import services.plans.domain.lifecycle"),
    "Inside a service, dependencies point down": (
        "services/plans/domain/lifecycle.py",
        "import services.plans.use_cases.announce",
    ),
    "Inside shared, dependencies point down": ("shared/ids.py", "import shared.web.etag"),
    "Domain is pure": ("services/plans/domain/punctuality.py", "import sqlalchemy"),
    "Use cases know no transport": ("services/plans/use_cases/announce.py", "import fastapi"),
    "Only the RabbitMQ adapter imports aio-pika": (
        "services/notifications/jobs.py",
        "import aio_pika",
    ),
}


def verdicts(folder: Path) -> dict[str, str]:
    """What import-linter says of each contract in a tree."""
    finished = subprocess.run(
        [LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )
    lines = [line.rstrip() for line in finished.stdout.splitlines()]
    found = {}
    for line in lines:
        for verdict in ("KEPT", "BROKEN"):
            if line.endswith(f" {verdict}"):
                found[line.removesuffix(f" {verdict}")] = verdict
    assert found, finished.stdout + finished.stderr
    return found


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the sources that may be spoilt."""
    for folder in ("services", "shared"):
        ignore = shutil.ignore_patterns("__pycache__", "*.docx")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.slow
def test_every_contract_holds_and_each_breach_is_caught(tree: Path) -> None:
    assert verdicts(tree) == dict.fromkeys(BREACHES, "KEPT")
    for path, line in BREACHES.values():
        file = tree / path
        file.write_text(f"{file.read_text()}\n{line}\n")
    assert verdicts(tree) == dict.fromkeys(BREACHES, "BROKEN")


@pytest.mark.slow
@pytest.mark.parametrize("place", ["services/plans/helpers.py", "shared/utils.py"])
def test_a_junk_drawer_has_no_place(tree: Path, place: str) -> None:
    (tree / place).write_text('"""Things."""\n')
    assert "BROKEN" in verdicts(tree).values()
