"""Engines on SQLite files under faults: missing, foreign, cut, locked, slow, full, growing."""

import random
import shutil
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, text, update

from data import sqlite_engines
from data.engine import check, checkpoint, reader, snapshot, transaction, writer
from data.errors import AccessRefused, DatabaseBusy, DatabaseDamaged, DatabaseFull, DatabaseUnreachable, QueryTooSlow
from data.tables import quarantine, setting
from tests.conftest import Templates

COUNT_TO_A_BILLION = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT count(*) FROM n"
)
DRIP_A_BILLION = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000)"
    " SELECT i FROM n WHERE i % 1000000 = 1"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "posko 100%?#.db"


@pytest.fixture
def writing(path: Path, template: Templates) -> Iterator[Engine]:
    shutil.copyfile(template("sqlite", "triggers"), path)
    engine = writer(str(path))
    yield engine
    engine.dispose()


@pytest.fixture
def reading(path: Path) -> Iterator[Engine]:
    engine = reader(str(path))
    yield engine
    engine.dispose()


def reject(number: int, size: int = 100) -> dict[str, object]:
    row = {"feed_code": "x", "file_name": "x", "line": number, "reason": "x", "excerpt": "x" * size}
    return {"reject_id": number, "recorded_at": 0, **row}


def ask(engine: Engine) -> list[object]:
    with snapshot(engine) as connection:
        return list(connection.execute(select(setting.c.value).order_by(setting.c.name)).scalars())


@pytest.mark.parametrize("make", [reader, writer])
def test_a_missing_file_is_not_made(tmp_path: Path, make: type) -> None:
    for address in (tmp_path / "none.db", tmp_path / "no folder" / "none.db"):
        engine = make(str(address))
        with pytest.raises(DatabaseUnreachable) as said:
            ask(engine)
        assert "none.db" not in str(said.value)
        assert str(tmp_path) not in str(said.value)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_reads_a_file_whose_writer_is_gone(writing: Engine, reading: Engine, path: Path) -> None:
    writing.dispose()
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert "triggers" in ask(reading)


def test_a_reader_cannot_write(writing: Engine, reading: Engine) -> None:
    with pytest.raises(AccessRefused), transaction(reading) as connection:
        connection.execute(update(setting).values(value="1"))


def test_a_file_that_is_no_database(path: Path, reading: Engine) -> None:
    path.write_bytes(b"this is a letter, not a database" * 300)
    with pytest.raises(DatabaseDamaged) as said:
        ask(reading)
    assert path.name not in str(said.value)
    assert path.exists()


