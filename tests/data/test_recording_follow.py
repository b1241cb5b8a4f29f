"""What follows from a row: latest outcomes, first times, copies, events and corrections, whatever arrives first."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

from sqlalchemy import Connection, Engine

from data import recording, tables
from data.engine import transaction
from data.keys import stable_id
from data.rollups import integrity, recount
from data.rollups.declarations import DELETED_BY_UPLOADER, LABELLED, OPEN, REMOVED, ROLLUPS
from data.schema import Rollups
from tests.data.recounts import cells_of, facts, rows_of

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
FOUND = NOW - timedelta(hours=9)
SENT = NOW - timedelta(hours=8)
CONTENT = {"natural_key": "k", "issue_key": "i", "service_id": 3, "province_code": "11", "theme_id": 2, "source_id": 1,
           "detected_at": FOUND, "posted_at": FOUND - timedelta(days=1)}  # fmt: skip
ISSUE = {"natural_key": "i", "title": "Klaim", "first_seen_at": FOUND}
REQUEST = {"content_key": "k", "notified_at": SENT}
REMOVAL = REQUEST | {"outcome_id": REMOVED, "actioned_at": SENT + timedelta(minutes=50)}
CLARIFICATION = {"issue_key": "i", "url": "https://kominfo.go.id/1", "published_at": FOUND + timedelta(hours=2)}


def at(moment: datetime) -> int:
    return int(moment.timestamp())


def only(connection: Connection, table: Any) -> dict[str, Any]:
    (row,) = rows_of(connection, table)
    return row


def request(connection: Connection, row: dict[str, Any], hours: int = 0) -> None:
    answer = recording.takedown_requests(connection, "platform", [row], now=NOW + timedelta(hours=hours))
    assert not answer.rejected


def content(connection: Connection, row: dict[str, Any]) -> None:
    assert not recording.contents(connection, "ais", [row], now=NOW).rejected


def agrees(connection: Connection) -> None:
    assert [finding for finding in integrity.check(connection) if "without" not in finding.name] == []
    assert recount.verify(connection) == []


def test_any_order_of_arrival_gives_the_same_facts(engine: Engine, both_ways: Rollups) -> None:
    arrivals = (
        lambda c: recording.issues(c, "isu", [ISSUE], now=NOW),
        lambda c: recording.contents(c, "ais", [CONTENT], now=NOW),
        lambda c: recording.takedown_requests(c, "platform", [REMOVAL], now=NOW),
        lambda c: recording.clarifications(c, "klarifikasi", [CLARIFICATION], now=NOW),
        lambda c: recording.appeals(c, "keberatan", [{"content_key": "k", "filed_at": NOW}], now=NOW),
    )
    seen: dict[str, Any] | None = None
    with transaction(engine) as connection:
        for order in list(permutations(arrivals))[::5]:
            attempt = connection.begin_nested()
            for arrive in order:
                assert arrive(connection).new == 1
            found = facts(connection) | {r.table.name: cells_of(connection, r) for r in ROLLUPS}
            if seen is None:
                agrees(connection)
            attempt.rollback()
            assert seen is None or found == seen
            seen = found
    assert seen is not None
    (row,) = seen["content"]
    assert (row["outcome_id"], row["ended_at"], row["requested_at"]) == (REMOVED, at(REMOVAL["actioned_at"]), at(SENT))
    assert row["clarified_at"] == seen["issue"][0]["clarified_at"] == at(CLARIFICATION["published_at"])
    assert [seen["takedown_request"][0][name] for name in ("service_id", "province_code", "theme_id", "source_id")] == [
        3, "11", 2, 1,
    ]  # fmt: skip
    assert seen["takedown_request"][0]["detected_at"] == at(FOUND)
    assert seen["appeal"][0]["service_id"] == 3


def test_content_shows_the_outcome_of_its_highest_request(engine: Engine) -> None:
    with transaction(engine) as connection:
        content(connection, CONTENT)
        request(connection, REMOVAL | {"request_no": 1})
        request(connection, {"content_key": "k", "request_no": 2, "notified_at": SENT + timedelta(hours=4)})
        row = only(connection, tables.content)
        assert (row["outcome_id"], row["ended_at"], row["requested_at"]) == (OPEN, None, at(SENT))
        request(connection, {"content_key": "k", "request_no": 1, "outcome_id": DELETED_BY_UPLOADER})
        assert only(connection, tables.content)["outcome_id"] == OPEN
        recording.delete_requests(connection, "platform", [{"content_key": "k", "request_no": 2}], now=NOW)
        assert only(connection, tables.content)["outcome_id"] == DELETED_BY_UPLOADER
        recording.delete_requests(connection, "platform", [{"content_key": "k"}], now=NOW)
        row = only(connection, tables.content)
        assert (row["outcome_id"], row["ended_at"], row["requested_at"]) == (OPEN, None, None)


def test_content_without_a_request_carries_its_own_outcome(engine: Engine) -> None:
    labelled = CONTENT | {"outcome_id": LABELLED, "ended_at": SENT, "requested_at": SENT, "clarified_at": SENT}
    with transaction(engine) as connection:
        content(connection, labelled)
        row = only(connection, tables.content)
        assert (row["outcome_id"], row["ended_at"], row["requested_at"], row["clarified_at"]) == (
            LABELLED, at(SENT), None, None,
        )  # fmt: skip
        request(connection, REQUEST)
        content(connection, labelled)
        assert only(connection, tables.content)["outcome_id"] == OPEN


def test_a_report_of_open_reopens_and_takes_the_end_away(engine: Engine) -> None:
    with transaction(engine) as connection:
        content(connection, CONTENT)
        request(connection, REMOVAL)
        request(connection, {"content_key": "k", "outcome_id": OPEN, "reason": "muncul kembali"}, hours=1)
        row = only(connection, tables.takedown_request)
        assert (row["outcome_id"], row["actioned_at"]) == (OPEN, None)
        assert only(connection, tables.content)["outcome_id"] == OPEN
        notes = {note["column_name"]: note for note in rows_of(connection, tables.correction)}
        assert notes.keys() == {"outcome_id", "actioned_at"}
        assert (notes["outcome_id"]["old_value"], notes["outcome_id"]["new_value"]) == ("1", "0")
        assert notes["outcome_id"]["reason"] == "muncul kembali"
        agrees(connection)


def test_an_end_without_an_outcome_is_refused(engine: Engine) -> None:
    with transaction(engine) as connection:
        row = REQUEST | {"actioned_at": SENT}
        answer = recording.takedown_requests(connection, "platform", [row], now=NOW)
        assert answer.rejected[0].reason == "an action time without an outcome: say how the request ended"


def test_an_impossible_order_of_times_is_kept_and_counted_as_unmeasurable(engine: Engine) -> None:
    with transaction(engine) as connection:
        content(connection, CONTENT)
        request(connection, REQUEST | {"outcome_id": REMOVED, "actioned_at": SENT - timedelta(hours=1)})
        hours = [row for row in rows_of(connection, tables.rollup_request) if row["cube"] == 1]
        assert [(row["n_requests"], row["n_unmeasurable"], row["n_removed"]) for row in hours] == [(1, 1, 0)]


def test_requests_and_appeals_move_with_their_content(engine: Engine, both_ways: Rollups) -> None:
    with transaction(engine) as connection:
        content(connection, CONTENT)
        request(connection, REMOVAL | {"service_id": 7})
        recording.appeals(connection, "keberatan", [{"content_key": "k", "service_id": 7, "filed_at": NOW}], now=NOW)
        assert only(connection, tables.takedown_request)["service_id"] == 3
        moved = {"service_id": 5, "theme_id": 4, "source_id": 2, "clear": ["province_code"]}
        content(connection, {"natural_key": "k", **moved})
        row = only(connection, tables.takedown_request)
        assert [row[name] for name in ("service_id", "province_code", "theme_id", "source_id")] == [5, None, 4, 2]
        assert only(connection, tables.appeal)["service_id"] == 5
        corrected = {note["column_name"] for note in rows_of(connection, tables.correction)}
        assert corrected == {"service_id", "province_code", "theme_id", "source_id"}
        agrees(connection)


def test_content_follows_the_clarification_of_the_issue_it_belongs_to(engine: Engine) -> None:
    with transaction(engine) as connection:
        other = ISSUE | {"natural_key": "other", "clarified_at": SENT}
        recording.issues(connection, "isu", [ISSUE, other], now=NOW)
        content(connection, CONTENT)
        recording.clarifications(connection, "klarifikasi", [CLARIFICATION], now=NOW)
        earlier = CLARIFICATION | {"url": "https://kominfo.go.id/2", "published_at": FOUND}
        recording.clarifications(connection, "klarifikasi", [earlier], now=NOW)
        assert only(connection, tables.content)["clarified_at"] == at(FOUND)
        content(connection, {"natural_key": "k", "issue_key": "other"})
        assert only(connection, tables.content)["clarified_at"] == at(SENT)
        content(connection, {"natural_key": "k", "clear": "issue_id"})
        assert only(connection, tables.content)["clarified_at"] is None
        agrees(connection)


def test_deleting_content_takes_all_of_it_and_says_so(engine: Engine, both_ways: Rollups) -> None:
    with transaction(engine) as connection:
        content(connection, CONTENT)
        request(connection, REMOVAL)
        recording.appeals(connection, "keberatan", [{"content_key": "k", "filed_at": NOW}], now=NOW)
        gone = {"natural_key": "k", "reason": "dobel"}
        answer = recording.delete_contents(connection, "ais", [gone, {"natural_key": "nobody"}, {}], now=NOW)
        assert (answer.new, answer.updated, answer.unchanged, len(answer.rejected)) == (0, 1, 1, 1)
        for table in (tables.content, tables.takedown_request, tables.appeal):
            assert rows_of(connection, table) == []
        note = only(connection, tables.correction)
        assert (note["column_name"], note["old_value"], note["reason"]) == ("*", "k", "dobel")
        assert "deleted" in {event["kind"] for event in rows_of(connection, tables.request_event)}
        agrees(connection)
        again = recording.delete_contents(connection, "ais", [gone], now=NOW)
        assert (again.updated, again.unchanged) == (0, 1)


def test_events_say_what_was_known_when(engine: Engine) -> None:
    with transaction(engine) as connection:
        content(connection, CONTENT)
        request(connection, REQUEST)
        request(connection, REMOVAL, hours=1)
        request(connection, REMOVAL, hours=2)
        told = [tuple(row.values()) for row in rows_of(connection, tables.request_event)]
        key, later = (stable_id("content", "k"), 1), at(NOW + timedelta(hours=1))
        assert sorted(told) == [
            (*key, "actioned_at", later, None, str(at(REMOVAL["actioned_at"]))),
            (*key, "outcome_id", later, "0", "1"),
        ]


def test_what_becomes_known_is_news_and_what_is_taken_back_is_a_correction(engine: Engine) -> None:
    with transaction(engine) as connection:
        content(connection, {"natural_key": "k", "detected_at": FOUND})
        content(connection, {"natural_key": "k", "service_id": 3, "province_code": "11", "outcome_id": REMOVED})
        content(connection, {"natural_key": "k", "views": 9, "title": "baru"})
        content(connection, {"natural_key": "k", "views": 3, "title": "lain"})
        assert rows_of(connection, tables.correction) == []
        content(connection, {"natural_key": "k", "service_id": 4, "is_simulated": True})
        note = only(connection, tables.correction)
        assert (note["table_name"], note["column_name"], note["old_value"], note["new_value"]) == (
            "content", "service_id", "3", "4",
        )  # fmt: skip
        assert (note["reason"], note["is_simulated"]) == ("reported_by:ais", True)
