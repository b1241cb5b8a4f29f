"""Found content: counts, parts, time, comparison."""

from datetime import date, timedelta

import pandas as pd
import pytest
from sqlalchemy import Connection

from data.rollups.clocks import DELETED_BY_UPLOADER, LABELLED, OPEN, REJECTED, REMOVED, RESTRICTED, WITHDRAWN
from queries import contents
from queries.filters import UNLOCATED
from tests.queries import factories
from tests.queries.factories import (
    CYBER_PATROL,
    DEEPFAKE,
    JAKARTA,
    LOGISTICS,
    NOW,
    TIKTOK,
    WEST_JAVA,
    WHATSAPP,
    X,
    ago,
    asked,
    at,
    pinned,
)  # fmt: skip


def only(frame: pd.DataFrame) -> dict[str, object]:
    assert len(frame) == 1
    return dict(frame.iloc[0])


def test_totals_count_each_end_once_and_balance(connection: Connection) -> None:
    ends = (OPEN, OPEN, REMOVED, RESTRICTED, LABELLED, REJECTED, WITHDRAWN, DELETED_BY_UPLOADER)
    for outcome in ends:
        factories.content(connection, ago(hours=3), outcome_id=outcome)
    factories.content(connection, ago(hours=30), outcome_id=REMOVED)
    row = only(contents.totals(connection, asked(window="24h")))
    assert row["n_found"] == 8
    assert [row[part] for part in contents.PARTS] == [1, 1, 1, 1, 2, 2]
    assert (row["difference"], row["is_balanced"]) == (0, True)


def test_an_outcome_that_is_not_known_here_shows_as_a_difference(connection: Connection) -> None:
    factories.content(connection, ago(hours=3), outcome_id=99)
    factories.content(connection, ago(hours=3))
    row = only(contents.totals(connection, asked()))
    assert (row["n_found"], row["n_open"], row["difference"], row["is_balanced"]) == (2, 1, 1, False)


def test_totals_count_what_happened_to_content_and_what_is_only_a_date(connection: Connection) -> None:
    factories.content(connection, ago(hours=3), verified_at=ago(hours=2), requested_at=ago(hours=1))
    factories.content(connection, ago(hours=3), verified_at=ago(hours=2), clarified_at=ago(hours=1))
    factories.content(connection, at("2026-03-04 00:00"), time_precision="day")
    row = only(contents.totals(connection, asked()))
    names = ("n_found", "n_verified", "n_clarified", "n_requested", "n_day_precision")
    assert [row[name] for name in names] == [3, 2, 1, 1, 1]


@pytest.mark.parametrize(
    ("narrowed", "other"),
    [
        ({"services": ("facebook",)}, {"service_id": TIKTOK}),
        ({"provinces": ("32",)}, {"province_code": JAKARTA}),
        ({"provinces": ("32",)}, {"province_code": None}),
        ({"provinces": (UNLOCATED,)}, {"province_code": WEST_JAVA}),
        ({"themes": ("sara",)}, {"theme_id": LOGISTICS}),
        ({"sources": ("automatic",)}, {"source_id": CYBER_PATROL}),
        ({"services": ("facebook",), "provinces": ("32",)}, {"province_code": JAKARTA}),
        ({"themes": ("sara",), "sources": ("automatic",)}, {"source_id": CYBER_PATROL}),
    ],
)
def test_each_filter_leaves_the_others_out(
    connection: Connection, narrowed: dict[str, tuple[str, ...]], other: dict[str, object]
) -> None:
    place = None if narrowed.get("provinces") == (UNLOCATED,) else WEST_JAVA
    factories.content(connection, ago(hours=3), province_code=place)
    factories.content(connection, ago(hours=3), **{"province_code": place} | other)
    for window in ("24h", "30d"):
        filters = asked(window=window, **narrowed)
        assert only(contents.totals(connection, filters))["n_found"] == 1
        assert contents.over_time(connection, filters)["n_found"].sum() == 1
        assert only(contents.totals(connection, pinned(filters)))["n_found"] == 1


