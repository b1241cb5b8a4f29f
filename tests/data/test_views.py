"""Views for people with other tools: real times, codes for ids, every column of the table."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, insert, inspect, select, table, text

from data import tables
from data.columns import UtcSeconds
from data.engine import snapshot, transaction
from data.migrations.versions import v0007_views

FOUND_AT = datetime(2024, 11, 27, 9, 30, 15, tzinfo=UTC)
DAY = 20_054
"""27 November 2024, days since 1970."""


def provenance() -> dict[str, object]:
    return {"feed_code": "x", "is_simulated": True, "recorded_at": FOUND_AT, "updated_at": None}


def row_of(engine: Engine, view: str) -> dict[str, object]:
    with snapshot(engine) as connection:
        return dict(connection.execute(select(text("*")).select_from(table(view))).mappings().one())


def test_a_request_shows_times_and_codes(engine: Engine, database_kind: str) -> None:
    known = {"content_id": 1, "request_no": 1, "service_id": 0, "theme_id": 0, "source_id": 2, "organisation_id": 0}
    state = {"urgency": "hoax", "stopped_seconds": 0, "outcome_id": 1, "time_precision": "second"}
    times = {"received_at": FOUND_AT, "actioned_at": None}
    with transaction(engine) as connection:
        connection.execute(insert(tables.takedown_request), known | state | times | provenance())
    row = row_of(engine, "takedown_request_view")
    expected = "2024-11-27T09:30:15Z" if database_kind == "sqlite" else FOUND_AT
    assert (row["received_at"], row["actioned_at"]) == (expected, None)
    assert (row["source_code"], row["outcome_code"], row["content_id"]) == ("cyber_patrol", "removed", 1)


def test_a_day_is_a_date(engine: Engine, database_kind: str) -> None:
    known = {"hashtag": "#x", "service_id": 99, "day": DAY}
    with transaction(engine) as connection:
        connection.execute(insert(tables.hashtag_reach), known | provenance())
    row = row_of(engine, "hashtag_reach_view")
    assert row["day"] == ("2024-11-27" if database_kind == "sqlite" else date(2024, 11, 27))
    assert row["service_code"] is None, "an unknown service keeps its row"


@pytest.mark.parametrize("name", v0007_views.VIEWS)
def test_a_view_shows_every_column_of_its_table(engine: Engine, name: str) -> None:
    shown = tables.metadata.tables[name]
    wanted = [
        column.name.replace("_id", "_code") if column.name in v0007_views.CODED else column.name for column in shown.c
    ]
    with snapshot(engine) as connection:
        assert [column["name"] for column in inspect(connection).get_columns(f"{name}_view")] == wanted


def test_every_table_of_facts_but_personal_data_has_a_view() -> None:
    facts = {name for name, fact in tables.metadata.tables.items() if fact.info["room"] == "fact"}
    assert facts - set(v0007_views.VIEWS) == {"complainant"}


def test_every_time_is_shown_as_a_time() -> None:
    times = [
        column
        for name in v0007_views.VIEWS
        for column in tables.metadata.tables[name].c
        if isinstance(column.type, UtcSeconds)
    ]
    assert [str(column) for column in times if not column.name.endswith("_at")] == []
