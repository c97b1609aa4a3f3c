"""Does `cchc mail test` say plainly what happened?"""

import asyncio
import json
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli.mail import app
from tests.support.mail_server import mail_server

REAL = "lan.nt@so.khanhhoa.gov.vn"


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCHC_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CCHC_SMTP_TLS", "none")
    monkeypatch.delenv("CCHC_SMTP_HOST", raising=False)


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["test", *words])
    return result.exit_code, result.output


def test_without_a_server_the_mail_is_written_and_said_to_be(tmp_path: Path) -> None:
    code, said = run("--to", REAL)
    (file,) = (tmp_path / "mail").glob("*.eml")
    assert code == 0
    assert f"Đã ghi thư vào tệp {file}" in said
    assert "Chưa cấu hình máy chủ thư" in said


def test_with_json_there_is_nothing_but_json(tmp_path: Path) -> None:
    code, said = run("--to", "lan@svhtt.example", "--json")
    result = json.loads(said)
    assert (code, result["outcome"], result["gateway"]) == (0, "written", "file")
    assert Path(result["file"]).read_bytes().startswith(b"From: ")


async def test_with_a_server_the_mail_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    async with mail_server() as server:
        monkeypatch.setenv("CCHC_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("CCHC_SMTP_PORT", str(server.port))
        code, said = await asyncio.to_thread(run, "--to", REAL, "--json")
        assert (code, json.loads(said)["outcome"]) == (0, "sent")
        (mail,) = server.mails
        assert str(mail["Subject"]) == "Thư thử của nền tảng CCHC"
        server.at_rcpt = "550 no such user"
        code, said = await asyncio.to_thread(run, "--to", REAL)
        assert code == 1
        assert "từ chối" in said
        code, said = await asyncio.to_thread(run, "--to", "lan@svhtt.example")
        assert (code, len(server.mails)) == (0, 1)
        assert "không bao giờ gửi thật" in said


def test_a_server_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        monkeypatch.setenv("CCHC_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("CCHC_SMTP_PORT", port)
        code, said = run("--to", REAL)
    assert code == 1
    assert f"127.0.0.1:{port}" in said


@pytest.mark.parametrize("address", ["lan", "a@b@c.example", "a@b.example\nBcc: c@d.example"])
def test_what_is_no_address_is_refused(address: str, tmp_path: Path) -> None:
    code, said = run("--to", address)
    assert code == 2
    assert "không phải địa chỉ" in said
    assert not (tmp_path / "mail").exists()
