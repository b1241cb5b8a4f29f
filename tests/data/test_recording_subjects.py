"""Keys and checks of the smaller tables, and the feed rows."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from data import recording, tables
from data.engine import transaction
from data.recording import UnknownFeed
from data.recording.bulk_rows import SUBJECTS
from data.recording.feeds import TOPICS
from queries import feeds
from tests.data.recounts import facts, rows_of

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=2)
WIB_DAY = 19_783
"""1 March 2024."""

ROWS: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "issues": ("isu", [{"natural_key": "i", "title": "Klaim"}, {"reference": "7", "title": "Klaim lain"}]),
    "clarifications": ("klarifikasi", [{"issue_key": "i", "reference": "1", "published_at": EARLIER}]),
    "appeals": ("keberatan", [{"content_key": "k", "filed_at": EARLIER}, {"content_key": "k", "appeal_no": 2}]),
    "access_blocks": (
        "pemutusan_akses",
        [{"domain": "Situs.example.", "reference": "12/2024"}, {"domain": "b.example", "ordered_at": EARLIER}],
    ),
    "complaints": ("aduan", [{"reference": "T1", "received_at": EARLIER, "content_key": "k"}]),
    "referrals": ("rujukan", [{"reference": "S/1", "organisation_id": 2, "issue_key": "i", "sent_at": EARLIER}]),
    "campaign_reach": ("kampanye", [{"channel_id": 3, "day": date(2024, 3, 1), "reach": 10, "impressions": 12}]),
    "activities": ("kegiatan", [{"reference": "A1", "title": "Seminar", "starts_at": NOW + timedelta(days=9)}]),
    "hashtag_reach": ("tagar", [{"hashtag": "BijakBersuara", "service_id": 3, "day": WIB_DAY, "posts": 4}]),
    "qos_measurements": (
        "qos",
        [
            {
                "site_key": "BTS-1",
                "site_name": "Wamena",
                "measured_at": EARLIER,
                "download_mbps": 3,
                "is_available": True,
            }
        ],
    ),
}


def feed(connection: Connection, code: str) -> dict[str, Any]:
    return next(row for row in rows_of(connection, tables.feed) if row["code"] == code)


@pytest.mark.parametrize("name", ROWS)
def test_every_subject_is_recorded_once(engine: Engine, name: str) -> None:
    code, rows = ROWS[name]
    record = getattr(recording, name)
    with transaction(engine) as connection:
        first = record(connection, code, rows, now=NOW)
        assert (first.new, first.rejected) == (len(rows), [])
        before = facts(connection)
        again = record(connection, code, rows, now=NOW + timedelta(minutes=1))
        assert (again.new, again.updated, again.unchanged) == (0, 0, len(rows))
        assert facts(connection) == before
        assert feed(connection, code)["seq"] == 1


def test_days_are_wib_days_and_hashtags_have_one_spelling(engine: Engine) -> None:
    with transaction(engine) as connection:
        for name in ("campaign_reach", "hashtag_reach", "access_blocks"):
            getattr(recording, name)(connection, *ROWS[name], now=NOW)
        (reach,) = rows_of(connection, tables.campaign_reach)
        assert (reach["day"], reach["province_code"], reach["campaign_id"]) == (WIB_DAY, "00", 0)
        (tag,) = rows_of(connection, tables.hashtag_reach)
        assert tag["hashtag"] == "#bijakbersuara"
        assert {row["domain"] for row in rows_of(connection, tables.access_block)} == {"situs.example", "b.example"}
        end_of_day = int(datetime(2024, 3, 1, 16, 59, 59, tzinfo=UTC).timestamp())
        assert feed(connection, "kampanye")["watermark_at"] == end_of_day


def test_a_day_that_has_not_begun_is_refused(engine: Engine) -> None:
    with transaction(engine) as connection:
        rows = [{"channel_id": 3, "day": WIB_DAY + 1, "reach": 1}]
        answer = recording.campaign_reach(connection, "kampanye", rows, now=NOW)
        assert answer.rejected[0].reason == "day is a day before 2000 or in the future"


def test_reach_that_grows_is_news_and_reach_that_shrinks_is_a_correction(engine: Engine) -> None:
    row = {"channel_id": 3, "day": WIB_DAY}
    with transaction(engine) as connection:
        for reach in (10, 30):
            recording.campaign_reach(connection, "kampanye", [row | {"reach": reach}], now=NOW)
        assert rows_of(connection, tables.correction) == []
        recording.campaign_reach(connection, "kampanye", [row | {"reach": 20}], now=NOW)
        (note,) = rows_of(connection, tables.correction)
        assert (note["column_name"], note["old_value"], note["new_value"]) == ("reach", "30", "20")


def test_personal_data_of_a_complaint_lives_apart(engine: Engine) -> None:
    row = {"reference": "T1", "received_at": EARLIER, "name": "Siti", "contact": "0812"}
    with transaction(engine) as connection:
        recording.complaints(connection, "aduan", [row], now=NOW)
        recording.complaints(connection, "aduan", [{"reference": "T1", "contact": "0813"}], now=NOW)
        (person,) = rows_of(connection, tables.complainant)
        assert (person["name"], person["contact"]) == ("Siti", "0813")
        assert "Siti" not in str(rows_of(connection, tables.complaint))


def test_a_measurement_needs_a_site_and_a_moment(engine: Engine) -> None:
    with transaction(engine) as connection:
        rows = [
            {"site_name": "Wamena"},
            {"measured_at": EARLIER},
            {"site_name": "W", "measured_at": EARLIER, "download_mbps": float("inf")},
        ]
        reasons = [r.reason for r in recording.qos_measurements(connection, "qos", rows, now=NOW).rejected]
        assert reasons == [
            "download_mbps is negative or not finite",
            "measured_at is missing",
            "site_id is missing",
        ] or (
            sorted(reasons)
            == ["download_mbps is negative or not finite", "measured_at is missing", "site_id is missing"]
        )


def test_the_feed_row_never_moves_back(engine: Engine) -> None:
    with transaction(engine) as connection:
        recording.contents(connection, "ais", [{"natural_key": "a", "detected_at": EARLIER}], now=NOW)
        old = {"natural_key": "b", "detected_at": EARLIER - timedelta(days=9), "is_simulated": True}
        recording.contents(connection, "ais", [old], now=NOW - timedelta(hours=1))
        row = feed(connection, "ais")
        assert (row["seq"], row["is_simulated"]) == (2, True)
        assert (row["watermark_at"], row["written_at"]) == (int(EARLIER.timestamp()), int(NOW.timestamp()))


def test_a_heartbeat_moves_the_heartbeat_alone(engine: Engine) -> None:
    with transaction(engine) as connection:
        recording.heartbeat(connection, "ais", NOW)
        row = feed(connection, "ais")
        assert (row["seq"], row["written_at"], row["watermark_at"]) == (0, int(NOW.timestamp()), None)
        with pytest.raises(UnknownFeed):
            recording.heartbeat(connection, "nobody", NOW)


def test_nothing_is_a_heartbeat_too(engine: Engine) -> None:
    with transaction(engine) as connection:
        answer = recording.contents(connection, "ais", [], now=NOW)
        assert (answer.new, answer.updated, answer.unchanged, answer.rejected) == (0, 0, 0, [])
        assert (feed(connection, "ais")["seq"], feed(connection, "ais")["written_at"]) == (0, int(NOW.timestamp()))


def topics_moved(connection: Connection, record: Callable[[], Any]) -> set[str]:
    """Return the topics whose screens a recording wakes."""
    before = dict(feeds.version(connection))
    record()
    after = dict(feeds.version(connection))
    return {topic for topic in before.keys() | after.keys() if before.get(topic) != after.get(topic)}


def test_whoever_writes_every_screen_that_shows_the_rows_is_woken(engine: Engine) -> None:
    post = {"natural_key": "k", "detected_at": EARLIER, "issue_key": "i"}
    sent = {"content_key": "k", "notified_at": EARLIER}
    steps: list[tuple[str, str, dict[str, Any], set[str]]] = [
        ("contents", "berkas", post, {"content"}),
        ("issues", "berkas", {"natural_key": "i", "title": "Klaim"}, {"content", "issue"}),
        ("takedown_requests", "berkas", sent, {"content", "request"}),
        ("takedown_requests", "berkas", sent | {"received_at": EARLIER}, {"content", "request"}),
        ("takedown_requests", "platform", sent | {"outcome_id": 1, "actioned_at": EARLIER}, {"content", "request"}),
        ("contents", "ais", post | {"service_id": 3}, {"content", "request"}),
        ("clarifications", "klarifikasi", {"issue_key": "i", "reference": "1", "published_at": EARLIER},
         {"content", "issue"}),
        ("contents", "ais", post, set()),
        ("delete_contents", "ais", {"natural_key": "k"}, {"content", "request"}),
        ("qos_measurements", "qos", ROWS["qos_measurements"][1][0], {"qos"}),
    ]  # fmt: skip
    with transaction(engine) as connection:
        for name, code, row, woken in steps:
            record = partial(getattr(recording, name), connection, code, [row], now=NOW)
            assert topics_moved(connection, record) == woken, (name, code)


def test_every_recorded_table_has_a_topic() -> None:
    assert SUBJECTS.keys() <= TOPICS.keys()
