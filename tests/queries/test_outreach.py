"""Reach is a range: never a sum of unique people, never a guess where nothing is known."""

import pandas as pd
from sqlalchemy import Connection, update

from data.tables import channel
from queries import outreach
from tests.queries import factories
from tests.queries.factories import LOGISTICS, SARA, TIKTOK, X, asked

YOUTUBE_CHANNEL, TIKTOK_CHANNEL, RADIO = 3, 4, 13
TODAY, YESTERDAY = 20_516, 20_515


def reach(connection: Connection, channel_id: int, day: int = TODAY, **given: object) -> None:
    row = {"campaign_id": 1, "channel_id": channel_id, "province_code": "00", "day": day, "theme_id": SARA}
    factories.row(connection, "campaign_reach", **row | given)


def totals(connection: Connection, **choice: object) -> dict[str, object]:
    frame = outreach.totals(connection, asked(**choice))
    assert len(frame) == 1
    return dict(frame.iloc[0])


def test_reach_lies_between_the_largest_and_the_sum(connection: Connection) -> None:
    reach(connection, YOUTUBE_CHANNEL, reach=100, impressions=300)
    reach(connection, TIKTOK_CHANNEL, reach=60, impressions=100, engagements=7)
    row = totals(connection, window="today")
    assert (row["reach_low"], row["reach_high"]) == (100, 160)
    assert (row["impressions"], row["engagements"]) == (400, 7)
    assert (row["frequency_low"], row["frequency_high"]) == (2.5, 4)
    assert (row["n_channels"], row["n_unknown"]) == (2, 0)


def test_days_and_messages_of_one_channel_are_not_summed_as_unique_either(connection: Connection) -> None:
    reach(connection, YOUTUBE_CHANNEL, reach=100)
    reach(connection, YOUTUBE_CHANNEL, YESTERDAY, reach=90)
    reach(connection, YOUTUBE_CHANNEL, theme_id=LOGISTICS, reach=30)
    row = totals(connection, window="24h")
    assert (row["reach_low"], row["reach_high"]) == (100, 220)


def test_the_audience_of_a_channel_bounds_its_reach(connection: Connection) -> None:
    connection.execute(update(channel).where(channel.c.id == YOUTUBE_CHANNEL).values(audience=120))
    reach(connection, YOUTUBE_CHANNEL, reach=100)
    reach(connection, YOUTUBE_CHANNEL, YESTERDAY, reach=90)
    reach(connection, RADIO, reach=500)
    assert totals(connection, window="24h")["reach_high"] == 120 + 500


def test_the_whole_country_counts_where_it_is_reported_beside_provinces(connection: Connection) -> None:
    reach(connection, YOUTUBE_CHANNEL, reach=100, impressions=200)
    reach(connection, YOUTUBE_CHANNEL, province_code="32", reach=60, impressions=80)
    reach(connection, TIKTOK_CHANNEL, province_code="32", reach=10, impressions=20)
    reach(connection, TIKTOK_CHANNEL, province_code="31", reach=15, impressions=20)
    row = totals(connection, window="today")
    assert (row["reach_low"], row["reach_high"], row["impressions"]) == (100, 125, 240)
    narrowed = totals(connection, window="today", provinces=("32",))
    assert (narrowed["reach_low"], narrowed["reach_high"], narrowed["impressions"]) == (60, 70, 100)


def test_filters_of_service_and_theme_leave_the_others_out(connection: Connection) -> None:
    reach(connection, TIKTOK_CHANNEL, reach=10)
    reach(connection, YOUTUBE_CHANNEL, reach=99)
    reach(connection, TIKTOK_CHANNEL, theme_id=LOGISTICS, reach=50)
    reach(connection, TIKTOK_CHANNEL, TODAY - 2, reach=70)
    assert totals(connection, window="24h", services=("tiktok",), themes=("sara",))["reach_high"] == 10


def test_a_channel_without_a_known_reach_is_counted_and_nothing_is_made_of_it(connection: Connection) -> None:
    reach(connection, RADIO, impressions=5)
    row = totals(connection, window="today")
    assert (row["n_channels"], row["n_unknown"], row["impressions"]) == (1, 1, 5)
    assert pd.isna(row["reach_low"])
    assert pd.isna(row["frequency_low"])


def test_the_series_has_every_wib_day_and_missing_is_not_zero(connection: Connection) -> None:
    reach(connection, RADIO, TODAY - 2, impressions=5)
    reach(connection, RADIO, TODAY - 1, impressions=0)
    frame = outreach.over_time(connection, asked(window="7d"))
    assert len(frame) == 8
    assert frame["impressions"].fillna(-1).tolist() == [-1, -1, -1, -1, -1, 5, 0, -1]
    assert frame["is_filling"].tolist() == [False] * 7 + [True]


def test_hashtags_most_posts_first_with_reach_as_a_range(connection: Connection) -> None:
    for tag, service, posts, people in (("#a", X, 5, 40), ("#a", TIKTOK, 5, 70), ("#b", X, 99, None)):
        factories.row(
            connection, "hashtag_reach", hashtag=tag, service_id=service, day=TODAY, posts=posts, reach=people
        )
    frame = outreach.hashtags(connection, asked(window="today"))
    assert frame["hashtag"].tolist() == ["#b", "#a"]
    assert frame[["posts", "reach_low", "reach_high", "n_services"]].iloc[1].tolist() == [10, 70, 110, 2]
    assert outreach.hashtags(connection, asked(window="today", services=("tiktok",)))["posts"].tolist() == [5]
