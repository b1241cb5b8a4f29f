"""Sums of content by issue under another key: what was summed before is there after, and grows on."""

from pathlib import Path

from sqlalchemy import Engine, inspect, text

from data import schema
from data.engine import snapshot, transaction, writer

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
