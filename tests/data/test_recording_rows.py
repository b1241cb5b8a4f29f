"""Rows at the door: new, changed, known, refused; what is not known never overwrites what is."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, select

from data import recording, tables
from data.engine import transaction
from data.keys import stable_id
from data.recording import Recorded, UnknownColumn, UnknownFeed
from tests.data.recounts import facts, rows_of

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
FOUND = NOW - timedelta(hours=3)
POST = {"url": "https://x.com/a/status/1", "service_id": 11, "detected_at": FOUND, "title": "Judul"}


def counts(answer: Recorded) -> tuple[int, int, int, int]:
    return answer.new, answer.updated, answer.unchanged, len(answer.rejected)


def the_content(connection: Connection) -> dict[str, Any]:
    (row,) = rows_of(connection, tables.content)
    return row


def test_a_replay_changes_nothing(engine: Engine) -> None:
    with transaction(engine) as connection:
        assert counts(recording.contents(connection, "ais", [POST], now=NOW)) == (1, 0, 0, 0)
        before = facts(connection)
        later = NOW + timedelta(hours=1)
        assert counts(recording.contents(connection, "ais", [POST], now=later)) == (0, 0, 1, 0)
        assert facts(connection) == before
        feed = next(row for row in rows_of(connection, tables.feed) if row["code"] == "ais")
        assert (feed["seq"], feed["written_at"]) == (1, int(later.timestamp()))


def test_a_row_knows_who_wrote_it_and_when(engine: Engine) -> None:
    with transaction(engine) as connection:
        recording.contents(connection, "ais", [POST | {"is_simulated": True}], now=NOW)
        later = NOW + timedelta(minutes=9)
        recording.contents(connection, "mitra", [{"url": POST["url"], "views": 5}], now=later)
        row = the_content(connection)
        assert row["content_id"] == stable_id("content", "url:x.com/a/status/1")
        assert (row["feed_code"], row["is_simulated"]) == ("ais", True)
        last_second = NOW + timedelta(seconds=3_599)
        assert (row["recorded_at"], row["updated_at"]) == (int(NOW.timestamp()), int(last_second.timestamp()))


def test_two_feeds_that_report_one_address_meet_and_the_second_adds_only_what_it_knows(engine: Engine) -> None:
    second = {"url": "https://twitter.com/a/status/1?s=20", "service_id": None, "title": float("nan"), "theme_id": 4}
    with transaction(engine) as connection:
        recording.contents(connection, "ais", [POST], now=NOW)
        assert counts(recording.contents(connection, "mitra", [second], now=NOW)) == (0, 1, 0, 0)
        row = the_content(connection)
        assert (row["service_id"], row["title"], row["theme_id"]) == (11, "Judul", 4)


def test_what_shall_be_emptied_is_named(engine: Engine) -> None:
    with transaction(engine) as connection:
        recording.contents(connection, "ais", [POST | {"province_code": "11"}], now=NOW)
        emptied = {"url": POST["url"], "clear": ("province_code", "service_id")}
        assert counts(recording.contents(connection, "ais", [emptied], now=NOW)) == (0, 1, 0, 0)
        row = the_content(connection)
        assert (row["province_code"], row["service_id"]) == (None, 0)
        refused = recording.contents(connection, "ais", [{"url": POST["url"], "clear": "natural_key"}], now=NOW)
        assert refused.rejected[0].reason == "natural_key cannot be emptied"


def test_rows_with_one_key_are_merged_in_order(engine: Engine) -> None:
    rows = [POST, {"url": POST["url"], "service_id": 3, "views": 1}, {"url": POST["url"], "views": 2}]
    with transaction(engine) as connection:
        assert counts(recording.contents(connection, "ais", rows, now=NOW)) == (1, 0, 2, 0)
        row = the_content(connection)
        assert (row["service_id"], row["views"]) == (3, 2)


def test_more_rows_than_a_batch(engine: Engine) -> None:
    rows = [{"reference": str(n), "detected_at": FOUND, "service_id": n % 9} for n in range(2_300)]
    with transaction(engine) as connection:
        assert counts(recording.contents(connection, "ais", rows, now=NOW)) == (2_300, 0, 0, 0)
        changed = [row | {"service_id": 9} for row in rows]
        assert counts(recording.contents(connection, "ais", changed, now=NOW)) == (0, 2_300, 0, 0)


def test_a_frame_is_as_good_as_rows(engine: Engine) -> None:
    frame = pd.DataFrame(
        {
            "natural_key": ["a", "b"],
            "detected_at": pd.to_datetime([FOUND, None], utc=True),
            "service_id": [np.int64(3), np.nan],
            "views": pd.array([None, 7], dtype="Int64"),
            "title": ["Satu", None],
        }
    )
    with transaction(engine) as connection:
        assert counts(recording.contents(connection, "ais", frame, now=NOW)) == (2, 0, 0, 0)
        found = {row["natural_key"]: row for row in rows_of(connection, tables.content)}
        assert (found["a"]["service_id"], found["a"]["detected_at"]) == (3, int(FOUND.timestamp()))
        assert (found["b"]["service_id"], found["b"]["detected_at"], found["b"]["views"]) == (0, None, 7)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("detected_at", NOW + timedelta(seconds=301), "detected_at lies in the future"),
        ("detected_at", datetime(2024, 2, 1), "detected_at is a time without a zone"),  # noqa: DTZ001 - the fault
        ("detected_at", datetime(1970, 1, 1, tzinfo=UTC), "detected_at lies before the year 2000"),
        ("detected_at", "2024-02-01", "detected_at is not a time"),
        ("service_id", -1, "service_id is negative or too large"),
        ("service_id", 32_768, "service_id is negative or too large"),
        ("service_id", "3", "service_id is not a whole number"),
        ("service_id", 2.5, "service_id is not a whole number"),
        ("views", -4, "views is negative or too large"),
        ("title", 5, "title is not a text"),
        ("province_code", "*", "province_code is not a code of a region"),
        ("province_code", 11, "province_code is not a text"),
        ("time_precision", "minute", "time_precision 'minute' is not one of the known words"),
        ("is_simulated", "yes", "is_simulated is neither true nor false"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_quarantined(engine: Engine, column: str, value: Any, reason: str) -> None:
    rows = [POST | {column: value, "line": 7, "file_name": "lapor.csv"}, {"reference": "good", "detected_at": FOUND}]
    with transaction(engine) as connection:
        for _ in range(2):
            answer = recording.contents(connection, "ais", rows, now=NOW)
            assert [(reject.reason, reject.line) for reject in answer.rejected] == [(reason, 7)]
        assert the_content(connection)["natural_key"] == "ais:good"
        (kept,) = rows_of(connection, tables.quarantine)
        assert (kept["reason"], kept["line"], kept["file_name"]) == (reason, 7, "lapor.csv")


def test_times_up_to_five_minutes_ahead_and_of_any_zone_are_kept(engine: Engine) -> None:
    wib = timezone(timedelta(hours=7))
    rows = [
        {"natural_key": "ahead", "detected_at": NOW + timedelta(seconds=300)},
        {"natural_key": "wib", "detected_at": datetime(2024, 3, 1, 0, 0, 0, 999_999, tzinfo=wib)},
    ]
    with transaction(engine) as connection:
        assert not recording.contents(connection, "ais", rows, now=NOW).rejected
        found = {row["natural_key"]: row["detected_at"] for row in rows_of(connection, tables.content)}
        assert found["wib"] == int(datetime(2024, 2, 29, 17, tzinfo=UTC).timestamp())


def test_unknown_codes_are_kept(engine: Engine) -> None:
    with transaction(engine) as connection:
        row = POST | {"service_id": 999, "province_code": "00.00", "theme_id": 998}
        assert counts(recording.contents(connection, "ais", [row], now=NOW)) == (1, 0, 0, 0)
        assert the_content(connection)["province_code"] == "00.00"


def test_hidden_characters_go_and_long_texts_are_cut(engine: Engine) -> None:
    title = " baris\r\nsatu\x00\x1b[31m\tdua\ud800 " + "x" * 20_000
    with transaction(engine) as connection:
        recording.contents(connection, "ais", [POST | {"title": title}], now=NOW)
        stored = the_content(connection)["title"]
        assert stored.startswith("baris\nsatu[31m dua x")
        assert len(stored) == 10_000


def test_marks_of_any_engine_in_a_text_are_text(engine: Engine) -> None:
    titles = [
        '"',
        "\\",
        '\\"',
        "{a,b}",
        "NULL",
        "null",
        "a,b",
        "'; --",
        "%s %(x)s :y ?",
        "{",
        "baris\ndua",
        "\\N",
        "🇮🇩",
    ]
    rows = [{"reference": str(n), "title": title, "detected_at": FOUND} for n, title in enumerate(titles)]
    with transaction(engine) as connection:
        assert counts(recording.contents(connection, "ais", rows, now=NOW)) == (len(rows), 0, 0, 0)
        found = {row["natural_key"]: row["title"] for row in rows_of(connection, tables.content)}
        assert [found[f"ais:{n}"] for n in range(len(rows))] == titles
        assert counts(recording.contents(connection, "ais", rows, now=NOW)) == (0, 0, len(rows), 0)


def test_a_row_without_a_key_or_a_needed_column_is_refused(engine: Engine) -> None:
    with transaction(engine) as connection:
        nameless = recording.contents(connection, "ais", [{"detected_at": FOUND}], now=NOW)
        assert nameless.rejected[0].reason == "neither an id, a natural key, an address nor a reference"
        untitled = recording.issues(connection, "isu", [{"natural_key": "i", "title": " \x00"}], now=NOW)
        assert untitled.rejected[0].reason == "title is missing"
        unknown = recording.contents(connection, "ais", [{"content_id": 5, "views": 3}], now=NOW)
        assert unknown.rejected[0].reason == "natural_key is missing"


def test_another_natural_key_with_the_same_id_is_refused(engine: Engine) -> None:
    first = {"content_id": 5, "natural_key": "a", "detected_at": FOUND}
    with transaction(engine) as connection:
        answer = recording.contents(connection, "ais", [first, first | {"natural_key": "b"}], now=NOW)
        assert counts(answer) == (1, 0, 0, 1)
        again = recording.contents(connection, "ais", [first | {"natural_key": "b"}], now=NOW)
        assert again.rejected[0].reason == "another row with another natural key has the same id"


def test_mistakes_of_the_caller_are_errors_and_write_nothing(engine: Engine) -> None:
    with transaction(engine) as connection:
        with pytest.raises(UnknownColumn, match="judul"):
            recording.contents(connection, "ais", [POST, {"judul": "x"}], now=NOW)
        with pytest.raises(UnknownColumn, match="nothing"):
            recording.contents(connection, "ais", [POST | {"clear": "nothing"}], now=NOW)
        with pytest.raises(UnknownFeed, match="nobody"):
            recording.contents(connection, "nobody", [POST], now=NOW)
        with pytest.raises(ValueError, match="aware"):
            recording.contents(connection, "ais", [POST], now=datetime(2024, 3, 1))  # noqa: DTZ001 - the fault
        assert connection.execute(select(tables.content)).first() is None


def test_personal_data_never_reaches_the_quarantine(engine: Engine) -> None:
    row = {
        "reference": "T1", "name": "Siti Aminah", "contact": "0812-3456-7890", "received_at": "kemarin",
        "status": "hubungi siti@contoh.id atau +62 812 3456 7890, NIK 3271046504930002",
    }  # fmt: skip
    with transaction(engine) as connection:
        assert len(recording.complaints(connection, "aduan", [row], now=NOW).rejected) == 1
        (kept,) = rows_of(connection, tables.quarantine)
        for secret in ("Siti", "3456", "siti@", "3271046504930002"):
            assert secret not in kept["excerpt"]
        assert len(kept["excerpt"]) <= 500
