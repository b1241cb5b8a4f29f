"""The tables: made whole or not at all, equal to their declaration, and refused when they do not fit the program."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from struct import pack

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, func, insert, inspect, select, text, update

from data import schema, tables
from data.engine import snapshot, transaction, writer
from data.errors import DatabaseFault, SchemaMissing, SchemaNewer, SchemaOlder
from data.rollups import recount
from data.schema import SchemaState
from data.tables import feed, metadata, schema_version, setting
from tests.postgres import Server


@pytest.fixture
def empty(empty_url: str) -> Iterator[Engine]:
    """A writing engine on a database without tables."""
    engine = writer(empty_url)
    yield engine
    engine.dispose()


def switches(engine: Engine) -> dict[str, str]:
    with snapshot(engine) as connection:
        return {row.name: row.value for row in connection.execute(select(setting))}


def set_version(engine: Engine, major: int, minor: int) -> None:
    with transaction(engine) as connection:
        connection.execute(update(schema_version).values(major=major, minor=minor))


def test_migrated_tables_equal_their_declaration(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_name": lambda name, kind, _: name != "alembic_version",
            },
        )
        assert compare_metadata(context, metadata) == []


def test_migrations_write_the_same_sqlite_statements_as_the_declaration(tmp_path: Path) -> None:
    migrated, declared = writer(str(tmp_path / "migrated.db")), create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    schema.create(migrated, "recorded")
    metadata.create_all(declared)
    found = []
    for engine in (migrated, declared):
        with engine.connect() as connection:
            question = text(
                "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL ORDER BY name"
            )
            rows = connection.execute(question)
            found.append({name: " ".join(sql.split()) for name, sql in rows if name != "alembic_version"})
        engine.dispose()
    assert found[0] == found[1]


def test_migrations_leave_the_same_postgresql_dump_as_the_declaration(postgres_server: Server) -> None:
    dumps = []
    for fill in (lambda engine: schema.create(engine, "recorded"), metadata.create_all):
        name = postgres_server.new_database()
        engine = writer(postgres_server.address(name))
        fill(engine)
        engine.dispose()
        dumps.append(postgres_server.dump_of_tables(name))
        postgres_server.drop(name)
    assert any(statement.startswith("COMMENT ON COLUMN public.content.detected_at") for statement in dumps[0])
    assert dumps[0] == dumps[1]


def test_a_created_database_is_current_and_says_how_sums_are_kept(empty: Engine, both_ways: schema.Rollups) -> None:
    schema.create(empty, both_ways)
    with snapshot(empty) as connection:
        schema.require(connection)
        assert schema.state(connection) is SchemaState.CURRENT
    assert switches(empty) == {"rollups": both_ways, "rollups_state": "ready", "write_gate": "0"}


def test_creating_again_keeps_what_the_office_set_and_the_way_of_keeping_sums(engine: Engine) -> None:
    with transaction(engine) as connection:
        connection.execute(update(feed).values(expected_seconds=77))
    schema.create(engine, "recorded")
    assert switches(engine)["rollups"] == "triggers"
    with snapshot(engine) as connection:
        assert set(connection.execute(select(feed.c.expected_seconds)).scalars()) == {77}


def test_two_who_create_at_once_leave_one_whole_database(empty_url: str) -> None:
    engines = [writer(empty_url), writer(empty_url)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(schema.create, engines))
    with snapshot(engines[0]) as connection:
        assert schema.state(connection) is SchemaState.CURRENT
    for engine in engines:
        engine.dispose()


def test_a_creation_that_fails_halfway_leaves_no_table(empty: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(connection: object) -> None:
        raise RuntimeError("the reference files are gone")

    monkeypatch.setattr(schema, "seed", fail)
    with pytest.raises(RuntimeError, match="reference files"):
        schema.create(empty)
    with snapshot(empty) as connection:
        assert inspect(connection).get_table_names() == []
        assert schema.state(connection) is SchemaState.MISSING


@pytest.mark.parametrize(
    ("version", "state", "fault", "command"),
    [
        ((0, 9), SchemaState.OLDER, SchemaOlder, "posko db upgrade"),
        ((schema.VERSION[0], 7), SchemaState.NEWER_MINOR, None, ""),
        ((schema.VERSION[0] + 1, 0), SchemaState.NEWER_MAJOR, SchemaNewer, "newer Posko"),
    ],
)
def test_other_versions_are_refused_with_the_mend_or_read(
    engine: Engine, version: tuple[int, int], state: SchemaState, fault: type[DatabaseFault] | None, command: str
) -> None:
    set_version(engine, *version)
    with snapshot(engine) as connection:
        assert schema.state(connection) is state
        if fault is None:
            schema.require(connection)
        else:
            with pytest.raises(fault, match=command):
                schema.require(connection)


def test_a_database_without_tables_is_refused_with_the_command_that_makes_them(
    empty: Engine, database_kind: str
) -> None:
    if database_kind == "sqlite":
        Path(str(empty.url.database)).touch()
    with snapshot(empty) as connection:
        assert schema.state(connection) is SchemaState.MISSING
        with pytest.raises(SchemaMissing, match="posko db init"):
            schema.require(connection)


def test_older_tables_are_brought_up_to_date(empty: Engine, database_kind: str) -> None:
    if database_kind == "sqlite":
        Path(str(empty.url.database)).touch()
    with transaction(empty) as connection:
        schema._migrate(connection, "v0006")
        schema._switch(connection, "triggers")
    set_version(empty, 0, 9)
    schema.upgrade(empty)
    with snapshot(empty) as connection:
        schema.require(connection)
        assert "content_view" in inspect(connection).get_view_names()


def test_reach_of_older_tables_stays_when_its_frequency_gets_a_column(empty: Engine, database_kind: str) -> None:
    if database_kind == "sqlite":
        Path(str(empty.url.database)).touch()
    with transaction(empty) as connection:
        schema._migrate(connection, "v0007")
        schema._switch(connection, "triggers")
        connection.execute(
            text(
                "INSERT INTO campaign_reach VALUES (1, 2, '00', 20000, 4, 10, 30, 2, NULL, 'kampanye', false, 0, NULL)"
            )
        )
    set_version(empty, 1, 0)
    schema.upgrade(empty)
    with snapshot(empty) as connection:
        shown = connection.execute(text("SELECT impressions, frequency FROM campaign_reach_view")).one()
    assert tuple(shown) == (30, None)


def test_older_sums_are_made_anew(empty: Engine, database_kind: str) -> None:
    if database_kind == "sqlite":
        Path(str(empty.url.database)).touch()
    removed = {"service_id": 1, "theme_id": 1, "source_id": 1, "outcome_id": 1, "time_precision": "second"}
    written = {"feed_code": "ais", "is_simulated": False}
    sent = datetime(2024, 2, 14, 3, 0, tzinfo=UTC)
    with transaction(empty) as connection:
        schema._migrate(connection, "v0008")
        schema._switch(connection, "triggers")
        connection.execute(
            insert(tables.takedown_request),
            removed | written | {
                "content_id": 7, "request_no": 1, "organisation_id": 1, "urgency": "hoax", "stopped_seconds": 0,
                "received_at": sent, "actioned_at": sent + timedelta(minutes=50),
            },
        )  # fmt: skip
    set_version(empty, 1, 1)
    schema.upgrade(empty)
    with snapshot(empty) as connection:
        assert recount.verify(connection) == []
        histogram = tables.rollup_latency_packed.c
        found = connection.execute(select(histogram.cube, histogram.counts)).all()
        assert connection.execute(select(func.sum(tables.rollup_removal.c.n_removed))).scalar() == 3
    # 3,000 s lie above 2 × 900 s: bucket 180 + 60 + (3,000 − 1,800) / 30 = 280.
    assert sorted(map(tuple, found)) == [(cube, pack("<ii", 1, 1 << 16 | 280)) for cube in (1, 2, 3, 4, 5)]


@pytest.mark.parametrize("change", [schema.create, schema.upgrade])
def test_newer_tables_are_never_touched(engine: Engine, change: Callable[[Engine], None]) -> None:
    set_version(engine, schema.VERSION[0] + 1, 0)
    with pytest.raises(SchemaNewer):
        change(engine)
    set_version(engine, schema.VERSION[0], 9)
    change(engine)
    with snapshot(engine) as connection:
        assert schema.version(connection) == (schema.VERSION[0], 9)


def test_an_empty_database_is_not_upgraded(empty: Engine, database_kind: str) -> None:
    if database_kind == "sqlite":
        Path(str(empty.url.database)).touch()
    with pytest.raises(SchemaMissing, match="posko db init"):
        schema.upgrade(empty)
