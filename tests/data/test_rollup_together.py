"""Roll-ups kept once for a whole transaction: exact at its end, also when a part of it was taken back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, select

from data import recording
from data.engine import transaction
from data.recording import UnknownColumn
from data.rollups import keeping, recount
from data.schema import Rollups
from data.tables import setting
from tests.data.recounts import assert_exact

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
ROWS = keeping.HOLD_FROM + 5


def found(first: int, **columns: Any) -> list[dict[str, Any]]:
    at = NOW - timedelta(hours=3)
    return [{"natural_key": f"k{first + n}", "service_id": n % 3, "detected_at": at, **columns} for n in range(ROWS)]


def asked(first: int, **columns: Any) -> list[dict[str, Any]]:
    return [{"content_key": f"k{first + n}", "notified_at": NOW - timedelta(hours=2), **columns} for n in range(ROWS)]


def record(connection: Connection, first: int, **columns: Any) -> None:
    recording.contents(connection, "ais", found(first), now=NOW)
    recording.takedown_requests(connection, "ais", asked(first, **columns), now=NOW)


def assert_kept(connection: Connection) -> None:
    assert_exact(connection)
    assert recount.verify(connection) == []
    gate = select(setting.c.value).where(setting.c.name == "write_gate")
    assert connection.execute(gate).scalar_one() == keeping.OPEN_GATE


def test_rows_written_twice_in_a_transaction_count_once(engine: Engine, both_ways: Rollups) -> None:
    with transaction(engine) as connection, keeping.together(connection):
        record(connection, 0)
    with transaction(engine) as connection, keeping.together(connection):
        record(connection, 0, outcome_id=1, actioned_at=NOW)
        record(connection, 20)
        recording.delete_contents(connection, "ais", [{"content_key": "k3"}, {"content_key": "k30"}], now=NOW)
        recording.heartbeat(connection, "ais", NOW)
    with transaction(engine) as connection:
        assert_kept(connection)


def test_what_was_taken_back_to_a_savepoint_is_not_counted(engine: Engine, both_ways: Rollups) -> None:
    with transaction(engine) as connection:
        record(connection, 0)
    with transaction(engine) as connection, keeping.together(connection):
        recording.contents(connection, "ais", found(10, service_id=5), now=NOW)
        wrong = [*found(0, service_id=7), *({"reference": str(n)} for n in range(3_000)), {"judul": "x"}]
        with pytest.raises(UnknownColumn):
            recording.contents(connection, "ais", wrong, now=NOW)
        recording.contents(connection, "ais", found(40), now=NOW)
    with transaction(engine) as connection:
        assert_kept(connection)


def fail_after_recording(engine: Engine) -> None:
    with transaction(engine) as connection, keeping.together(connection):
        record(connection, 0)
        raise ZeroDivisionError


def test_a_transaction_that_fails_owes_nothing_to_the_next(engine: Engine, both_ways: Rollups) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_after_recording(engine)
    with transaction(engine) as connection:
        record(connection, 5)
        assert_kept(connection)


def test_a_cell_is_written_once_in_a_transaction(engine: Engine) -> None:
    written: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if "INSERT INTO rollup_content " in statement:
            written.append(statement)

    with transaction(engine) as connection, keeping.together(connection):
        record(connection, 0, outcome_id=1, actioned_at=NOW)
    assert len(written) == 1
