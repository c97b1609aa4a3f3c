"""What does a plan in Word say? `cchc plan parse FILE`, without a running platform or a database."""

import json
from pathlib import Path
from typing import Annotated

import typer

from shared.texts import text

app = typer.Typer()

_BAD_INPUT = 2


@app.command("parse", help=text("plan_reading.command.help"))
def parse_command(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="TỆP", help=text("plan_reading.command.file"), show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=text("cli.json"))] = False,
) -> None:
    """Print the JSON of SPEC §9, or a summary to read. A file that cannot be read ends with 2."""
    from services.cli.plan_summary import summary
    from services.plans.documents import UnreadableDocument, read_document

    if file is None:
        raise _refused(text("plan_reading.command.which_file"))
    try:
        content = read_document(_bytes(file), file_name=file.name)
    except UnreadableDocument as refusal:
        raise _refused(str(refusal)) from None
    answer = json.dumps(content.as_json(), ensure_ascii=False, indent=2)
    # Bytes: the answer is UTF-8 whatever the terminal was set to.
    typer.echo((answer if as_json else summary(content)).encode("utf-8"))


def _bytes(file: Path) -> bytes:
    from services.plans.documents import MAX_FILE_BYTES, UnreadableDocument

    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise UnreadableDocument("too_large")
        return file.read_bytes()
    except FileNotFoundError:
        raise _refused(text("plan_reading.command.no_file", file=str(file))) from None
    except OSError:
        raise _refused(text("plan_reading.command.no_access", file=str(file))) from None


def _refused(sentence: str) -> typer.Exit:
    """Says the sentence on standard error; the caller raises what is returned."""
    typer.echo(sentence.encode("utf-8", "replace"), err=True)
    return typer.Exit(_BAD_INPUT)
