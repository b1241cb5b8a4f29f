"""Issues: new, active, closed, clarified, how far they spread, which rise."""

from datetime import timedelta

import pandas as pd
import pytest
from sqlalchemy import Connection

from queries import issues
from queries.limits import TOP_ISSUES
from tests.queries import factories
from tests.queries.factories import (
    JAKARTA,
    LOGISTICS,
    NOW,
    TIKTOK,
    WEST_JAVA,
    X,
    ago,
    asked,
    at,
    pinned,
)  # fmt: skip


def only(frame: pd.DataFrame) -> dict[str, object]:
    assert len(frame) == 1
    return dict(frame.iloc[0])


def test_new_active_and_closed_are_three_different_counts(connection: Connection) -> None:
    factories.issue(connection, ago(hours=2))
    factories.issue(connection, ago(hours=2), status="closed", closed_at=ago(hours=1))
    factories.issue(connection, ago(days=40))
    factories.issue(connection, ago(days=40), status="closed", closed_at=ago(hours=3))
    factories.issue(connection, ago(days=40), status="closed", closed_at=ago(days=30))
    row = only(issues.counts(connection, asked(window="24h")))
    assert (row["n_new"], row["n_active"], row["n_closed"]) == (2, 2, 2)


def test_the_median_time_to_clarify_counts_those_not_yet_clarified_in(connection: Connection) -> None:
    for minutes in (60, 120, 600):
        factories.issue(connection, ago(hours=20), clarified_at=ago(hours=20) + timedelta(minutes=minutes))
    row = only(issues.counts(connection, asked()))
    assert (row["clarified_median_minutes"], row["is_median_reached"], row["n_median"]) == (120, True, 3)
    for _ in range(2):
        factories.issue(connection, ago(hours=20))
    assert only(issues.counts(connection, asked()))["clarified_median_minutes"] == 600
    for _ in range(2):
        factories.issue(connection, ago(hours=20))
    row = only(issues.counts(connection, asked()))
    assert (row["is_median_reached"], row["longest_watched_minutes"]) == (False, 1200)
    assert pd.isna(row["clarified_median_minutes"])
    assert (row["n_clarified"], row["clarified_share"]) == (3, pytest.approx(3 / 7))


def test_a_clarification_before_the_issue_is_left_out_of_the_median(connection: Connection) -> None:
    factories.issue(connection, ago(hours=5), clarified_at=ago(hours=6))
    row = only(issues.counts(connection, asked()))
    assert (row["n_clarified"], row["n_median"]) == (1, 0)


@pytest.mark.parametrize(
    ("narrowed", "mine", "other"),
    [
        ({"services": ("tiktok",)}, {"service_id": TIKTOK}, {"service_id": X}),
        ({"provinces": ("32",)}, {"province_code": WEST_JAVA}, {"province_code": JAKARTA}),
        ({"provinces": ("tanpa",)}, {"province_code": None}, {"province_code": JAKARTA}),
    ],
)
def test_an_issue_is_where_its_content_is(
    connection: Connection,
    narrowed: dict[str, tuple[str, ...]],
    mine: dict[str, object],
    other: dict[str, object],
) -> None:
    for where, theme in ((mine, factories.SARA), (other, LOGISTICS)):
        claim = factories.issue(connection, ago(hours=3), theme_id=theme, clarified_at=ago(hours=1))
        done = factories.issue(connection, ago(hours=4), status="closed", closed_at=ago(hours=1), theme_id=theme)
        for issue in (claim, done):
            factories.content(connection, ago(hours=3), issue_id=issue, theme_id=theme, **where)
    for filters in (
        asked(**narrowed),
        pinned(asked(**narrowed)),
        asked(themes=("sara",)),
        asked(**narrowed, themes=("sara",)),
    ):
        row = only(issues.counts(connection, filters))
        assert [row[n] for n in ("n_new", "n_clarified", "n_active", "n_closed", "n_median")] == [2, 1, 1, 1, 2]
        assert issues.over_time(connection, filters)["n_new"].sum() == 2
        assert only(issues.same_hours_last_week(connection, filters))["n_new"] == 2
        assert len(issues.top(connection, filters)) == 2
        assert issues.spread(connection, filters)["n_found"].sum() == 2


def test_issues_narrowed_by_content_over_a_long_window_say_that_it_was_cut(connection: Connection) -> None:
    claim = factories.issue(connection, ago(days=20))
    factories.content(connection, ago(days=20), issue_id=claim, service_id=TIKTOK)
    frame = issues.counts(connection, asked(window="30d", services=("tiktok",)))
    assert only(frame)["n_new"] == 0
    assert frame.attrs["bounded_since"] == at("2026-02-25 13:00")
    assert only(issues.counts(connection, asked(window="30d")))["n_new"] == 1


def test_a_fixed_link_sees_issues_as_they_stood(connection: Connection) -> None:
    later = NOW + timedelta(hours=2)
    factories.issue(connection, ago(hours=5), status="closed", closed_at=later, clarified_at=later, updated_at=later)
    factories.issue(connection, ago(hours=5), recorded_at=later, updated_at=later)
    row = only(issues.counts(connection, pinned(asked())))
    assert [row[name] for name in ("n_new", "n_active", "n_closed", "n_clarified")] == [1, 1, 0, 0]
    old = factories.issue(connection, ago(days=900), title="Lama", clarified_at=later, updated_at=later)
    factories.content(connection, ago(hours=5), issue_id=old)
    row = only(issues.top(connection, pinned(asked())))
    assert (row["title"], row["is_clarified"], row["status"]) == ("Lama", False, "active")


