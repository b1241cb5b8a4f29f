"""Within a snapshot the same is read once; in a transaction that writes it is read anew."""

from sqlalchemy import Connection, Engine

from data.engine import snapshot
from queries.once import forget, is_missing, keep, once


def test_a_snapshot_reads_once_and_forgets_when_asked(engine: Engine) -> None:
    calls: list[int] = []

    def read() -> int:
        calls.append(1)
        return len(calls)

    with snapshot(engine) as connection:
        connection.exec_driver_sql("SELECT 1")
        assert [once(connection, "a", read), once(connection, "a", read)] == [1, 1]
        assert once(connection, "b", read) == 2
        forget(connection)
        assert once(connection, "a", read) == 3
    with snapshot(engine) as connection:
        assert once(connection, "a", read) == 4


def test_nothing_is_also_kept(engine: Engine) -> None:
    calls: list[None] = []
    with snapshot(engine) as connection:
        connection.exec_driver_sql("SELECT 1")
        for _ in range(2):
            assert once(connection, "a", lambda: calls.append(None)) is None
    assert len(calls) == 1


def test_who_writes_reads_anew(connection: Connection) -> None:
    numbers = iter(range(9))
    assert [once(connection, "a", lambda: next(numbers)) for _ in range(2)] == [0, 1]


def test_what_was_read_with_something_else_is_kept_in_a_snapshot_only(engine: Engine, connection: Connection) -> None:
    assert not is_missing(connection, "a")
    with snapshot(engine) as reading:
        reading.exec_driver_sql("SELECT 1")
        assert is_missing(reading, "a")
        keep(reading, "a", 5)
        assert not is_missing(reading, "a")
        assert once(reading, "a", lambda: 6) == 5
