"""The dashboard's role on PostgreSQL reads everything but personal data and can change nothing."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, insert, inspect, select, table, text

from data.engine import reader, snapshot, transaction, writer
from data.errors import AccessRefused, QueryTooSlow
from data.grants import LIMITS, grant_reader
from data.tables import complainant, metadata
from tests import postgres
from tests.conftest import Templates

ROLE = 'layar "posko"'

WRITES = [
    "INSERT INTO theme VALUES (99, 'x', 'x', 'x')",
    "UPDATE theme SET code = 'x'",
    "DELETE FROM theme",
    "TRUNCATE content",
    "MERGE INTO theme USING harm ON theme.id = harm.id WHEN MATCHED THEN DELETE",
    "COPY theme FROM PROGRAM 'true'",
    "SELECT id FROM theme FOR UPDATE",
    "LOCK TABLE content IN EXCLUSIVE MODE",
    "CREATE TABLE x (i int)",
    "CREATE TEMPORARY TABLE x (i int)",
    "CREATE VIEW x AS SELECT 1",
    "CREATE FUNCTION x() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE INDEX ON content (title)",
    "ALTER TABLE content ADD COLUMN x int",
    "DROP TABLE content",
    "DROP VIEW content_view",
    "GRANT SELECT ON complainant TO PUBLIC",
    "CREATE ROLE x",
    "UPDATE feed_view SET agency = 'x'",
    "WITH gone AS (DELETE FROM content RETURNING 1) SELECT count(*) FROM gone",
]


@pytest.fixture(scope="module")
def granted(postgres_server: postgres.Server, template: Templates) -> Iterator[str]:
    """The name of a database whose role may read."""
    name = postgres_server.new_database(template("postgresql", "triggers"))
    postgres_server.administer("CREATE ROLE {} LOGIN", ROLE)
    owner = writer(postgres_server.address(name))
    with transaction(owner) as connection:
        connection.execute(insert(complainant), {"complaint_id": 1, "name": "Budi", "contact": "0812"})
        grant_reader(connection, ROLE)
        grant_reader(connection, ROLE)
    owner.dispose()
    yield name
    postgres_server.drop(name)
    postgres_server.administer("DROP ROLE {}", ROLE)


@pytest.fixture
def reading(postgres_server: postgres.Server, granted: str) -> Iterator[Engine]:
    engine = reader(postgres_server.address(granted, user=ROLE.replace('"', "%22").replace(" ", "%20")))
    yield engine
    engine.dispose()


def test_it_reads_every_table_and_view_but_personal_data(reading: Engine) -> None:
    with snapshot(reading) as connection:
        names = [*inspect(connection).get_table_names(), *inspect(connection).get_view_names()]
        for name in set(names) - {"complainant", "alembic_version"}:
            connection.execute(select(text("*")).select_from(table(name)).limit(1)).all()
        assert set(metadata.tables) <= set(names)
        assert "content_view" in names


@pytest.mark.parametrize("question", [select(complainant.c.name), select(text("1")).select_from(complainant)])
def test_it_cannot_read_personal_data(reading: Engine, question: object) -> None:
    with pytest.raises(AccessRefused), snapshot(reading) as connection:
        connection.execute(question)  # type: ignore[call-overload]


def run(engine: Engine, *statements: str) -> None:
    with transaction(engine) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.mark.parametrize("statement", WRITES)
def test_it_can_write_nothing_even_without_its_seat_belt(reading: Engine, statement: str) -> None:
    with pytest.raises(AccessRefused):
        run(reading, "SET TRANSACTION READ WRITE", statement)


def test_its_limits_are_those_of_the_role_in_this_database(reading: Engine) -> None:
    with reading.connect() as connection:
        found = {name: connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in LIMITS}
    assert found == LIMITS


def test_a_slow_statement_is_stopped_by_the_role_alone(reading: Engine) -> None:
    started = time.monotonic()
    with pytest.raises(QueryTooSlow):
        run(reading, "SELECT pg_sleep(20)")
    assert 3.0 <= time.monotonic() - started <= 3.0 * 1.3


def test_a_role_that_does_not_exist_is_refused(postgres_server: postgres.Server, granted: str) -> None:
    owner = writer(postgres_server.address(granted))
    with pytest.raises(AccessRefused, match="no such role"), transaction(owner) as connection:
        grant_reader(connection, "nobody; DROP TABLE content")
    owner.dispose()


def test_sqlite_has_no_roles(engine: Engine, database_kind: str) -> None:
    if database_kind == "sqlite":
        with pytest.raises(AccessRefused, match="no roles"), transaction(engine) as connection:
            grant_reader(connection, ROLE)
