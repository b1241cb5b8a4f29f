"""Campaigns: reach by day, activities, hashtags."""

from datetime import datetime

from sqlalchemy import Connection

from data import tables
from data.recording.changes import Row
from data.recording.identities import by_natural_key, need
from data.recording.pipeline import record
from data.recording.results import Recorded, Rows
from data.recording.subjects import Subject

_activity_key = by_natural_key("activity", "activity_id")


def _identify_reach(row: Row, _: str) -> None:
    for name, whole in (("campaign_id", 0), ("theme_id", 0), ("province_code", "00")):
        row.setdefault(name, whole)
    need(row, "channel_id", "day")


def _identify_hashtag(row: Row, _: str) -> None:
    need(row, "hashtag", "service_id", "day")
    row["hashtag"] = "#" + row["hashtag"].strip().lstrip("#").lower()


REACH = Subject(
    table=tables.campaign_reach,
    clock=("day",),
    identify=_identify_reach,
    corrected=frozenset({"reach", "impressions", "engagements", "target_reach"}),
    growing=frozenset({"reach", "impressions", "engagements"}),
)

ACTIVITY = Subject(
    table=tables.activity,
    clock=("starts_at",),
    identify=_activity_key,
    options=frozenset({"reference", "url"}),
    defaults={"campaign_id": 0, "format_id": 0, "organisation_id": 0},
    corrected=frozenset({"starts_at", "province_code", "regency_code", "attendance", "campaign_id", "format_id"}),
    planned=frozenset({"starts_at", "ends_at"}),
)

HASHTAG = Subject(
    table=tables.hashtag_reach,
    clock=("day",),
    identify=_identify_hashtag,
    corrected=frozenset({"posts", "reach", "engagements"}),
    growing=frozenset({"posts", "reach", "engagements"}),
)


def campaign_reach(connection: Connection, feed_code: str, rows: Rows, *, now: datetime) -> Recorded:
    """Record reach by day. Key: `campaign_id`, `channel_id`, `province_code` ('00' the country), `day`, `theme_id`.

    `day` is a date, or the WIB day as days since 1970-01-01.
    """
    return record(connection, REACH, feed_code, rows, now)


def activities(connection: Connection, feed_code: str, rows: Rows, *, now: datetime) -> Recorded:
    """Record activities, also planned ones. Key: `natural_key`, else `url`, else `reference`."""
    return record(connection, ACTIVITY, feed_code, rows, now)


def hashtag_reach(connection: Connection, feed_code: str, rows: Rows, *, now: datetime) -> Recorded:
    """Record use of hashtags by day. Key: `hashtag` in any case, with or without its sign, `service_id`, `day`."""
    return record(connection, HASHTAG, feed_code, rows, now)