def test_a_code_that_does_not_exist_matches_nothing(connection: Connection) -> None:
    factories.content(connection, ago(hours=3))
    assert only(contents.totals(connection, asked(services=("friendster",))))["n_found"] == 0


def test_the_funnel_shows_signatories_and_whoever_has_content_in_screen_order(connection: Connection) -> None:
    factories.content(connection, ago(hours=3), service_id=X, outcome_id=REMOVED)
    factories.content(connection, ago(hours=3), service_id=TIKTOK)
    factories.content(connection, ago(hours=3), service_id=TIKTOK, outcome_id=LABELLED)
    frame = contents.funnel(connection, asked())
    assert list(frame["service"]) == [
        "facebook", "instagram", "whatsapp", "threads", "youtube", "google", "tiktok", "telegram", "snackvideo", "line",
        "x", "",
    ]  # fmt: skip
    rows = frame.set_index("service")
    assert list(rows.loc[["tiktok", "x", "facebook", ""], "n_found"]) == [2, 1, 0, 3]
    assert list(rows.loc[["tiktok", "x", ""], "is_signatory"]) == [True, False, False]
    assert list(frame.loc[frame["is_total"], "service"]) == [""]
    assert set(frame.loc[frame["is_closed_messaging"], "service"]) == {"whatsapp", "line"}


def test_a_narrowed_funnel_shows_the_chosen_services_only(connection: Connection) -> None:
    factories.content(connection, ago(hours=3), service_id=X)
    frame = contents.funnel(connection, asked(services=("facebook", "tiktok")))
    assert list(frame["service"]) == ["facebook", "tiktok", ""]
    assert frame["n_found"].sum() == 0


def test_services_sum_to_the_whole(connection: Connection) -> None:
    for service, outcome in ((TIKTOK, REMOVED), (X, OPEN), (WHATSAPP, OPEN), (0, LABELLED)):
        factories.content(connection, ago(hours=3), service_id=service, outcome_id=outcome)
    frame = contents.funnel(connection, asked())
    services, whole = frame[~frame["is_total"]], frame[frame["is_total"]].iloc[0]
    assert all(services[name].sum() == whole[name] for name in contents.COUNTS)


def test_by_gives_codes_with_content_most_first_and_their_share(connection: Connection) -> None:
    for place in (WEST_JAVA, WEST_JAVA, None, JAKARTA):
        factories.content(connection, ago(hours=3), province_code=place, technique_id=DEEPFAKE)
    frame = contents.by(connection, asked(), "province")
    assert list(frame["code"]) == ["32", "31", UNLOCATED]
    assert list(frame["n_found"]) == [2, 1, 1]
    assert list(frame["found_share"]) == [0.5, 0.25, 0.25]
    assert list(contents.by(connection, asked(), "technique")["code"]) == ["deepfake"]


def test_a_series_has_every_bucket_that_has_begun_and_says_which_is_filling(connection: Connection) -> None:
    factories.content(connection, at("2026-03-04 10:59:59"))
    factories.content(connection, at("2026-03-04 11:00:00"))
    factories.content(connection, at("2026-03-04 12:30:00"))
    frame = contents.over_time(connection, asked(window="24h"))
    assert len(frame) == 25
    assert list(frame["n_found"].tail(3)) == [1, 1, 1]
    assert frame["n_found"].sum() == 3
    assert list(frame["is_filling"]) == [False] * 24 + [True]
    assert frame["started_at"].iloc[0] == at("2026-03-03 12:00")


def test_a_series_beyond_31_days_has_wib_days(connection: Connection) -> None:
    factories.content(connection, at("2026-02-01 23:59:59"))
    factories.content(connection, at("2026-02-02 00:00:00"))
    frame = contents.over_time(connection, asked(window="90d")).set_index("started_at")
    assert len(frame) == 91
    assert list(frame.loc[[at("2026-02-01 00:00"), at("2026-02-02 00:00")], "n_found"]) == [1, 1]


