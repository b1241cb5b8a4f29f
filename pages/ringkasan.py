"""Does anything need attention now?"""

from functools import partial

import streamlit as st

from dashboard import asides, overview, shell
from dashboard.door import Answers
from dashboard.language import current, t
from dashboard.live import live
from dashboard.tiles import line, listing, picture, tile_panel
from queries import calendars, changes, contents, feeds, issues, outreach, spikes, takedowns

TILES = {
    "content": (overview.content, contents.same_hours_last_week),
    "issues": (overview.issues, issues.same_hours_last_week),
    "open": (overview.open_requests, takedowns.now_open),
    "overdue": (overview.overdue, takedowns.now_open),
    "kept": (overview.kept, takedowns.within_promise),
    "reach": (overview.reach, outreach.totals),
}
FIGURES = {name: question for name, (_, question) in TILES.items()} | {
    "curve": spikes.series,
    "issue_curve": issues.over_time,
    "kept_curve": takedowns.within_promise_over_time,
    "kept_before": takedowns.same_hours_last_week,
    "reach_curve": outreach.over_time,
}
TRENDS = {"curve": spikes.series, "events": calendars.events, "rising": issues.rising}
BESIDE = {"upcoming": calendars.upcoming, "elections": calendars.elections, "feeds": feeds.state}


def heading(answers: Answers) -> None:
    """Say what the page counts, and what has changed since the shift began."""
    shell.caption(answers)
    line(answers["shift"], "ringkasan.shift", asides.shift)


def figures(answers: Answers) -> None:
    """Draw the six tiles."""
    for row in (("content", "issues", "open"), ("overdue", "kept", "reach")):
        for column, name in zip(st.columns(3, gap="small"), row, strict=True):
            with column:
                tile_panel(answers[name], f"ringkasan.{name}", current(), partial(TILES[name][0], answers))


def trends(answers: Answers) -> None:
    """Draw content over time, and beside it what is rising."""
    left, right = st.columns([2, 1], gap="small")
    with left:
        curve, note = partial(overview.curve, answers), t("overview.curve_note")
        picture(answers["curve"], "ringkasan.curve", curve, "content_found", note=note)
    with right:
        rising, none = partial(overview.rising, answers), t("overview.rising_none")
        heading = t("overview.rising")
        picture(answers["rising"], "ringkasan.rising", rising, "rising_ratio", empty=none, heading=heading)


def beside(answers: Answers) -> None:
    """Draw the calendar and the feeds."""
    left, right = st.columns(2, gap="small")
    with left:
        calendar = partial(asides.calendar, answers)
        listing(answers["upcoming"], "ringkasan.calendar", t("overview.calendar_title"), calendar)
    with right:
        listing(answers["feeds"], "ringkasan.feeds", t("overview.feeds_title"), asides.feeds)


shell.header("ringkasan")
live("ringkasan.heading", {"shift": changes.since_shift}, heading)
live("ringkasan.figures", FIGURES, figures, topics=("content", "issue", "request", "campaign"))
live("ringkasan.trends", TRENDS, trends, topics=("content", "issue"))
live("ringkasan.beside", BESIDE, beside)
