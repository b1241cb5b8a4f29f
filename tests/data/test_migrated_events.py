"""Events of tables before 1.3 said the new value only; carried over, each says the value until then too."""

from pathlib import Path

from sqlalchemy import Engine, select, text, update

from data import schema, tables
from data.engine import snapshot, transaction, writer

CREATED, FIRST, SECOND = 1_700_000_000, 1_700_003_600, 1_700_007_200

TOLD = [
    # content, event, request, kind, value, recorded
    (7, 90, 1, "notified_at", "1699999000", CREATED),
    (7, 10, 1, "outcome_id", "1", FIRST),
    (7, 80, 1, "outcome_id", "0", SECOND),
    (7, 20, 1, "actioned_at", "1700003000", FIRST),
    (7, 70, 1, "actioned_at", None, SECOND),
    (7, 30, 1, "stopped_seconds", "60", FIRST),
    (7, 40, 1, "urgency", "urgent", FIRST),
    (7, 50, 1, "time_precision", "day", FIRST),
    (7, 60, 2, "outcome_id", "4", SECOND),
    (8, 11, 1, "outcome_id", "2", FIRST),  # two words within a second: the last counts
    (8, 12, 1, "outcome_id", "3", FIRST),
    (8, 13, 1, "outcome_id", "1", SECOND),
    (8, 14, 1, "received_at", "1700000100", None),  # told no one knows when: no link can show it
    (9, 15, 1, "deleted", None, FIRST),
]


def test_every_event_gets_the_value_before_it(empty_url: str, database_kind: str) -> None:
    engine: Engine = writer(empty_url)
    if database_kind == "sqlite":
        Path(str(engine.url.database)).touch()
    with transaction(engine) as connection:
        schema._migrate(connection, "v0009")
        schema._switch(connection, "triggers")
        connection.execute(update(tables.schema_version).values(major=1, minor=2))
        rows = [dict(zip(("c", "e", "r", "k", "v", "t"), row, strict=True)) for row in TOLD]
        connection.execute(text("INSERT INTO request_event VALUES (:c, :e, :r, :k, :v, :t)"), rows)
    schema.upgrade(engine)
    event = tables.request_event
    with snapshot(engine) as connection:
        keys = (event.c.content_id, event.c.request_no, event.c.kind, event.c.recorded_at)
        found = connection.execute(select(event).order_by(*keys)).all()
        shown = connection.execute(text("SELECT count(*) FROM request_event_view")).scalar_one()
    engine.dispose()
    assert [(*row[:3], int(row.recorded_at.timestamp()), *row[4:]) for row in found] == [
        (7, 1, "actioned_at", FIRST, None, "1700003000"),
        (7, 1, "actioned_at", SECOND, "1700003000", None),
        (7, 1, "notified_at", CREATED, None, "1699999000"),
        (7, 1, "outcome_id", FIRST, "0", "1"),
        (7, 1, "outcome_id", SECOND, "1", "0"),
        (7, 1, "stopped_seconds", FIRST, "0", "60"),
        (7, 1, "time_precision", FIRST, "second", "day"),
        (7, 1, "urgency", FIRST, "hoax", "urgent"),
        (7, 2, "outcome_id", SECOND, "0", "4"),
        (8, 1, "outcome_id", FIRST, "0", "3"),
        (8, 1, "outcome_id", SECOND, "3", "1"),
        (9, 1, "deleted", FIRST, None, None),
    ]
    assert shown == len(found)