def test_new_issues_over_time_have_every_hour(connection: Connection) -> None:
    factories.issue(connection, at("2026-03-04 11:59:59"))
    factories.issue(connection, at("2026-03-04 12:00:00"), theme_id=LOGISTICS)
    frame = issues.over_time(connection, asked(window="6h"))
    assert list(frame["n_new"]) == [0, 0, 0, 0, 0, 1, 1]
    assert list(dict.fromkeys(issues.over_time(connection, asked(window="6h"), by="theme")["series"])) == [
        "sara", "logistics",
    ]  # fmt: skip


def test_same_hours_of_last_week(connection: Connection) -> None:
    factories.issue(connection, ago(days=7, seconds=1))
    factories.issue(connection, ago(days=6, hours=23))
    row = only(issues.same_hours_last_week(connection, asked()))
    assert (row["n_new"], row["n_new_before"], row["change_share"]) == (0, 1, -1)


def test_the_top_issues_say_how_far_they_spread(connection: Connection) -> None:
    wide = factories.issue(connection, ago(hours=9), title="Lebar", clarified_at=ago(hours=1))
    for hours, service, place in ((8, TIKTOK, WEST_JAVA), (5, X, None), (2, X, JAKARTA)):
        factories.content(
            connection, ago(hours=hours), issue_id=wide, service_id=service, province_code=place, views=100
        )
    narrow = factories.issue(connection, ago(hours=9), theme_id=LOGISTICS)
    factories.content(connection, ago(hours=3), issue_id=narrow)
    factories.content(connection, ago(hours=3))
    factories.content(connection, ago(hours=60), issue_id=narrow)
    frame = issues.top(connection, asked(window="24h"))
    assert list(frame["issue_id"]) == [str(wide), str(narrow)]
    row = frame.iloc[0]
    assert row[["title", "theme", "n_found", "n_views", "is_clarified"]].tolist() == ["Lebar", "sara", 3, 300, True]
    assert row[["n_services", "n_provinces", "n_unlocated"]].tolist() == [2, 2, 1]
    assert (row["first_found_at"], row["last_found_at"]) == (ago(hours=8), ago(hours=2))
    spread = issues.spread(connection, asked(window="24h"))
    assert [tuple(line) for line in spread.itertuples(index=False)] == [
        (str(wide), "x", 2), (str(wide), "tiktok", 1), (str(narrow), "facebook", 1),
    ]  # fmt: skip


def test_only_so_many_top_issues_and_ties_in_one_order(connection: Connection) -> None:
    claims = [factories.issue(connection, ago(hours=9)) for _ in range(TOP_ISSUES + 3)]
    for claim in claims:
        factories.content(connection, ago(hours=3), issue_id=claim)
    assert list(issues.top(connection, asked())["issue_id"]) == [str(claim) for claim in claims[:TOP_ISSUES]]


def test_from_seven_days_on_top_issues_are_of_whole_days_and_say_since_when(connection: Connection) -> None:
    claim = factories.issue(connection, ago(days=8))
    factories.content(connection, at("2026-02-25 00:00"), issue_id=claim)
    factories.content(connection, at("2026-02-24 23:59"), issue_id=claim)
    frame = issues.top(connection, asked(window="7d"))
    assert list(frame["n_found"]) == [1]
    assert frame.attrs["counted_since"] == at("2026-02-25 00:00")


def test_what_exceeds_its_usual_six_hours_rises_and_the_usual_does_not(connection: Connection) -> None:
    quiet, loud = (factories.issue(connection, ago(days=9)) for _ in range(2))
    for day in range(1, 8):
        for _ in range(4):
            factories.content(connection, ago(days=day), service_id=X, issue_id=quiet, theme_id=LOGISTICS)
    for _ in range(4):
        factories.content(connection, ago(minutes=10), service_id=X, issue_id=quiet, theme_id=LOGISTICS)
    for _ in range(9):
        factories.content(connection, ago(minutes=10), service_id=TIKTOK, issue_id=loud)
    frame = issues.rising(connection, asked())
    assert {(row.kind, row.code) for row in frame.itertuples()} == {
        ("issue", str(loud)), ("service", "tiktok"), ("theme", "sara"),
    }  # fmt: skip
    row = frame[frame["kind"] == "service"].iloc[0]
    assert row[["n_last", "usual", "threshold", "ratio"]].tolist() == [9, 0, 4, 9]
    assert (row["since"], row["until"]) == (at("2026-03-04 07:00"), NOW)


def test_rising_follows_the_filters(connection: Connection) -> None:
    for _ in range(9):
        factories.content(connection, ago(minutes=10), service_id=TIKTOK, province_code=WEST_JAVA)
    assert len(issues.rising(connection, asked(provinces=("32",)))) == 2
    assert issues.rising(connection, asked(provinces=("31",))).empty
    assert set(issues.rising(connection, asked(services=("x",)))["kind"]) == set()
