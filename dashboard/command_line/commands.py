"""All commands of `posko`, put together."""

from importlib import import_module, metadata
from importlib.util import find_spec
from typing import Annotated

import typer

from dashboard.command_line.consoles import say
from dashboard.command_line.databases import db
from dashboard.command_line.demonstrations import demo
from dashboard.command_line.exits import TOLD
from dashboard.command_line.loads import load_files
from dashboard.command_line.servers import serve, wall
from dashboard.command_line.simulations import simulate

app = typer.Typer(
    name="posko",
    help=f"Situation-room dashboard against election hoaxes. Begin with: posko demo\n\n{TOLD}",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("demo")(demo)
app.command("serve")(serve)
app.command("load")(load_files)
app.command("simulate")(simulate)
app.add_typer(db, name="db")
app.command("wall")(wall)

if find_spec("dashboard.command_line.bench"):
    app.command("bench")(import_module("dashboard.command_line.bench").bench)


def _version(asked: bool) -> None:
    if asked:
        say(metadata.version("posko"))
        raise typer.Exit


@app.callback()
def posko(
    *, version: Annotated[bool, typer.Option(callback=_version, is_eager=True, help="Print the version.")] = False
) -> None:
    """Situation-room dashboard against election hoaxes."""


def main() -> None:
    """Run the command that the command line asks for."""
    app()
