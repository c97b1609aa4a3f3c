"""Does mail go out from here? `cchc mail test`, without a running platform."""

import asyncio
from datetime import datetime
from email.utils import parseaddr
from html import escape
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from services.cli.platform_api import fail, say
from services.notifications.domain.addresses import is_address, is_reserved
from services.notifications.domain.delivery import Outcome
from services.notifications.gateways.choice import gateways
from services.notifications.gateways.mail import Mail
from shared.clock import HO_CHI_MINH, SystemClock
from shared.ids import new_id
from shared.settings import Settings
from shared.texts import text

app = typer.Typer(help=text("cli_mail.help"), no_args_is_help=True)


@app.callback()
def mail() -> None:
    """Keep `test` a word of its own."""


@app.command("test", help=text("cli_mail.test_help"))
def send_test(
    to: Annotated[str, typer.Option("--to", help=text("cli_mail.to"))],
    *,
    as_json: Annotated[bool, typer.Option("--json", help=text("cli.json"))] = False,
) -> None:
    """Send or write one mail and say what happened; the exit code is 1 when it did not go out."""
    settings = Settings()
    if not is_address(to):
        fail(text("cli_mail.bad_address", address=to))
    if not is_address(parseaddr(settings.mail_from)[1]):
        fail(text("cli_mail.bad_sender"))
    letter = _letter(settings, to, at=SystemClock().now())
    way = gateways(settings).choose(to, simulated=False)
    outcome = asyncio.run(way.send(letter))
    result = _result(settings, letter, way.name, outcome)
    say(result, as_json=as_json, line=result["message"])
    raise typer.Exit(0 if outcome.kind == "sent" else 1)


def _letter(settings: Settings, to: str, *, at: datetime) -> Mail:
    shown = f"{at.astimezone(HO_CHI_MINH):%H:%M %d/%m/%Y}"
    body = text("cli_mail.body", at=shown, language=settings.language)
    return Mail(
        message_id=new_id(),
        sender=settings.mail_from,
        to_address=to,
        to_name=text("cli_mail.to_name", language=settings.language),
        subject=text("cli_mail.subject", language=settings.language),
        text=f"{body}\n",
        html=f"<!doctype html><html><body><p>{escape(body)}</p></body></html>\n",
        language=settings.language,
        at=at,
    )


def _result(settings: Settings, letter: Mail, way: str, outcome: Outcome) -> dict[str, Any]:
    file = None
    if way == "file" and outcome.kind == "sent":
        file = _file(settings, letter.message_id)
    return {
        "outcome": "written" if file else outcome.kind,
        "gateway": way,
        "to": letter.to_address,
        "message_id": str(letter.message_id),
        "file": str(file) if file else None,
        "code": outcome.code,
        "detail": outcome.detail,
        "message": _sentence(settings, letter, way, outcome, file=file),
    }


def _sentence(
    settings: Settings, letter: Mail, way: str, outcome: Outcome, *, file: Path | None
) -> str:
    values: dict[str, Any] = {
        "address": letter.to_address,
        "host": settings.smtp_host,
        "port": settings.smtp_port,
        "code": outcome.code,
        "detail": outcome.detail,
    }
    if way == "file":
        if file is None:
            return text("cli_mail.file_failed", language=settings.language, **values)
        why = "because_reserved" if is_reserved(letter.to_address) else "because_no_server"
        written = text("cli_mail.written", language=settings.language, file=file)
        return f"{text(f'cli_mail.{why}', language=settings.language)} {written}"
    key = "sent_smtp" if outcome.kind == "sent" else outcome.kind
    return text(f"cli_mail.{key}", language=settings.language, **values)


def _file(settings: Settings, message_id: UUID) -> Path:
    return settings.data_dir / "mail" / f"{message_id}.eml"
