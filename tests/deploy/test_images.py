"""The files for containers say what they must; where a compose is at hand, it reads them too."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
SERVICES = ("plans", "scoring", "notifications")
SECRETS = {"POSTGRES_PASSWORD": "p", "RABBITMQ_PASSWORD": "r"}


def compose() -> list[str] | None:
    """The command that reads compose files here."""
    if (
        shutil.which("docker")
        and not subprocess.run(
            ["docker", "compose", "version"], capture_output=True, check=False
        ).returncode
    ):
        return ["docker", "compose"]
    found = shutil.which("docker-compose")
    return [found] if found else None


def test_compose_reads_its_file_and_refuses_it_without_passwords() -> None:
    command = compose()
    if command is None:
        return  # the file's own rules are tested below; nothing here could read it
    config = [*command, "-f", str(DEPLOY / "compose.yaml"), "config"]
    clean = {k: v for k, v in os.environ.items() if k not in SECRETS}

    whole = subprocess.run(config, env=clean | SECRETS, capture_output=True, check=False, text=True)
    without = subprocess.run(config, env=clean, capture_output=True, check=False, text=True)

    assert whole.returncode == 0, whole.stderr
    assert without.returncode != 0
    assert "POSTGRES_PASSWORD" in without.stderr


def test_compose_runs_every_process_of_every_service_from_one_image() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    for service in SERVICES:
        for role in ("api", "worker"):
            assert (
                f'{service}-{role}: {{ <<: *{role}, command: ["services.{service}", "{role}"] }}'
                in text
            )
        assert f"python -m services.{service} migrate" in text
        assert f"CREATE DATABASE cchc_{service};" in (DEPLOY / "postgres/databases.sql").read_text()
        assert f"location /{service}/" in (DEPLOY / "gateway/nginx.conf").read_text()
    images = re.findall(r"image: (\S+)", text)
    assert all(":" in image for image in images if image != "cchc-platform"), images


@pytest.fixture
def instructions() -> list[tuple[str, str]]:
    """The Dockerfile: each instruction and what follows it."""
    joined = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(line.split()[0], line.partition(" ")[2].strip()) for line in lines]


def values(instructions: list[tuple[str, str]], name: str) -> list[Any]:
    return [value for word, value in instructions if word == name]


def test_the_image_is_pinned_runs_as_nobody_special_says_whether_it_is_well_and_holds_no_secret(
    instructions: list[tuple[str, str]],
) -> None:
    bases = [base.split()[0] for base in values(instructions, "FROM")]
    assert all(re.fullmatch(r"python:3\.11\.\d+-slim-\w+", base) for base in bases), bases
    assert values(instructions, "USER")[-1] == "10001:10001"
    assert "/health/live" in (DEPLOY / "healthcheck.py").read_text()
    assert "healthcheck.py" in values(instructions, "HEALTHCHECK")[0]
    assert "--require-hashes" in " ".join(values(instructions, "RUN"))
    told = " ".join(value for word, value in instructions if word in {"ENV", "ARG"})
    assert not re.search(r"PASSWORD|SECRET|KEY|TOKEN", told, re.IGNORECASE)


def test_what_an_image_copies_exists_and_is_not_ignored(
    instructions: list[tuple[str, str]],
) -> None:
    root = DEPLOY.parent
    ignored = (root / ".dockerignore").read_text().split()
    copied = [value.split()[0] for value in values(instructions, "COPY") if "--from" not in value]
    assert {"services", "shared", "requirements.lock"} <= set(copied)
    for source in copied:
        assert (root / source).exists()
        assert source.split("/")[0] not in ignored
