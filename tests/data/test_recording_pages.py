"""What a batch does to pages: content stays on its own, few statements, nothing put aside in files.

And what it must not do for that: set a column that another writer has changed, or hide a change from a fixed link.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from data import recording, tables
from data.engine import is_postgres, transaction, writer
from data.many_keys import bound
from data.recording import stored
from tests.data.recounts import assert_exact, rows_of

NOW = datetime(2024, 3, 1, 12, 5, tzinfo=UTC)
ROWS = 40


def found(**columns: Any) -> list[dict[str, Any]]:
    at = NOW - timedelta(hours=3)
    return [{"natural_key": f"k{n}", "service_id": n % 3, "detected_at": at, **columns} for n in range(ROWS)]


def requested(at: datetime) -> list[dict[str, Any]]:
    return [{"content_key": f"k{n}", "notified_at": at} for n in range(ROWS)]


def stamps(connection: Connection) -> set[datetime]:
    return {datetime.fromtimestamp(row["updated_at"], UTC) for row in rows_of(connection, tables.content)}


@contextmanager
def counted(engine: Engine, beginning: str) -> Iterator[list[str]]:
    """Give the statements that begin so, as they are sent."""
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.extend([statement] if statement.startswith(beginning) else [])

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_content_that_is_told_again_within_the_hour_stays_on_its_page(engine: Engine) -> None:
    if not is_postgres(engine):
        return
    with transaction(engine) as connection:
        recording.contents(connection, "ais", found(), now=NOW)
    with transaction(engine) as connection:
        later = NOW + timedelta(minutes=50)
        recording.takedown_requests(connection, "platform", requested(NOW), now=later)
        kinds = ("tuples_updated", "tuples_hot_updated")
        asked = ", ".join(f"pg_stat_get_xact_{kind}('content'::regclass)" for kind in kinds)
        updated, in_place = connection.execute(text(f"SELECT {asked}")).one()
        assert updated == ROWS
        assert in_place > 0, "no index holds what changed"


def test_no_change_of_content_lies_after_its_stamp(engine: Engine) -> None:
    end = NOW.replace(minute=59, second=59)
    with transaction(engine) as connection:
        recording.contents(connection, "ais", found(), now=NOW)
        assert stamps(connection) == {end}
        recording.takedown_requests(connection, "platform", requested(NOW), now=end)
        assert stamps(connection) == {end}, "the last moment of the hour"
        recording.contents(connection, "ais", found(views=3), now=end + timedelta(seconds=1))
        assert stamps(connection) == {end + timedelta(hours=1)}
        (request, *_) = rows_of(connection, tables.takedown_request)
        assert request["updated_at"] == int(end.timestamp()), "requests say the moment itself"
        assert_exact(connection)


def test_rows_that_change_otherwise_are_written_together_where_nobody_else_can_write(engine: Engine) -> None:
    with transaction(engine) as connection:
        recording.contents(connection, "ais", found(), now=NOW)
    some = [{"views": 5}, {"title": "Judul"}, {"views": 7, "harm_id": 2}, {"verified_at": NOW}]
    rows = [row | some[n % 4] for n, row in enumerate(found())]
    with counted(engine, "INSERT INTO content ") as sent, transaction(engine) as connection:
        assert recording.contents(connection, "ais", rows, now=NOW).updated == ROWS
        assert_exact(connection)
        shown = {row["natural_key"]: row for row in rows_of(connection, tables.content)}
    for row in rows:
        assert row.items() <= (shown[row["natural_key"]] | {n: row[n] for n in row if n.endswith("_at")}).items()
    if not is_postgres(engine):
        assert len(sent) == 2, "of so many rows in a statement each: those whose views are indexed, and the others"


def test_a_small_batch_leaves_columns_it_does_not_change_to_others(
    engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_postgres(engine):
        return
    with transaction(engine) as connection:
        recording.contents(connection, "ais", found(), now=NOW)
    usual = stored.upsert

    def beside(*given: Any) -> None:
        other = writer(database_url)
        with transaction(other) as connection:
            connection.execute(text("UPDATE content SET title = 'theirs'"))
        other.dispose()
        monkeypatch.setattr(stored, "upsert", usual)
        usual(*given)

    monkeypatch.setattr(stored, "upsert", beside)
    with transaction(engine) as connection:
        two = [row | extra for row, extra in zip(found()[:2], ({"views": 5}, {"harm_id": 3}), strict=True)]
        recording.contents(connection, "ais", two, now=NOW)
        assert {row["title"] for row in rows_of(connection, tables.content)} == {"theirs"}
        assert_exact(connection)


def test_a_thousand_keys_are_looked_up_not_searched_for_in_the_whole_table(engine: Engine) -> None:
    if not is_postgres(engine):
        return
    made = (
        "INSERT INTO appeal (content_id, request_no, appeal_no, service_id, result, feed_code, is_simulated)"
        " SELECT n * 7, 1, 1, 0, 'open', 'x', FALSE FROM generate_series(1, 20000) n"
    )
    with transaction(engine) as connection:
        connection.execute(text(made))
        connection.execute(text("ANALYZE appeal"))
        statement = stored._selection_by_id(tables.appeal, "content_id", ("content_id", "service_id"), "postgresql")
        words = str(statement.compile(dialect=connection.dialect))
        plan = connection.exec_driver_sql(f"EXPLAIN {words}", bound(range(0, 7_000, 7), "postgresql")).scalars().all()
        assert "Seq Scan" not in "".join(plan)
        found = stored.read_by_id(connection, tables.appeal, "content_id", range(0, 7_000, 7))
        assert len(found) == 999, "7, 14 and so on; 0 is none"


def test_garbage_is_not_searched_for_while_rows_are_recorded_and_is_again_afterwards(engine: Engine) -> None:
    searched: list[str] = []

    def note(phase: str, _: dict[str, int]) -> None:
        searched.extend(["once"] if phase == "start" else [])

    rows = [{"natural_key": f"k{n}", "detected_at": NOW} for n in range(1_000)]
    with transaction(engine) as connection:
        gc.collect()
        gc.callbacks.append(note)
        recording.contents(connection, "ais", rows, now=NOW)
        n_searched = len(searched)
        with pytest.raises(recording.UnknownColumn):
            recording.contents(connection, "ais", [{"natural_key": "k0", "colour": "red"}], now=NOW)
    gc.callbacks.remove(note)
    assert n_searched <= 1, "at most when the function is done"
    assert gc.isenabled()


def test_pages_are_put_aside_in_memory_but_not_where_whole_tables_are_sorted(engine: Engine) -> None:
    if is_postgres(engine):
        return
    memory, file = 2, 1
    for is_large, place in ((False, memory), (True, file), (False, memory)):
        with transaction(engine, is_large=is_large) as connection:
            assert connection.exec_driver_sql("PRAGMA temp_store").scalar_one() == place
