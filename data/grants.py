"""What the dashboard's role may do on PostgreSQL: read everything but personal data, for a few seconds at a time."""

from sqlalchemy import Connection, inspect, text

from data.deadlines import QUERY_SECONDS
from data.engine import is_postgres
from data.errors import AccessRefused
from data.tables import complainant, metadata

PERSONAL = (complainant,)
"""Tables of personal data: no right on them is ever given to a reading role."""

LIMITS = {
    "statement_timeout": f"{QUERY_SECONDS:g}s",
    "lock_timeout": "1s",
    "idle_in_transaction_session_timeout": "10s",
    "default_transaction_read_only": "on",
}
"""Settings of the role in this database. They hold through a connection pooler, which refuses them at login.

The last one is a seat belt that a session may take off; the lock is that no right to write is given.
"""


def grant_reader(connection: Connection, role: str) -> None:
    """Let an existing role read all tables and views but personal data, and nothing else, in this database.

    Rights given before are taken back first, also those that PUBLIC has to make tables here. Run it again after each
    `posko db upgrade`: new tables are not readable by themselves. Raises `AccessRefused` when there is no such role,
    or when the caller may not give rights, and on SQLite, where the rights are those of the file.
    """
    if not is_postgres(connection):
        raise AccessRefused("SQLite has no roles: give the reader's user no right to write the file and its folder.")
    known = text("SELECT count(*) FROM pg_roles WHERE rolname = :role")
    if not connection.execute(known, {"role": role}).scalar_one():
        raise AccessRefused("There is no such role in this database. Make it first with CREATE ROLE … LOGIN.")
    for statement in _statements(connection, role):
        connection.exec_driver_sql(statement)


def _statements(connection: Connection, role: str) -> list[str]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    schema = quote(inspect(connection).default_schema_name or "public")
    database = quote(connection.execute(text("SELECT current_database()")).scalar_one())
    who = quote(role)
    return [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {who}",
        f"REVOKE ALL ON SCHEMA {schema} FROM {who}",
        f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC",
        f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {who}",
        f"GRANT USAGE ON SCHEMA {schema} TO {who}",
        *(f"GRANT SELECT ON {schema}.{quote(name)} TO {who}" for name in _readable(connection)),
        *(f"ALTER ROLE {who} IN DATABASE {database} SET {name} = '{value}'" for name, value in LIMITS.items()),
    ]


def _readable(connection: Connection) -> list[str]:
    personal = {table.name for table in PERSONAL}
    return [name for name in metadata.tables if name not in personal] + sorted(inspect(connection).get_view_names())
