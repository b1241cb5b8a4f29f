"""Ids that no reference table lists: content of theme, service or source 77 is in every sum, under its number."""

import pytest
from sqlalchemy import Connection

from queries import contents, durations, issues, takedowns
from queries.filters import Choice
from queries.unlisted import gaps_of
from tests.queries import factories
from tests.queries.factories import NOW, ago

UNLISTED = 77


@pytest.mark.parametrize("window", ["24h", "30d", "365d"])
@pytest.mark.parametrize("by", ["service", "theme", "source"])
def test_groups_add_up_to_the_whole(connection: Connection, window: str, by: str) -> None:
    for hours in (3, 5, 90 * 24):
        factories.content(connection, ago(hours=hours))
        factories.content(connection, ago(hours=hours), **{f"{by}_id": UNLISTED})
    view = Choice(window=window).resolve(NOW)
    series = contents.over_time(connection, view, by)
    whole = contents.over_time(connection, view)
    assert series["n_found"].sum() == whole["n_found"].sum() > 0
    assert series.loc[series["series"] == f"#{UNLISTED}", "n_found"].sum() * 2 == whole["n_found"].sum()


@pytest.mark.parametrize("window", ["24h", "30d", "365d"])
def test_requests_and_issues_of_what_nobody_listed_are_counted(connection: Connection, window: str) -> None:
    for hours in (3, 5, 90 * 24):
        factories.request(connection, ago(hours=hours), service_id=UNLISTED)
        factories.request(connection, ago(hours=hours))
        factories.issue(connection, ago(hours=hours), theme_id=UNLISTED)
    view = Choice(window=window).resolve(NOW)
    n = 3 if window == "365d" else 2
    for frame in (takedowns.within_promise(connection, view), takedowns.now_open(connection, view)):
        counted = "n_requests" if "n_requests" in frame else "n_open"
        found = frame.set_index("service")[counted]
        wanted = n if counted == "n_requests" else 3
        assert (found[f"#{UNLISTED}"], found[""]) == (wanted, 2 * wanted)
    assert issues.over_time(connection, view, "theme")["n_new"].sum() == issues.counts(connection, view)["n_new"].sum()
    lasted = durations.durations(connection, view)
    assert lasted["n"].sum() == 2 * n
    assert lasted.loc[lasted["service"] == f"#{UNLISTED}", "n"].sum() == n
    due = takedowns.within_promise_over_time(connection, view)["n_due"].sum()
    assert due == takedowns.within_promise(connection, view).set_index("service").loc["", "n_due"] == 2 * n


def test_gaps_are_all_that_is_not_listed() -> None:
    assert gaps_of([1, 2, 5]) == [(-32_768, 0), (3, 4), (6, 32_767)]
    assert gaps_of([]) == [(-32_768, 32_767)]
