"""Whole rows by the million: as exact as one by one, all or nothing, and nothing missing afterwards."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sqlalchemy import Connection, Engine, inspect, select

from data import recording, tables
from data.engine import transaction
from data.keys import stable_id
from data.recording import bulk
from data.rollups import integrity, recount, triggers
from data.rollups.statements import FACTS
from data.schema import Rollups
from tests.data.recounts import assert_exact, cells_of, rows_of

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
START = int(datetime(2024, 2, 1, tzinfo=UTC).timestamp())


def contents(first: int, size: int) -> dict[str, Any]:
    numbers = np.arange(first, first + size)
    keys = [f"k{n}" for n in numbers.tolist()]
    return {
        "content_id": np.array([stable_id("content", key) for key in keys]),
        "natural_key": keys,
        "service_id": numbers % 7,
        "province_code": [None if n % 3 else "11" for n in numbers.tolist()],
        "title": ["" if n % 5 == 0 else 'Kutip "dua", koma\nbaris' if n % 5 == 1 else None for n in numbers.tolist()],
        "views": np.ma.masked_less(numbers - 3, 0),
        "detected_at": START + numbers * 977,
        "requested_at": START + numbers * 977 + 60,
        "outcome_id": numbers % 2,
        "ended_at": np.ma.masked_where(numbers % 2 == 0, START + numbers * 1_300 + 60),
        "feed_code": ["ais"] * size,
        "is_simulated": numbers % 2 == 0,
        "recorded_at": START + numbers * 977,
        "updated_at": START + numbers * 977,
    }


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(START + seconds, UTC)


def requests(first: int, size: int) -> pd.DataFrame:
    rows = contents(first, size)
    columns = {name: rows[name] for name in ("content_id", "service_id", "province_code", "outcome_id", "is_simulated")}
    frame = pd.DataFrame(columns | {"request_no": 1, "organisation_id": 1, "feed_code": "platform"})
    frame["notified_at"] = pd.to_datetime(rows["requested_at"], unit="s", utc=True)
    frame["actioned_at"] = pd.array(rows["ended_at"].tolist(), dtype="Int64")
    return frame


def batches(parts: int = 3, size: int = 400) -> Iterator[bulk.Batch]:
    for part in range(parts):
        yield "content", contents(part * size, size)
        yield "takedown_request", requests(part * size, size)


def everything_is_back(connection: Connection, kept_by: Rollups) -> None:
    assert triggers.present(connection) == (kept_by == "triggers")
    for table in (*FACTS, *(table for rollup in recount.ROLLUPS for table in rollup.tables)):
        found = inspect(connection)
        assert {index["name"] for index in found.get_indexes(table.name)} >= {index.name for index in table.indexes}
        assert found.get_pk_constraint(table.name)["constrained_columns"] == [c.name for c in table.primary_key]
    assert_exact(connection)
    assert recount.verify(connection) == []
    assert integrity.check(connection) == []
    assert recount.status(connection).state == "ready"


@pytest.mark.parametrize("one_transaction", [True, False])
def test_a_load_is_exact_and_leaves_everything_in_place(
    engine: Engine, both_ways: Rollups, one_transaction: bool
) -> None:
    said: dict[str, int] = {}
    loaded = bulk.load(engine, batches(), progress=said.__setitem__, one_transaction=one_transaction)
    assert loaded == {"content": 1_200, "takedown_request": 1_200}
    assert (said["content"], said["rollups: rollup_issue"]) == (1_200, 0)
    with transaction(engine) as connection:
        everything_is_back(connection, both_ways)
        titles = connection.execute(select(tables.content.c.title).order_by(tables.content.c.detected_at)).scalars()
        assert list(titles)[:4] == ["", 'Kutip "dua", koma\nbaris', None, None]
        feeds = {row["code"]: row for row in rows_of(connection, tables.feed)}
        assert (feeds["ais"]["seq"], feeds["ais"]["is_simulated"]) == (1, True)
        assert feeds["ais"]["watermark_at"] == START + 1_199 * 977
        again = recording.contents(connection, "ais", [{"natural_key": "k1", "service_id": 6}], now=NOW)
        assert again.updated == 1
        assert_exact(connection)


def test_a_second_load_adds_to_the_first(engine: Engine) -> None:
    bulk.load(engine, [("content", contents(0, 100)), ("takedown_request", requests(0, 100))])
    table = pa.table({name: pa.array(values, from_pandas=True) for name, values in requests(100, 50).items()})
    assert bulk.load(engine, [("content", contents(100, 50)), ("takedown_request", table)])["takedown_request"] == 50
    with transaction(engine) as connection:
        everything_is_back(connection, "triggers")


def broken() -> Iterator[bulk.Batch]:
    yield from batches(1)
    raise KeyboardInterrupt


def test_a_load_that_breaks_in_one_transaction_leaves_nothing(engine: Engine, both_ways: Rollups) -> None:
    with pytest.raises(KeyboardInterrupt):
        bulk.load(engine, broken())
    with transaction(engine) as connection:
        assert rows_of(connection, tables.content) == []
        everything_is_back(connection, both_ways)


def test_a_load_that_breaks_in_parts_says_so_until_it_is_mended(engine: Engine, both_ways: Rollups) -> None:
    with pytest.raises(KeyboardInterrupt):
        bulk.load(engine, broken(), one_transaction=False)
    with transaction(engine) as connection:
        assert recount.status(connection).state == "building"
        assert "rollups_building" in {finding.name for finding in integrity.check(connection)}
        recount.rebuild(connection)
        assert len(rows_of(connection, tables.content)) == 400
        everything_is_back(connection, both_ways)


def test_a_column_that_is_not_there_is_an_error(engine: Engine) -> None:
    with pytest.raises(KeyError, match="judul"):
        bulk.load(engine, [("content", {"judul": ["x"]})])


def test_a_time_without_a_zone_is_an_error(engine: Engine) -> None:
    frame = requests(0, 3)
    frame["notified_at"] = frame["notified_at"].dt.tz_localize(None)
    with pytest.raises(ValueError, match="zone"):
        bulk.load(engine, [("takedown_request", frame)])


def test_nothing_is_a_load_too(engine: Engine) -> None:
    assert bulk.load(engine, [("content", {}), ("issue", {"issue_id": []})]) == {}


def test_what_rows_say_is_what_a_recorder_would_have_written(engine: Engine) -> None:
    """The same facts through both doors give the same roll-ups."""
    bulk.load(engine, batches(1, 60))
    with transaction(engine) as connection:
        loaded = {r.table.name: cells_of(connection, r) for r in recount.ROLLUPS}
        keys = [{"natural_key": f"k{n}"} for n in range(60)]
        recording.delete_contents(connection, "ais", keys, now=NOW)
        found = [
            {"natural_key": f"k{n}", "service_id": n % 7, "province_code": None if n % 3 else "11",
             "detected_at": moment(n * 977)}
            for n in range(60)
        ]  # fmt: skip
        recording.contents(connection, "ais", found, now=NOW)
        sent = [
            {"content_key": f"k{n}", "notified_at": moment(n * 977 + 60), "outcome_id": n % 2}
            | ({"actioned_at": moment(n * 1_300 + 60)} if n % 2 else {})
            for n in range(60)
        ]  # fmt: skip
        recording.takedown_requests(connection, "platform", sent, now=NOW)
        for rollup in recount.ROLLUPS:
            assert cells_of(connection, rollup) == loaded[rollup.table.name]