@pytest.mark.parametrize("open_before", [False, True])
def test_a_file_cut_in_half(path: Path, writing: Engine, reading: Engine, open_before: bool) -> None:
    with transaction(writing) as connection:
        connection.execute(insert(quarantine), [reject(n, 2000) for n in range(12_000)])
    checkpoint(writing)
    everything = select(quarantine.c.excerpt).order_by(quarantine.c.reject_id)
    if open_before:
        with snapshot(reading) as connection:
            assert len(connection.execute(everything).all()) == 12_000
    else:
        writing.dispose()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(size // 2)
    with pytest.raises(DatabaseDamaged), snapshot(reading) as connection:
        connection.execute(everything).all()
    assert path.stat().st_size == size // 2


def test_an_overwritten_page_is_found(path: Path, writing: Engine) -> None:
    check(writing)
    writing.dispose()
    whole, chance = path.read_bytes(), random.Random(7)
    for _ in range(20):
        page = chance.randrange(1, len(whole) // 4096) * 4096
        path.write_bytes(whole[:page] + chance.randbytes(4096) + whole[page + 4096 :])
        engine = reader(str(path))
        with pytest.raises(DatabaseDamaged):
            check(engine)
        engine.dispose()
    path.write_bytes(whole)
    check(writing)


@pytest.mark.parametrize("question", [COUNT_TO_A_BILLION, DRIP_A_BILLION])
def test_a_slow_question_is_stopped_in_time(path: Path, writing: Engine, question: object) -> None:
    engine = reader(str(path), query_seconds=1.0)
    started = time.monotonic()
    with pytest.raises(QueryTooSlow) as said, snapshot(engine) as connection:
        connection.execute(question).all()  # type: ignore[call-overload]
    assert 1.0 <= time.monotonic() - started <= 1.3
    assert "SELECT" not in str(said.value)
    assert "triggers" in ask(engine), "the connection works on"
    engine.dispose()


def test_a_second_writer_waits_and_then_says_busy(path: Path, writing: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_engines, "WRITE_WAIT_SECONDS", 0.3)
    second = writer(str(path))
    started = time.monotonic()
    with transaction(writing), pytest.raises(DatabaseBusy), transaction(second):
        pass
    assert time.monotonic() - started >= 0.3
    with transaction(second) as connection:
        connection.execute(update(setting).values(value="1"))
    second.dispose()


def test_a_writer_holds_the_lock_from_its_first_word(path: Path, writing: Engine) -> None:
    """Reading first and writing then would fail at once with SQLITE_BUSY_SNAPSHOT when another wrote in between."""
    with transaction(writing) as connection:
        connection.execute(select(setting.c.value))
        other = sqlite3.connect(path, timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("UPDATE setting SET value = 'x'")
        other.close()
        connection.execute(update(setting).values(value="1"))


def test_readers_never_fail_beside_a_busy_writer(writing: Engine, reading: Engine) -> None:
    def write() -> None:
        for batch in range(40):
            with transaction(writing) as connection:
                connection.execute(insert(quarantine), [reject(batch * 100 + n) for n in range(100)])

    seen: list[int] = []
    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(write)
        while not written.done() or len(seen) < 300:
            with snapshot(reading) as connection:
                seen.append(len(connection.execute(select(quarantine.c.reject_id)).all()))
        written.result()
    with snapshot(reading) as connection:
        seen.append(len(connection.execute(select(quarantine.c.reject_id)).all()))
    assert {rows % 100 for rows in seen} == {0}, "a batch is seen whole or not at all"
    assert seen == sorted(seen)
    assert seen[-1] == 4000


def test_a_reader_does_not_wait_for_a_writer(writing: Engine, reading: Engine) -> None:
    with transaction(writing) as connection:
        connection.execute(insert(quarantine), [reject(1)])
        with snapshot(reading) as other:
            assert other.execute(select(quarantine.c.reject_id)).all() == []
    with snapshot(reading) as other:
        assert other.execute(select(quarantine.c.reject_id)).scalars().all() == [1]


def test_a_full_disk_keeps_what_was_there(writing: Engine) -> None:
    with transaction(writing) as connection:
        connection.execute(insert(quarantine), [reject(1)])
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 10}")
    with pytest.raises(DatabaseFull), transaction(writing) as connection:
        connection.execute(insert(quarantine), [reject(n, 5000) for n in range(2, 200)])
    with snapshot(writing) as connection:
        assert connection.execute(select(quarantine.c.reject_id)).scalars().all() == [1]
        assert connection.exec_driver_sql("PRAGMA quick_check").scalar_one() == "ok"


def test_the_log_shrinks_after_a_slow_reader(
    path: Path, writing: Engine, reading: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_engines, "LOG_BYTES", 1_000_000)
    log = Path(f"{path}-wal")
    checkpoint(writing)

    def write(batch: int) -> None:
        with transaction(writing) as connection:
            connection.execute(insert(quarantine), [reject(batch * 100 + n, 5000) for n in range(100)])

    with ThreadPoolExecutor(1) as pool:
        with snapshot(reading) as connection:
            connection.execute(select(quarantine.c.reject_id)).all()
            write(0)
            held = pool.submit(write, 1)
            with pytest.raises(TimeoutError):
                held.result(0.3)
            assert log.stat().st_size > 1_000_000
        held.result()
    assert log.stat().st_size == 0


def test_the_log_is_copied_into_the_file_once_in_many_commits(path: Path, writing: Engine) -> None:
    """Three commits of three thousand pages each: SQLite's own limit of a thousand would copy each of them."""
    checkpoint(writing)
    sizes = [path.stat().st_size]
    for batch in range(3):
        with transaction(writing) as connection:
            connection.execute(insert(quarantine), [reject(batch * 1_500 + n, 8_000) for n in range(1_500)])
        sizes.append(path.stat().st_size)
    assert sizes[0] == sizes[1] == sizes[2] < sizes[3]


def test_a_commit_is_flushed_to_the_disk(writing: Engine) -> None:
    with transaction(writing) as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2, "FULL"
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"


@pytest.mark.parametrize("for_writing", [False, True])
def test_a_snapshot_is_one_moment_from_its_first_word_also_past_sqlalchemy(
    writing: Engine, reading: Engine, for_writing: bool
) -> None:
    with snapshot(writing if for_writing else reading) as connection:
        cursor = connection.connection.cursor()
        before = cursor.execute("SELECT value FROM setting ORDER BY name").fetchall()
        with transaction(writing) as other:
            other.execute(update(setting).values(value="x"))
        assert cursor.execute("SELECT value FROM setting ORDER BY name").fetchall() == before