def test_a_window_that_ends_in_the_future_has_no_buckets_there(connection: Connection) -> None:
    days = {"first_day": date(2026, 3, 4), "last_day": date(2026, 3, 9)}
    frame = contents.over_time(connection, asked(window="custom", **days))
    assert frame["started_at"].iloc[-1] == at("2026-03-04 12:00")


def test_series_by_service_leave_out_the_empty_and_keep_screen_order(connection: Connection) -> None:
    factories.content(connection, ago(hours=5), service_id=X)
    factories.content(connection, ago(hours=3), service_id=TIKTOK)
    factories.content(connection, ago(days=3), service_id=WHATSAPP)
    frame = contents.over_time(connection, asked(window="24h"), by="service")
    assert list(dict.fromkeys(frame["series"])) == ["tiktok", "x"]
    assert len(frame) == 50
    assert list(frame.groupby("series")["n_found"].sum()) == [1, 1]


@pytest.mark.parametrize("axis", list(contents.AXES))
def test_the_series_of_every_split_sum_to_the_undivided_one(connection: Connection, axis: str) -> None:
    for hours, service, place in ((1, X, None), (1, TIKTOK, JAKARTA), (30, X, WEST_JAVA)):
        factories.content(connection, ago(hours=hours), service_id=service, province_code=place)
    filters = asked(window="7d")
    whole = contents.over_time(connection, filters).set_index("started_at")["n_found"]
    split = contents.over_time(connection, filters, by=axis).groupby("started_at")["n_found"].sum()
    assert whole.sum() == 3
    assert split.equals(whole)


def test_the_same_hours_of_last_week_end_at_the_same_second(connection: Connection) -> None:
    factories.content(connection, ago(minutes=1))
    factories.content(connection, ago(hours=2))
    factories.content(connection, NOW - timedelta(days=7, seconds=1))
    factories.content(connection, NOW - timedelta(days=7) + timedelta(seconds=1))
    row = only(contents.same_hours_last_week(connection, asked(window="24h")))
    assert (row["n_found"], row["n_found_before"], row["change_share"]) == (2, 1, 1.0)
    assert row["until_before"] == NOW - timedelta(days=7)


def test_a_fixed_link_does_not_see_what_was_recorded_or_happened_later(connection: Connection) -> None:
    view, later = asked(window="24h"), NOW + timedelta(hours=1)
    factories.content(connection, ago(hours=3), verified_at=ago(hours=2))
    factories.content(connection, ago(hours=3), outcome_id=REMOVED, ended_at=later, updated_at=later)
    factories.content(connection, ago(hours=3), verified_at=later, updated_at=later)
    factories.content(connection, ago(hours=3), recorded_at=later, updated_at=later)
    fixed = only(contents.totals(connection, pinned(view)))
    assert [fixed[name] for name in ("n_found", "n_verified", "n_removed", "n_open")] == [3, 1, 0, 3]
    live = only(contents.totals(connection, view))
    assert [live[name] for name in ("n_found", "n_verified", "n_removed", "n_open")] == [4, 2, 1, 3]


def test_a_removal_that_was_reported_after_the_moment_of_the_link_was_not_known(connection: Connection) -> None:
    view = asked(window="24h")
    changed = {"outcome_id": REMOVED, "ended_at": ago(hours=1), "updated_at": NOW + timedelta(minutes=20)}
    for told_at in (NOW + timedelta(minutes=20), ago(minutes=30)):
        found = factories.content(connection, ago(hours=3), **changed)
        acted = {"actioned_at": ago(hours=1), "updated_at": changed["updated_at"]}
        factories.request(connection, ago(hours=3), content_id=found, outcome_id=REMOVED, **acted)
        factories.event(connection, found, told_at, REMOVED)
    row = only(contents.totals(connection, pinned(view)))
    assert (row["n_open"], row["n_removed"]) == (1, 1)
