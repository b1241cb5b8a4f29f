"""posko db: make, look at, prove and mend the tables."""

from enum import StrEnum
from typing import Annotated

import typer

from dashboard.command_line.choices import Database, named
from dashboard.command_line.consoles import moment, note, results, say, thousands
from dashboard.command_line.exits import TOLD, Exit, told
from data import grants, schema, schema_document
from data.engine import snapshot, transaction, writer
from data.rollups import proof, recount

db = typer.Typer(no_args_is_help=True, help=f"Make, look at, prove and mend the tables.\n\n{TOLD}")

MOST_SHOWN = 20

EARLY = "_without_"
"""Findings of this name may only be early: feeds arrive in any order. They are shown and fail nothing."""


class Rollups(StrEnum):
    """Who keeps the sums."""

    TRIGGERS = "triggers"
    RECORDED = "recorded"


@db.command()
@told
def init(
    database: Database = "",
    rollups: Annotated[Rollups, typer.Option(help="Who keeps the sums; recorded: no triggers.")] = Rollups.TRIGGERS,
) -> None:
    """Make all tables, reference rows and triggers; a SQLite file is made when it is missing.

    Example: posko db init --database posko.db
    """
    engine = writer(named(database))
    schema.create(engine, rollups.value)
    note("The tables are ready.")


@db.command()
@told
def upgrade(database: Database = "") -> None:
    """Bring older tables up to date. Make a backup first.

    Example: posko db upgrade --database postgresql://posko_owner@db.example/posko
    """
    schema.upgrade(writer(named(database)))
    note("The tables are up to date.")


@db.command()
@told
def status(database: Database = "") -> None:
    """Show the version of the tables, how the sums are kept, and the feeds with their age.

    Example: posko db status --database posko.db
    """
    engine = writer(named(database))
    with snapshot(engine) as connection:
        found = schema.version(connection)
        schema.require(connection)
        state, sums = schema.state(connection), recount.status(connection)
    say(f"tables: version {_dotted(found)} ({state.value}); this program: {_dotted(schema.VERSION)}")
    say(f"sums: kept by {sums.kept_by}, {sums.state}; newest write {moment(sums.newest_write_at)}")
    if sums.kept_by == "triggers" and not sums.triggers_present:
        say("TRIGGERS ARE MISSING: run `posko db upgrade`, then `posko db rebuild`.")
    for name, cells in sums.cells.items():
        say(f"  {name}: {thousands(cells)} cells")


def _dotted(version: tuple[int, int] | None) -> str:
    return ".".join(map(str, version or ()))


@db.command()
@told
def verify(database: Database = "") -> None:
    """Prove that every stored sum equals a recount, and that facts agree with each other. Ends with 1 when not.

    Example: posko db verify --database posko.db
    """
    engine = writer(named(database))
    with snapshot(engine) as connection:
        schema.require(connection)
    proved = proof.prove(engine)
    differing, findings = proved.differences, proved.findings
    for each in differing[:MOST_SHOWN]:
        say(f"{each.table} cube {each.cube} {each.key}: stored {each.stored}, counted {each.counted}")
    for finding in findings:
        say(f"{thousands(finding.rows)} {finding.sentence}, for example {finding.example}")
    if differing:
        say(f"{thousands(len(differing))} cells differ. Mend them with `posko db rebuild`.")
    if differing or any(EARLY not in finding.name for finding in findings):
        raise typer.Exit(Exit.NOT_RIGHT)
    say("Every sum equals its recount, and the facts agree.")


@db.command()
@told
def rebuild(database: Database = "") -> None:
    """Make every sum anew from the facts; writers wait meanwhile, readers see the old sums until the end.

    Example: posko db rebuild --database posko.db
    """
    with transaction(writer(named(database)), is_large=True) as connection:
        schema.require(connection)
        made = recount.rebuild(connection)
    for name, cells in made.items():
        say(f"{name}: {thousands(cells)} cells")


@db.command("schema")
@told
def show_schema() -> None:
    """Print what every table and column means, as Markdown: the contract with other writers.

    Example: posko db schema > tables.md
    """
    results.print(schema_document.markdown(), markup=False, soft_wrap=True)


@db.command()
@told
def grant(
    role: Annotated[str, typer.Argument(help="Role of the dashboard; make it first with CREATE ROLE … LOGIN.")],
    database: Database = "",
) -> None:
    """Let a PostgreSQL role read everything but personal data, and nothing else.

    Example: posko db grant posko_reader --database postgresql://posko_owner@db.example/posko
    """
    with transaction(writer(named(database))) as connection:
        schema.require(connection)
        grants.grant_reader(connection, role)
    note("The role may now read all but personal data. Run this again after each `posko db upgrade`.")
