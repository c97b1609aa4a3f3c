"""Where servers come from: what is installed, what can be installed, a container engine, or a plain sentence."""

import os
import sys
from pathlib import Path

import pytest

from deploy.local.finding import Found, Search, find, install, installed
from deploy.local.private import Servers
from deploy.local.processes import ServersUnavailable

# stands for apt-get: "installs" by linking the real programs, and notes whether services may start
APT = """#!/bin/sh
echo "$@" >> {log}
[ "$1" = install ] || exit 0
cat {policy} >> {log}
mkdir -p {bin} && for program in postgres initdb psql; do ln -s /bin/true {bin}/$program; done
"""
# stands for docker: a container is a small server that answers as PostgreSQL does when it is ready
DOCKER = """#!/bin/sh
echo "$@" >> {folder}/log
case $1 in
  info) exit 0 ;;
  run)
    echo "$5" > {folder}/published
    exec {python} {folder}/server.py {folder} ;;
  start) exec {python} {folder}/server.py {folder} ;;
  kill|stop) kill -9 $(cat {folder}/pid) ;;
esac
"""
CONTAINED = """
import os, socket, sys
folder = sys.argv[1]
open(folder + "/pid", "w").write(str(os.getpid()))
_, port, _ = open(folder + "/published").read().split(":")
with socket.create_server(("127.0.0.1", int(port))) as listening:
    while True:
        client, _ = listening.accept()
        with client:
            if client.recv(100)[8:].startswith(b"user\\0postgres"):
                client.sendall(b"R")
"""


def program(folder: Path, name: str, content: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(content)
    (folder / name).chmod(0o755)


def nowhere(path: Path, **more: object) -> Search:
    return Search(folders={"postgresql": (), "rabbitmq": ()}, path=str(path), **more)  # type: ignore[arg-type]


def test_the_newest_of_several_installed_versions_is_taken(tmp_path: Path):
    for version in ("9", "15", "16"):
        for name in ("postgres", "initdb", "psql"):
            (tmp_path / version / "bin").mkdir(parents=True, exist_ok=True)
            program(tmp_path / version / "bin", name, "")
    (tmp_path / "17" / "bin").mkdir(parents=True)  # only a client: no server programs

    search = Search(folders={"postgresql": (f"{tmp_path}/*/bin",)})

    assert installed("postgresql", search) == tmp_path / "16" / "bin"


def test_without_any_way_a_plain_sentence_in_both_languages_says_what_to_do(tmp_path: Path):
    with pytest.raises(ServersUnavailable) as refused:
        find(("postgresql", "rabbitmq"), nowhere(tmp_path))

    vietnamese, english = str(refused.value).splitlines()
    assert "hãy cài gói postgresql và rabbitmq-server" in vietnamese
    assert "install the packages postgresql and rabbitmq-server" in english


def test_packages_are_installed_without_starting_services_of_their_own(tmp_path: Path):
    log, policy, folder = tmp_path / "log", tmp_path / "policy-rc.d", tmp_path / "bin"
    program(tmp_path / "path", "apt-get", APT.format(log=log, policy=policy, bin=folder))
    search = Search(
        folders={"postgresql": (str(folder),)}, path=str(tmp_path / "path"), policy=policy
    )
    assert installed("postgresql", search) is None

    install(["postgresql"], search)

    assert installed("postgresql", search) == folder
    said = log.read_text().splitlines()
    assert said[:2] == ["update -q", "install -q -y postgresql"]
    assert said[-1] == "exit 101", "while apt works, services are forbidden to start"
    assert not policy.exists(), "and afterwards they are not"


def test_apts_last_words_are_shown_when_it_fails(tmp_path: Path):
    failing = '#!/bin/sh\necho "E: Unable to locate package $4" >&2\nexit 100\n'
    program(tmp_path / "path", "apt-get", failing)
    search = nowhere(tmp_path / "path", policy=tmp_path / "policy-rc.d")

    with pytest.raises(ServersUnavailable, match="Unable to locate package postgresql"):
        install(["postgresql"], search)


def test_what_is_installed_is_taken_and_nothing_is_asked_of_apt_or_containers(tmp_path: Path):
    for name in ("postgres", "initdb", "psql"):
        program(tmp_path / "bin", name, "")
    for name in ("apt-get", "docker"):
        program(tmp_path / "path", name, f"#!/bin/sh\ntouch {tmp_path}/asked\nexit 1\n")
    search = Search(folders={"postgresql": (str(tmp_path / "bin"),)}, path=str(tmp_path / "path"))

    assert find(("postgresql",), search) == Found({"postgresql": tmp_path / "bin"})
    assert not (tmp_path / "asked").exists()


def test_as_root_what_is_missing_is_installed_and_then_taken(tmp_path: Path, as_root: None):
    log, policy, folder = tmp_path / "log", tmp_path / "policy-rc.d", tmp_path / "bin"
    program(tmp_path / "path", "apt-get", APT.format(log=log, policy=policy, bin=folder))
    search = Search(
        folders={"postgresql": (str(folder),)}, path=str(tmp_path / "path"), policy=policy
    )

    assert find(("postgresql",), search) == Found({"postgresql": folder})


def test_who_is_not_root_is_not_made_to_wait_for_apt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    program(tmp_path / "path", "apt-get", f"#!/bin/sh\ntouch {tmp_path}/asked\n")

    with pytest.raises(ServersUnavailable, match="hãy cài gói"):
        find(("postgresql",), nowhere(tmp_path / "path"))
    assert not (tmp_path / "asked").exists()


def test_containers_are_tried_when_apt_cannot(tmp_path: Path, as_root: None):
    program(tmp_path / "path", "apt-get", "#!/bin/sh\nexit 100\n")
    program(tmp_path / "path", "docker", "#!/bin/sh\nexit 0\n")
    search = nowhere(tmp_path / "path", policy=tmp_path / "policy-rc.d")

    assert find(("postgresql",), search) == Found(None, str(tmp_path / "path" / "docker"))


@pytest.mark.parametrize("docker", ["exit 1", "kill -9 $$"])
def test_an_engine_that_does_not_answer_is_none(tmp_path: Path, docker: str):
    program(tmp_path / "path", "docker", f"#!/bin/sh\n{docker}\n")

    with pytest.raises(ServersUnavailable, match="hãy cài gói"):
        find(("postgresql",), nowhere(tmp_path / "path"))


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def test_a_container_engine_is_the_last_resort(tmp_path: Path):
    engine = tmp_path / "engine"
    docker = DOCKER.format(folder=engine, python=sys.executable)
    program(engine, "docker", docker)
    (engine / "server.py").write_text(CONTAINED)
    servers = Servers(which=("postgresql",), search=nowhere(engine))

    servers.start()
    try:
        assert servers.postgresql.answers()
        servers.postgresql.kill()
        assert not servers.postgresql.answers()
        servers.postgresql.start()
        assert servers.postgresql.answers()
    finally:
        servers.stop()

    name = (engine / "log").read_text().split("--name ")[1].split()[0]
    said = [line.split()[0] for line in (engine / "log").read_text().splitlines()]
    assert said == ["info", "run", "kill", "start", "kill", "rm"]
    assert f"rm -f -v {name}" in (engine / "log").read_text()
    assert not servers.folder.exists()
