"""What does not agree among content, requests and issues is found, counted and named; nothing else is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, update

from data import recording, tables
from data.engine import transaction
from data.rollups import integrity, shelves
from data.rollups.integrity import Finding

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
FOUND = NOW - timedelta(days=1)
KEYS = [f"k{n}" for n in range(40)]


def season(connection: Connection) -> None:
    """Forty pieces of content of four issues, half of them requested, some twice, some issues clarified."""
    issues = [{"natural_key": f"i{n}", "title": f"isu {n}", "first_seen_at": FOUND} for n in range(4)]
    recording.issues(connection, "isu", issues, now=NOW)
    told = {"issue_key": "i1", "url": "https://k.example/1", "published_at": FOUND + timedelta(hours=3)}
    recording.clarifications(connection, "klarifikasi", [told], now=NOW)
    found = [
        {"natural_key": key, "service_id": n % 5, "theme_id": n % 3, "detected_at": FOUND}
        | ({"issue_key": f"i{n % 4}"} if n % 5 else {})
        | ({"province_code": "11"} if n % 2 else {})
        for n, key in enumerate(KEYS)
    ]
    recording.contents(connection, "ais", found, now=NOW)
    sent = [
        {"content_key": key, "request_no": number, "notified_at": FOUND + timedelta(hours=number), "outcome_id": n % 3}
        | ({"actioned_at": FOUND + timedelta(hours=number, minutes=n)} if n % 3 else {})
        for n, key in enumerate(KEYS)
        for number in range(1, 1 + n % 3)
    ]
    recording.takedown_requests(connection, "platform", sent, now=NOW)


content, request, issue = tables.content, tables.takedown_request, tables.issue
K7 = content.c.natural_key == "k7"
SPOILT: list[tuple[str, Any, int]] = [
    ("request_copies", update(content).where(K7).values(theme_id=9), 1),
    ("request_copies", update(content).where(K7).values(province_code=None), 1),
    ("request_copies", update(content).where(content.c.natural_key == "k8").values(source_id=4), 2),
    ("content_outcome", update(content).where(K7).values(outcome_id=4), 1),
    ("content_outcome", update(content).where(K7).values(ended_at=None), 1),
    ("content_requested", update(content).where(K7).values(requested_at=NOW), 1),
    ("content_requested", update(content).where(content.c.natural_key == "k0").values(requested_at=NOW), 1),
    ("content_clarified", update(content).where(content.c.natural_key == "k5").values(clarified_at=NOW), 1),
    ("content_clarified", update(content).where(content.c.natural_key == "k1").values(clarified_at=None), 1),
]


@pytest.mark.parametrize(("name", "spoil", "rows"), SPOILT, ids=[f"{n}-{s[0]}" for n, s in enumerate(SPOILT)])
def test_one_row_that_does_not_agree_is_found(
    engine: Engine, name: str, spoil: Any, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "HELD_BYTES", 100)
    with transaction(engine) as connection:
        season(connection)
        assert integrity.check(connection) == []
        connection.execute(spoil)
        (found,) = integrity.check(connection)
        assert (found.name, found.rows) == (name, rows)
        assert found.example is not None


def test_rows_that_point_at_nothing_are_told_with_the_smallest_of_them(engine: Engine) -> None:
    with transaction(engine) as connection:
        season(connection)
        connection.execute(delete(content).where(content.c.natural_key.in_(["k7", "k8"])))
        connection.execute(delete(issue).where(issue.c.natural_key == "i2"))
        found = {each.name: each for each in integrity.check(connection)}
        missing = connection.execute(
            request.select().where(
                request.c.content_id.not_in(content.select().with_only_columns(content.c.content_id))
            )
        )
        lost = sorted(row.content_id for row in missing)
    assert len(lost) == 3
    name = "request_without_content"
    assert found[name] == Finding(name, integrity.SENTENCES[name], 3, lost[0])
    assert found["content_without_issue"].rows == len(
        [n for n in range(40) if n % 4 == 2 and n % 5 and n not in (7, 8)]
    )
    assert list(found) == [name for name in integrity.SENTENCES if name in found]
