"""Which commands are there? `cchc --help` lists them."""

import importlib
import sys

import typer

from shared.texts import text

# group → module and attribute; loaded when asked for, so that help is fast
_GROUPS = {
    "plan": "services.cli.plan",
    "deadline": "services.cli.deadline",
    "score": "services.cli.score",
    "keys": "services.cli.keys",
    "outbox": "services.cli.outbox",
    "inbox": "services.cli.inbox",
    "reference": "services.cli.reference",
    "audit": "services.cli.audit",
    "mail": "services.cli.mail",
}


def main() -> None:
    """Entry of the `cchc` script."""
    asked = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    groups = {asked: _GROUPS[asked]} if asked in _GROUPS else _GROUPS
    app = typer.Typer(
        help=text("cli.help"),
        no_args_is_help=True,
        pretty_exceptions_show_locals=False,
        add_completion=False,
    )
    for name, module in groups.items():
        app.add_typer(importlib.import_module(module).app, name=name)
    # a single group would become the program itself
    app.callback()(lambda: None)
    app(prog_name="cchc")


if __name__ == "__main__":
    main()
