"""Engines: one snapshot, one transaction, and what never happens to a file."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from data.engine import reader, snapshot, transaction
from data.errors import DatabaseUnreachable
from data.tables import setting


def test_a_snapshot_reads_one_moment_while_a_writer_commits(engine: Engine, reading_engine: Engine) -> None:
    question = select(setting.c.value).where(setting.c.name == "write_gate")
    with snapshot(reading_engine) as reading:
        before = reading.execute(question).scalar_one()
        with transaction(engine) as writing:
            writing.execute(setting.update().where(setting.c.name == "write_gate").values(value="1"))
        assert reading.execute(question).scalar_one() == before
    with snapshot(reading_engine) as reading:
        assert reading.execute(question).scalar_one() == "1"


def test_reading_a_missing_file_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable), snapshot(reader(str(tmp_path / "none.db"))) as connection:
        connection.execute(text("SELECT 1"))
    assert list(tmp_path.iterdir()) == []
