"""Triggers that keep the roll-ups, whoever writes: put in, taken out, looked for."""

from sqlalchemy import Connection, Table, text

from data.rollups import keeping, postgresql_triggers, sqlite_triggers
from data.rollups.statements import FACTS


def install(connection: Connection) -> None:
    """Put the triggers on every fact table; older ones of ours are replaced. The roll-ups must be exact already."""
    remove(connection)
    keeping.take_gate(connection)
    for facts in FACTS:
        for statement in _statements(connection, facts):
            connection.exec_driver_sql(statement)


def remove(connection: Connection) -> None:
    """Take our triggers from every fact table; nothing else is touched."""
    for name, facts in _found(connection).items():
        where = "" if _is_sqlite(connection) else f" ON {facts}"
        connection.exec_driver_sql(f"DROP TRIGGER {name}{where}")
    if not _is_sqlite(connection):
        for table in FACTS:
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {postgresql_triggers.function_name(table)}()")


def pause(connection: Connection) -> None:
    """Let writes pass by the triggers until `resume`, in the same transaction or with the roll-ups marked as building.

    On PostgreSQL this locks out other writers but not readers, as dropping the triggers would.
    """
    if _is_sqlite(connection):
        remove(connection)
    else:
        _switch(connection, "DISABLE")


def resume(connection: Connection) -> None:
    """Let the triggers see writes again. The roll-ups must be exact already."""
    if _is_sqlite(connection) or not _found(connection):
        install(connection)
    else:
        _switch(connection, "ENABLE")


def _switch(connection: Connection, word: str) -> None:
    for name, facts in _found(connection).items():
        connection.exec_driver_sql(f"ALTER TABLE {facts} {word} TRIGGER {name}")


def present(connection: Connection) -> bool:
    """Return whether every trigger is there and awake."""
    wanted = {name for facts in FACTS for name in _names(connection, facts)}
    return wanted <= _found(connection, awake=True).keys()


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _statements(connection: Connection, facts: Table) -> list[str]:
    if _is_sqlite(connection):
        return list(sqlite_triggers.triggers(facts).values())
    return [postgresql_triggers.function(facts), *postgresql_triggers.triggers(facts)]


def _names(connection: Connection, facts: Table) -> list[str]:
    if _is_sqlite(connection):
        return list(sqlite_triggers.triggers(facts))
    return list(postgresql_triggers.trigger_names(facts).values())


SQLITE_TRIGGERS = "SELECT name, tbl_name, 'O' FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
POSTGRESQL_TRIGGERS = (
    "SELECT t.tgname, c.relname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid) ORDER BY t.tgname"
)


def _found(connection: Connection, *, awake: bool = False) -> dict[str, str]:
    """Return our triggers, also those of an older version, and the table each is on; `awake`: only those that fire."""
    rows = connection.execute(text(SQLITE_TRIGGERS if _is_sqlite(connection) else POSTGRESQL_TRIGGERS))
    facts = {table.name for table in FACTS}
    return {
        name: table
        for name, table, state in rows
        if table in facts and name.startswith(("rollup_", "rollups_")) and not (awake and state == "D")
    }
