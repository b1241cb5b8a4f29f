"""The tables in a database: made, brought up to date, and compared with what this program expects."""

from enum import Enum
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, inspect, select, text

from data import migrations, sqlite_engines
from data.engine import is_postgres, transaction
from data.errors import SchemaMissing, SchemaNewer, SchemaOlder, translated
from data.reference.seed import seed
from data.rollups import recount, triggers
from data.tables import schema_version, setting

VERSION = (2, 0)
"""Major and minor version of the tables that this program makes and expects.

The major one grows where older programs would fail on the new tables, or read them wrong: they refuse them.
"""

SUMS_SINCE = (2, 0)
"""Version in which roll-ups last changed what they hold: those of older tables are made anew from the facts."""

Rollups = Literal["triggers", "recorded"]
"""Who keeps the roll-ups: triggers of the database, or the recording functions where an engine has no triggers."""

LOCK = 7_065_500
"""Number of the advisory lock (PostgreSQL) under which tables are made and changed."""


class SchemaState(Enum):
    """How the tables of a database stand to this program."""

    MISSING = "missing"
    OLDER = "older"
    CURRENT = "current"
    NEWER_MINOR = "newer_minor"
    NEWER_MAJOR = "newer_major"


REFUSED = {
    SchemaState.MISSING: SchemaMissing,
    SchemaState.OLDER: SchemaOlder,
    SchemaState.NEWER_MAJOR: SchemaNewer,
}
"""States in which nothing is read: the fault names the command that mends it."""


def state(connection: Connection) -> SchemaState:
    """Return how the tables stand to `VERSION`; a database without our tables is MISSING."""
    found = version(connection)
    if found is None:
        return SchemaState.MISSING
    if found == VERSION:
        return SchemaState.CURRENT
    if found < VERSION:
        return SchemaState.OLDER
    return SchemaState.NEWER_MAJOR if found[0] > VERSION[0] else SchemaState.NEWER_MINOR


def version(connection: Connection) -> tuple[int, int] | None:
    """Return the major and minor version of the tables in the database, or None when it has none."""
    if not inspect(connection).has_table(schema_version.name):
        return None
    found = connection.execute(select(schema_version.c.major, schema_version.c.minor)).first()
    return None if found is None else (found.major, found.minor)


def require(connection: Connection) -> None:
    """Pass when the tables can be read; else raise `SchemaMissing`, `SchemaOlder` or `SchemaNewer`."""
    fault = REFUSED.get(state(connection))
    if fault is not None:
        raise fault


def create(engine: Engine, rollups: Rollups = "triggers") -> None:
    """Make the SQLite file if it is missing, then all tables, reference rows and triggers, in one transaction.

    `engine` comes from `data.engine.writer`. A database that has tables already is only brought up to date; it keeps
    its way of keeping roll-ups. Raises `SchemaNewer` when its tables are newer than this program.
    """
    if not is_postgres(engine):
        with translated():
            sqlite_engines.make_file(engine.url)
    with transaction(engine, is_large=True) as connection:
        _lock(connection)
        if state(connection) is SchemaState.MISSING:
            _migrate(connection)
            _switch(connection, rollups)
            _complete(connection)
        else:
            _bring_up_to_date(connection)


def upgrade(engine: Engine) -> None:
    """Bring older tables up to date in one transaction; raise `SchemaMissing` or `SchemaNewer` where that is not it."""
    with transaction(engine, is_large=True) as connection:
        _lock(connection)
        _bring_up_to_date(connection)


def _bring_up_to_date(connection: Connection) -> None:
    found = state(connection)
    if found is SchemaState.NEWER_MINOR:
        return
    if found in (SchemaState.MISSING, SchemaState.NEWER_MAJOR):
        raise REFUSED[found]
    before = version(connection)
    triggers.remove(connection)
    _migrate(connection)
    _complete(connection)
    if before is not None and before < SUMS_SINCE:
        recount.rebuild(connection)


def _lock(connection: Connection) -> None:
    if is_postgres(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _migrate(connection: Connection, target: str = "head") -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, target)
    connection.execute(schema_version.delete())
    connection.execute(schema_version.insert(), {"id": 1, "major": VERSION[0], "minor": VERSION[1]})


def _switch(connection: Connection, rollups: Rollups) -> None:
    switches = {"rollups": rollups, "rollups_state": "ready", "write_gate": "0"}
    connection.execute(setting.insert(), [{"name": name, "value": value} for name, value in switches.items()])


def _complete(connection: Connection) -> None:
    """Write the reference rows and, where triggers keep the roll-ups, make those of this version."""
    seed(connection)
    kept = connection.execute(select(setting.c.value).where(setting.c.name == "rollups")).scalar_one()
    if kept == "triggers":
        triggers.install(connection)
