"""How many people the campaigns may have reached: a range, never a sum of uniques.

Reach is unique within one channel and day. Over days, messages and channels only a range is known:
max(Rᵢ) ≤ reach ≤ min(ΣRᵢ, audience), the audience being that of each channel where it is known.
Where a channel reports a day for the whole country ('00') and by province, the whole country counts.
Of the filters, services narrow the channels of the same code; detection sources say nothing about campaigns.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, case, func, select

from data.rollups.shapes import DAY
from data.tables import campaign_reach, channel, hashtag_reach
from queries.dimensions import Ids, ids
from queries.filters import Filters
from queries.narrowing import values, values_of
from queries.reading import Columns, SqlRow, Statement, frame, from_rows, known_total, rows
from queries.series import Buckets, buckets_of

TOTALS: Columns = {
    "reach_low": "number", "reach_high": "number", "impressions": "number", "engagements": "number",
    "frequency_low": "real", "frequency_high": "real", "target_reach": "number", "n_channels": "count",
    "n_unknown": "count", "first_day": "time", "last_day": "time",
}  # fmt: skip
OVER_TIME: Columns = {"started_at": "time", "impressions": "number", "engagements": "number", "is_filling": "flag"}
HASHTAGS: Columns = {
    "hashtag": "text", "posts": "number", "reach_low": "number", "reach_high": "number", "engagements": "number",
    "n_services": "count",
}  # fmt: skip

WHOLE_COUNTRY = "00"
SUMMED = ("reach", "impressions", "engagements", "target_reach")


def totals(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row: reach of the window's WIB days as a range, impressions, engagements, frequency; unknown is missing.

    n_channels: channels that reported; n_unknown: of which no reach is known. first_day and last_day: the days that
    have reports. Frequency is impressions / reach, so low at the high end of reach.
    """
    found = _rows(connection, filters, "channel")
    known = [row for row in found if row.reach_low is not None]
    low = max((row.reach_low for row in known), default=None)
    high = sum(min(row.reach_high, row.audience or row.reach_high) for row in known) if known else None
    impressions = _sum(row.impressions for row in found)
    days = [day for row in found for day in (row.first_day, row.last_day)]
    line = {
        "reach_low": low, "reach_high": high, "impressions": impressions,
        "engagements": _sum(row.engagements for row in found), "target_reach": _sum(row.target_reach for row in found),
        "frequency_low": _ratio(impressions, high), "frequency_high": _ratio(impressions, low),
        "n_channels": len(found), "n_unknown": len(found) - len(known),
        "first_day": _start(min(days)) if days else None, "last_day": _start(max(days)) if days else None,
    }  # fmt: skip
    return from_rows([line], TOTALS)


def over_time(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per WIB day of the window that has begun; impressions and engagements are missing where none reported."""
    buckets = buckets_of(filters, DAY)
    found = {row.day: row for row in _rows(connection, filters, "day")}
    days = [found.get(buckets.first + number) for number in range(buckets.n)]
    values = {name: [day and getattr(day, name) for day in days] for name in ("impressions", "engagements")}
    return frame({"started_at": buckets.starts, **values, "is_filling": buckets.filling}, OVER_TIME)


def hashtags(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per hashtag used in the window's WIB days, most posts first; reach as a range."""
    return from_rows([row._asdict() for row in _rows(connection, filters, "hashtag")], HASHTAGS)


def _sum(numbers: Any) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _ratio(part: int | None, whole: int | None) -> float | None:
    return None if part is None or not whole else part / whole


def _start(day: int) -> int:
    return day * DAY.width - DAY.offset


def _rows(connection: Connection, filters: Filters, kind: str) -> Sequence[SqlRow]:
    days: Buckets = buckets_of(filters, DAY)
    numbered: Ids = ids(connection)
    bound = {**values(filters, numbered), "codes": list(filters.services)}
    shape = (bool(filters.services), bool(filters.provinces), bool(filters.themes))
    statement = _statement(kind, *shape)
    return rows(connection, statement, {**bound, "first": days.first, "last": days.first + days.n - 1})


def _days(column: ColumnElement[int]) -> ColumnElement[bool]:
    return column.between(bindparam("first", type_=BigInteger), bindparam("last", type_=BigInteger))


@lru_cache(maxsize=64)
def _statement(kind: str, by_service: bool, by_province: bool, by_theme: bool) -> Statement:
    if kind == "hashtag":
        return _hashtags(by_service)
    if kind == "day":
        return _by_day(_reports(("impressions", "engagements"), by_service, by_province, by_theme))
    return _by_channel(_reports(SUMMED, by_service, by_province, by_theme))


def _reports(names: Sequence[str], by_service: bool, by_province: bool, by_theme: bool) -> Any:
    """Return one row per day, channel, campaign and message: the whole country where it is reported, else provinces.

    Grouped in the order of the index that holds all these columns, so that nothing is sorted.
    """
    row = campaign_reach.c
    keys = (row.day, row.channel_id, row.campaign_id, row.theme_id)
    country = row.province_code == WHOLE_COUNTRY
    sums = [
        func.coalesce(known_total(case((country, row[name]))), known_total(row[name])).label(name) for name in names
    ]
    of_service = select(channel.c.id).where(channel.c.code.in_(bindparam("codes", expanding=True)))
    where = [_days(row.day)]
    where += [row.channel_id.in_(of_service)] if by_service else []
    where += [row.province_code.in_(values_of("province_code"))] if by_province else []
    where += [row.theme_id.in_(values_of("theme_id"))] if by_theme else []
    return select(*keys, *sums).where(*where).group_by(*keys).subquery().c


def _by_channel(row: Any) -> Statement:
    sums = [known_total(row[name]).label(name) for name in ("impressions", "engagements", "target_reach")]
    reach = (func.max(row.reach).label("reach_low"), known_total(row.reach).label("reach_high"))
    days = (func.min(row.day).label("first_day"), func.max(row.day).label("last_day"))
    whole = select(row.channel_id, *reach, *sums, *days).group_by(row.channel_id).subquery()
    joined = whole.join(channel, channel.c.id == whole.c.channel_id)
    return select(whole, channel.c.audience).select_from(joined).order_by(whole.c.channel_id)


def _by_day(row: Any) -> Statement:
    sums = [known_total(row[name]).label(name) for name in ("impressions", "engagements")]
    return select(row.day, *sums).group_by(row.day).order_by(row.day)


def _hashtags(by_service: bool) -> Statement:
    row = hashtag_reach.c
    posts = known_total(row.posts)
    statement = select(
        row.hashtag, posts.label("posts"), func.max(row.reach).label("reach_low"),
        known_total(row.reach).label("reach_high"), known_total(row.engagements).label("engagements"),
        func.count(row.service_id.distinct()).label("n_services"),
    ).where(_days(row.day))  # fmt: skip
    if by_service:
        statement = statement.where(row.service_id.in_(values_of("service_id")))
    return statement.group_by(row.hashtag).order_by(func.coalesce(posts, 0).desc(), row.hashtag)
