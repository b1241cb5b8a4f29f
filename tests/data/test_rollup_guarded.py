"""A batch that keeps its sums in memory beside writers that leave theirs to the triggers: nothing is counted wrongly.

Only on PostgreSQL can anybody write between what a batch reads and what it writes.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from data import recording
from data.engine import is_postgres, retrying, transaction, writer
from data.errors import DatabaseBusy
from data.keys import stable_id
from data.recording import stored
from data.rollups import keeping, postgresql_triggers, recount
from data.rollups.statements import HELD
from data.schema import Rollups
from data.tables import content
from tests.data.recounts import assert_exact

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
ROWS = keeping.HOLD_FROM + 5
FIRST = stable_id("content", "k0")
INSERTED = text(
    "INSERT INTO content (content_id, natural_key, service_id, theme_id, harm_id, technique_id, source_id, detected_at,"
    " outcome_id, time_precision, feed_code, is_simulated)"
    " VALUES (:id, 'k0', 7, 0, 0, 0, 0, 1709290000, 0, 'second', 'ais', FALSE)"
)


def found(**columns: Any) -> list[dict[str, Any]]:
    at = NOW - timedelta(hours=3)
    return [{"natural_key": f"k{n}", "service_id": n % 3, "detected_at": at, **columns} for n in range(ROWS)]


def assert_kept(engine: Engine) -> None:
    with transaction(engine) as connection:
        assert_exact(connection)
        assert recount.verify(connection) == []


def disturbed(monkeypatch: pytest.MonkeyPatch, url: str, statement: str) -> None:
    """Let another connection write once, after the next batch has read and before it writes."""
    usual: Callable[..., None] = stored.write
    left = [statement]

    def write(connection: Connection, changes: Any) -> None:
        if left and changes.table is content:
            other = writer(url)
            with transaction(other) as beside:
                beside.execute(INSERTED if left[0] == "insert" else text(left[0]), {"id": FIRST})
            other.dispose()
            left.clear()
        usual(connection, changes)

    monkeypatch.setattr(stored, "write", write)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE content SET service_id = 9 WHERE content_id = :id", "DELETE FROM content WHERE content_id = :id"],
)
def test_a_row_that_changes_meanwhile_makes_the_batch_start_again(
    engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    if not is_postgres(engine):
        return
    with transaction(engine) as connection:
        recording.contents(connection, "ais", found(), now=NOW)
    disturbed(monkeypatch, database_url, statement)
    with pytest.raises(DatabaseBusy), transaction(engine) as connection:
        recording.contents(connection, "ais", found(technique_id=4), now=NOW)
    assert_kept(engine)

    def again() -> None:
        with transaction(engine) as connection:
            recording.contents(connection, "ais", found(technique_id=5), now=NOW)

    disturbed(monkeypatch, database_url, "UPDATE content SET source_id = 2")
    retrying(again)
    assert_kept(engine)


def test_a_row_that_comes_meanwhile_is_not_overwritten_unseen(
    engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_postgres(engine):
        return
    disturbed(monkeypatch, database_url, "insert")
    with pytest.raises(DatabaseBusy), transaction(engine) as connection:
        recording.contents(connection, "ais", found(), now=NOW)
    assert_kept(engine)
    with transaction(engine) as connection:
        assert recording.contents(connection, "ais", found(), now=NOW).new == ROWS - 1
    assert_kept(engine)


def test_what_a_batch_wrote_it_may_remove_in_the_same_transaction(engine: Engine, both_ways: Rollups) -> None:
    with transaction(engine) as connection, keeping.together(connection):
        recording.contents(connection, "ais", found(), now=NOW)
        asked = [{"content_key": f"k{n}", "notified_at": NOW, "request_no": 1 + n % 2} for n in range(ROWS)]
        recording.takedown_requests(connection, "ais", asked, now=NOW)
        recording.delete_requests(connection, "ais", [{"content_key": "k1", "request_no": 2}], now=NOW)
        recording.delete_contents(connection, "ais", [{"content_key": "k2"}, {"content_key": "k3"}], now=NOW)
    assert_kept(engine)


def test_triggers_of_an_older_program_keep_their_batches(engine: Engine) -> None:
    """They would count beside the writer: so the writer leaves the keeping to them."""
    if not is_postgres(engine):
        return
    with transaction(engine) as connection:
        heedless = postgresql_triggers.function(content).replace(postgresql_triggers.HEED, "")
        connection.exec_driver_sql(heedless)
        recording.contents(connection, "ais", found(), now=NOW)
    assert_kept(engine)


def test_triggers_rest_only_in_the_transaction_that_holds_them(engine: Engine, database_url: str) -> None:
    if not is_postgres(engine):
        return
    other = writer(database_url)
    with transaction(engine) as connection:
        connection.execute(text("UPDATE setting SET value = :held WHERE name = 'write_gate'"), {"held": HELD})
        with transaction(other) as beside:
            beside.execute(INSERTED, {"id": FIRST})
        connection.execute(text("UPDATE setting SET value = '0' WHERE name = 'write_gate'"))
    other.dispose()
    assert_kept(engine)


def test_a_transaction_larger_than_memory_should_hold_is_counted_in_parts(
    engine: Engine, both_ways: Rollups, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "ROWS_AT_ONCE", 10)
    with transaction(engine) as connection, keeping.together(connection):
        recording.contents(connection, "ais", found(), now=NOW)
        asked = [{"content_key": f"k{n}", "notified_at": NOW, "outcome_id": 1, "actioned_at": NOW} for n in range(ROWS)]
        recording.takedown_requests(connection, "ais", asked, now=NOW)
        with pytest.raises(recording.UnknownColumn):
            recording.contents(connection, "ais", [*found(service_id=8) * 90, {"judul": "x"}], now=NOW)
        recording.contents(connection, "ais", found(service_id=5), now=NOW)
    assert_kept(engine)
