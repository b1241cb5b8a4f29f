"""The tables in a database: made, brought up to date, and compared with what this program expects."""

from enum import Enum
from typing import Literal

from sqlalchemy import Connection, Engine, inspect, select

from data import sqlite_engines
from data.engine import is_postgres, transaction
from data.errors import SchemaMissing, SchemaNewer, SchemaOlder, translated
from data.tables import metadata, schema_version, setting

VERSION = (1, 0)
"""Major and minor version of the tables that this program makes and expects."""

Rollups = Literal["triggers", "recorded"]
"""Who keeps the roll-ups: triggers of the database, or the recording functions where an engine has no triggers."""


class SchemaState(Enum):
    """How the tables of a database stand to this program."""

    MISSING = "missing"
    OLDER = "older"
    CURRENT = "current"
    NEWER_MINOR = "newer_minor"
    NEWER_MAJOR = "newer_major"


def state(connection: Connection) -> SchemaState:
    """Return how the tables stand to `VERSION`; an empty database is MISSING."""
    if not inspect(connection).has_table(schema_version.name):
        return SchemaState.MISSING
    found = connection.execute(select(schema_version.c.major, schema_version.c.minor)).first()
    if found is None:
        return SchemaState.MISSING
    if found.major != VERSION[0]:
        return SchemaState.NEWER_MAJOR if found.major > VERSION[0] else SchemaState.OLDER
    if found.minor != VERSION[1]:
        return SchemaState.NEWER_MINOR if found.minor > VERSION[1] else SchemaState.OLDER
    return SchemaState.CURRENT


def require(connection: Connection) -> None:
    """Pass when the tables can be read; else raise `SchemaMissing`, `SchemaOlder` or `SchemaNewer`."""
    refused = {
        SchemaState.MISSING: SchemaMissing,
        SchemaState.OLDER: SchemaOlder,
        SchemaState.NEWER_MAJOR: SchemaNewer,
    }
    fault = refused.get(state(connection))
    if fault is not None:
        raise fault()


def create(engine: Engine, rollups: Rollups = "triggers") -> None:
    """Make the SQLite file if it is missing, then all tables, reference rows and triggers, in one transaction.

    `engine` comes from `data.engine.writer`. On a database that has the tables already nothing is lost.
    """
    from importlib import import_module
    from importlib.util import find_spec

    if not is_postgres(engine):
        with translated():
            sqlite_engines.make_file(engine.url)
    with transaction(engine) as connection:
        metadata.create_all(connection)
        connection.execute(schema_version.insert(), {"id": 1, "major": VERSION[0], "minor": VERSION[1]})
        switches = {"rollups": rollups, "rollups_state": "ready", "write_gate": "0"}
        connection.execute(setting.insert(), [{"name": n, "value": v} for n, v in switches.items()])
        if find_spec("data.reference") and find_spec("data.reference.seed"):  # being built
            import_module("data.reference.seed").seed(connection)
        if rollups == "triggers" and find_spec("data.rollups.triggers"):  # being built
            import_module("data.rollups.triggers").install(connection)
