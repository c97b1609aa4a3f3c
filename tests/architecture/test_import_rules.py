"""Are the import rules kept, and would each of them notice the many ways to break it?

Tried on the graph of imports, which takes no time; at the end on real lines in real files.
"""

import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from grimp import ImportGraph
from importlinter import configuration
from importlinter.application import use_cases
from importlinter.application.user_options import UserOptions

ROOT = Path(__file__).parents[2]
SERVICES = "Services never import each other"
SHARED_ALONE = "shared knows no service"
WITHIN_SERVICE = "Inside a service, dependencies point down"
WITHIN_SHARED = "Inside shared, dependencies point down"
BROKER = "Only the RabbitMQ adapter imports aio-pika"
PURE = "Domain is pure"
NO_TRANSPORT = "Use cases know no transport"

# an import somebody might write one day, and the rule that must refuse it
ILLEGAL = [
    ("services.plans.use_cases.issue_plan", "services.scoring.domain.ranking", SERVICES),
    ("services.notifications.api.rules", "services.plans.storage.tables", SERVICES),
    ("services.scoring.service", "services.notifications.service", SERVICES),
    ("shared.web.app", "services.plans.service", SHARED_ALONE),
    ("shared.texts", "services.embedded", SHARED_ALONE),
    ("services.plans.domain.periods", "services.plans.storage.tables", WITHIN_SERVICE),
    ("services.plans.domain.periods", "services.plans.documents.reader", WITHIN_SERVICE),
    ("services.plans.documents.reader", "services.plans.storage.tables", WITHIN_SERVICE),
    ("services.plans.storage.repositories", "services.plans.use_cases.edit_plan", WITHIN_SERVICE),
    ("services.plans.use_cases.edit_plan", "services.plans.api.schemas", WITHIN_SERVICE),
    ("services.plans.api.plans", "services.plans.service", WITHIN_SERVICE),
    ("services.scoring.domain.engine", "services.scoring.use_cases", WITHIN_SERVICE),
    ("services.notifications.gateways.mail", "services.notifications.storage.tables", WITHIN_SERVICE),
    ("services.notifications.consumers", "services.notifications.api.rules", WITHIN_SERVICE),
    ("services.notifications.jobs", "services.notifications.consumers", WITHIN_SERVICE),
    ("shared.web.app", "shared.runtime.running", WITHIN_SHARED),
    ("shared.jobs.queue", "shared.web.auth", WITHIN_SHARED),
    ("shared.context", "shared.jobs.queue", WITHIN_SHARED),
    ("shared.context", "shared.replicas", WITHIN_SHARED),
    ("shared.unit_of_work", "shared.context", WITHIN_SHARED),
    ("shared.messaging.relay", "shared.unit_of_work", WITHIN_SHARED),
    ("shared.persistence.database", "shared.messaging.outbox", WITHIN_SHARED),
    ("shared.contracts.base", "shared.persistence.base", WITHIN_SHARED),
    ("shared.rights", "shared.contracts.base", WITHIN_SHARED),
    ("shared.errors", "shared.rights", WITHIN_SHARED),
    ("shared.texts", "shared.errors", WITHIN_SHARED),
    ("shared.settings", "shared.texts", WITHIN_SHARED),
    ("shared.clock", "shared.settings", WITHIN_SHARED),
    ("shared.ids", "shared.clock", WITHIN_SHARED),
    ("shared.messaging.relay", "aio_pika", BROKER),
    ("services.plans.service", "aio_pika", BROKER),
    ("services.plans.domain.periods", "sqlalchemy", PURE),
    ("services.scoring.domain.engine", "shared.clock", PURE),
    ("services.notifications.domain.rules", "fastapi", PURE),
    ("services.plans.domain.unit_names", "httpx", PURE),
    ("services.plans.use_cases.edit_plan", "fastapi", NO_TRANSPORT),
    ("services.scoring.use_cases.criteria_sets", "starlette", NO_TRANSPORT),
    ("services.notifications.use_cases.send_messages", "httpx", NO_TRANSPORT),
    ("services.notifications.use_cases.send_messages", "aio_pika", NO_TRANSPORT),
]  # fmt: skip


@pytest.fixture(scope="module")
def options() -> UserOptions:
    configuration.configure()
    read = use_cases.read_user_options(str(ROOT / "pyproject.toml"))
    use_cases._register_contract_types(read)
    return read


@pytest.fixture(scope="module")
def graph(options: UserOptions) -> ImportGraph:
    return use_cases._build_graph(
        root_package_names=options.session_options["root_packages"],
        cache_dir=None,
        include_external_packages=True,
        exclude_type_checking_imports=False,
        verbose=False,
    )


def broken(graph: ImportGraph, options: UserOptions) -> set[str]:
    """The names of the rules that do not hold."""
    report = use_cases._build_report(
        graph=graph,
        graph_building_duration=0,
        user_options=options,
        limit_to_contracts=(),
        show_timings=False,
        verbose=False,
    )
    assert not report.invalid_contract_options
    return {
        contract.name for contract, check in report.get_contracts_and_checks() if not check.kept
    }


def test_every_rule_is_kept(graph: ImportGraph, options: UserOptions) -> None:
    assert broken(graph, options) == set()


def test_every_rule_has_been_tried(options: UserOptions) -> None:
    rules = {contract["name"] for contract in options.contracts_options}
    assert {rule for *_, rule in ILLEGAL} == rules


@pytest.mark.parametrize(("importer", "imported", "rule"), ILLEGAL)
def test_an_illegal_import_is_noticed(
    graph: ImportGraph, options: UserOptions, importer: str, imported: str, rule: str
) -> None:
    assert importer in graph.modules, "the example is out of date"
    changed = deepcopy(graph)
    if imported not in changed.modules:
        changed.add_module(imported, is_squashed="." not in imported)
    changed.add_import(importer=importer, imported=imported, line_number=1, line_contents="import")
    assert rule in broken(changed, options)


def test_a_roundabout_way_into_the_domain_is_noticed(
    graph: ImportGraph, options: UserOptions
) -> None:
    """The domain imports something harmless, and that imports the database."""
    changed = deepcopy(graph)
    for importer, imported in (
        ("services.plans.domain.periods", "shared.search_text"),
        ("shared.search_text", "sqlalchemy"),
    ):
        changed.add_import(
            importer=importer, imported=imported, line_number=1, line_contents="import"
        )
    assert PURE in broken(changed, options)


@pytest.mark.parametrize(
    ("module", "rule"),
    [
        ("services.plans.leftovers", WITHIN_SERVICE),
        ("services.notifications.misc", WITHIN_SERVICE),
        ("shared.utils", WITHIN_SHARED),
    ],
)
def test_a_module_nobody_gave_a_place_is_noticed(
    graph: ImportGraph, options: UserOptions, module: str, rule: str
) -> None:
    changed = deepcopy(graph)
    changed.add_module(module)
    assert rule in broken(changed, options)


def lint(folder: Path) -> Any:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_command_reads_the_sources_and_fails_on_a_planted_import(tmp_path: Path) -> None:
    for name in ("services", "shared"):
        ignored = shutil.ignore_patterns("__pycache__", "*.docx")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    kept = lint(tmp_path)
    assert kept.returncode == 0, kept.stdout
    file = tmp_path / "services" / "plans" / "domain" / "periods.py"
    file.write_text(file.read_text() + "\nfrom services.scoring.service import service\n")
    planted = lint(tmp_path)
    assert planted.returncode == 1
    assert f"{SERVICES} BROKEN" in planted.stdout
