"""Sums of content by issue under another key: what was summed before is there after, and grows on."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from data import recording, schema
from data.engine import snapshot, transaction, writer
from data.rollups import triggers
from tests.data.recounts import assert_exact

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
CELLS = [(1, 7, 19_780, 3, 40), (2, 7, 706, 3, 40), (1, 8, 19_780, 1, 0), (2, 8, 706, 1, 0)]


def test_cells_keep_their_sums(empty_url: str, database_kind: str) -> None:
    engine: Engine = writer(empty_url)
    if database_kind == "sqlite":
        Path(str(engine.url.database)).touch()
    with transaction(engine) as connection:
        schema._migrate(connection, "v0013")
        words = (
            "INSERT INTO rollup_issue_content (cube, issue_id, bucket, n_found, n_views) VALUES (:c, :i, :b, :n, :v)"
        )
        connection.execute(text(words), [dict(zip("cibnv", cell, strict=True)) for cell in CELLS])
        schema._migrate(connection)
    with snapshot(engine) as connection:
        asked = text("SELECT cube, issue_id, bucket, n_found, n_views FROM rollup_issue_content ORDER BY 2, 1")
        assert [tuple(row) for row in connection.execute(asked)] == CELLS
        key = inspect(connection).get_pk_constraint("rollup_issue_content")
        assert (key["name"], key["constrained_columns"]) == ("pk_rollup_issue_content", ["issue_id", "cube", "bucket"])
        (index,) = inspect(connection).get_indexes("rollup_issue_content")
        assert (index["name"], index["column_names"]) == (
            "ix_rollup_issue_content_most", ["cube", "bucket", "n_found", "issue_id"]
        )  # fmt: skip
    engine.dispose()


def test_a_database_of_before_goes_on_counting(empty_url: str, database_kind: str) -> None:
    engine: Engine = writer(empty_url)
    if database_kind == "sqlite":
        Path(str(engine.url.database)).touch()
    with transaction(engine) as connection:
        schema._migrate(connection, "v0013")
        schema._switch(connection, "triggers")
        schema._complete(connection)
    with transaction(engine) as connection:
        rows = [{"natural_key": f"k{n}", "issue_id": 7, "detected_at": NOW, "views": n} for n in range(30)]
        recording.contents(connection, "ais", rows, now=NOW)
        triggers.remove(connection)
        schema._migrate(connection)
        schema._complete(connection)
        recording.contents(connection, "ais", [{"natural_key": "k1", "views": 9}], now=NOW)
        assert_exact(connection)
    engine.dispose()
