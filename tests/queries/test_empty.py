"""On a database without facts every question answers: its columns, its types, and zeros where zeros are true."""

from collections.abc import Callable
from functools import partial
from inspect import isfunction
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection

from queries import (
    calendars,
    changes,
    contents,
    dimensions,
    feeds,
    issues,
    outreach,
    published,
    quality,
    spikes,
    takedowns,
)  # fmt: skip
from queries.filters import Filters
from queries.reading import DTYPES, Columns
from tests.queries.factories import asked, pinned

Question = Callable[[Connection, Filters], pd.DataFrame]

QUESTIONS: dict[str, tuple[Question, Columns, int]] = {
    "contents.totals": (contents.totals, contents.TOTALS, 1),
    "contents.funnel": (contents.funnel, contents.FUNNEL, 11),
    "contents.over_time": (contents.over_time, contents.OVER_TIME, 25),
    "contents.same_hours_last_week": (contents.same_hours_last_week, contents.SAME_HOURS, 1),
    **{f"contents.by {axis}": (partial(contents.by, dimension=axis), contents.BY, 0) for axis in contents.AXES},
    **{
        f"contents.over_time by {axis}": (partial(contents.over_time, by=axis), contents.OVER_TIME, 0)
        for axis in contents.AXES
    },
    "issues.counts": (issues.counts, issues.COUNTS, 1),
    "issues.over_time": (issues.over_time, issues.OVER_TIME, 25),
    "issues.over_time by theme": (partial(issues.over_time, by="theme"), issues.OVER_TIME, 0),
    "issues.same_hours_last_week": (issues.same_hours_last_week, issues.SAME_HOURS, 1),
    "issues.top": (issues.top, issues.TOP, 0),
    "issues.spread": (issues.spread, issues.SPREAD, 0),
    "issues.rising": (issues.rising, issues.RISING, 0),
    "takedowns.now_open": (takedowns.now_open, takedowns.NOW_OPEN, 11),
    "takedowns.within_promise": (takedowns.within_promise, takedowns.WITHIN_PROMISE, 11),
    "takedowns.within_promise_over_time": (
        takedowns.within_promise_over_time, takedowns.WITHIN_PROMISE_OVER_TIME, 25,
    ),
    "takedowns.same_hours_last_week": (takedowns.same_hours_last_week, takedowns.SAME_HOURS, 1),
    "spikes.series": (spikes.series, spikes.SERIES, 25),
    "outreach.totals": (outreach.totals, outreach.TOTALS, 1),
    "outreach.over_time": (outreach.over_time, outreach.OVER_TIME, 2),
    "outreach.hashtags": (outreach.hashtags, outreach.HASHTAGS, 0),
    "changes.since_shift": (changes.since_shift, changes.SINCE_SHIFT, 7),
    "changes.items": (changes.items, changes.ITEMS, 0),
    "quality.counts": (quality.counts, quality.COUNTS, len(quality.CHECKS)),
    "calendars.events": (calendars.events, calendars.EVENTS, 0),
    "calendars.upcoming": (calendars.upcoming, calendars.EVENTS, 5),
    "calendars.periods": (calendars.periods, calendars.PERIODS, 6),
    "calendars.elections": (calendars.elections, calendars.ELECTIONS, 2),
    "published.figures": (published.figures, published.FIGURES, 22),
    "feeds.state": (feeds.state, feeds.STATE, 15),
    "dimensions.options": (lambda connection, _: dimensions.options(connection), dimensions.OPTIONS, -1),
    "dimensions.services": (lambda connection, _: dimensions.services(connection), dimensions.SERVICES, 13),
}  # fmt: skip


def types(frame: pd.DataFrame) -> dict[str, str]:
    return {name: str(dtype) for name, dtype in frame.dtypes.items()}


@pytest.mark.parametrize("link", ["live", "fixed"])
def test_every_question_answers_with_its_columns_and_types(connection: Connection, link: str) -> None:
    filters = asked() if link == "live" else pinned(asked())
    for name, (question, columns, n_rows) in QUESTIONS.items():
        frame = question(connection, filters)
        assert types(frame) == {column: DTYPES[kind] for column, kind in columns.items()}, name
        assert n_rows in (len(frame), -1), name


@pytest.mark.parametrize("window", ["today", "7d", "365d"])
def test_nothing_found_is_zero_and_no_share_is_a_number(connection: Connection, window: str) -> None:
    filters = asked(window=window, provinces=("32", "tanpa"), services=("tiktok",))
    answers: dict[str, Any] = {name: question(connection, filters) for name, (question, _, _) in QUESTIONS.items()}
    assert answers["contents.over_time"]["n_found"].sum() == 0
    assert answers["contents.totals"].loc[0, ["n_found", "is_balanced"]].tolist() == [0, True]
    assert answers["takedowns.within_promise"]["share"].isna().all()
    assert answers["issues.counts"].loc[0, ["clarified_share", "clarified_median_minutes"]].isna().all()
    assert answers["outreach.totals"].loc[0, ["reach_low", "impressions"]].isna().all()
    assert not answers["spikes.series"]["has_baseline"].any()


def test_every_public_question_is_tried_here() -> None:
    modules = (calendars, changes, contents, feeds, issues, outreach, published, quality, spikes, takedowns)
    public = {
        f"{module.__name__.removeprefix('queries.')}.{name}"
        for module in modules
        for name, thing in vars(module).items()
        if isfunction(thing) and thing.__module__ == module.__name__ and not name.startswith("_")
    }
    helpers = {"calendars.period_list", "changes.shift_start", "feeds.version"}
    assert public - helpers <= {name.partition(" ")[0] for name in QUESTIONS}
