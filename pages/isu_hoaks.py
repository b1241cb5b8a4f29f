"""Which hoaxes are going round, and what has been done?"""

from functools import partial

import streamlit as st

from dashboard import hoaxes, releases, shell
from dashboard.door import Answers, Question
from dashboard.language import current, t
from dashboard.live import live
from dashboard.tables import fold_sheet
from dashboard.tiles import picture, section, tile_row
from queries import baselines, calendars, contents, issues, published, spikes

CLAIMS: dict[str, Question] = {
    "counts": issues.counts,
    "issue_curve": issues.over_time,
    "issue_themes": partial(issues.over_time, by="theme"),
    "top": issues.top,
    "spread": issues.spread,
    "events": calendars.events,
}


def heading(answers: Answers) -> None:
    """Say what the page counts, in which window."""
    shell.caption(answers, hoaxes.n_words(answers))


def over_time(answers: Answers) -> None:
    """Draw content over time with its spikes and the rule that found them."""
    curve, rule = partial(hoaxes.curve, answers), baselines.SPIKE.text(current())
    picture(answers["curve"], "isu.curve", curve, "content_found", note=rule)
    fold_sheet(answers["curve"], "isu.spikes", t("hoaxes.spikes_table"), hoaxes.spikes)


def split(dimension: str, answers: Answers) -> None:
    """Draw content over time, one row a member of the dimension."""
    draw, note, empty = partial(hoaxes.split, answers, dimension), t("hoaxes.members_note"), t("hoaxes.flow_empty")
    picture(answers["split"], f"isu.split.{dimension}", draw, "content_found_share", note=note, empty=empty)


def flow(answers: Answers) -> None:
    """Draw what became of the content, in total and by service, and the same in exact figures."""
    answer, services = answers["funnel"], partial(hoaxes.services, answers)
    left, right = st.columns(2, gap="small")
    with left:
        more, note = partial(hoaxes.draw_balance, answer), t("hoaxes.flow_note")
        picture(answer, "isu.flow", hoaxes.flow, "content_difference", note=note, more=more)
    with right:
        picture(answer, "isu.services", services, "content_open", note=t("hoaxes.services_note"))
    fold_sheet(answer, "isu.exact", t("hoaxes.exact"), partial(hoaxes.exact, answers))


def claims(answers: Answers) -> None:
    """Draw the issues: how many, how fast they are answered, and how far they have spread."""
    tile_row(answers["counts"], "isu.counts", current(), partial(hoaxes.issue_tiles, answers))
    left, right = st.columns(2, gap="small")
    with left:
        picture(answers["issue_curve"], "isu.issues", partial(hoaxes.issue_curve, answers), "issues_new")
        themes, none = partial(hoaxes.issue_themes, answers), t("hoaxes.no_issue")
        picture(answers["issue_themes"], "isu.themes", themes, "issues_new", empty=none)
    with right:
        spread, note, none = partial(hoaxes.spread, answers), hoaxes.spread_note(answers), t("hoaxes.top_empty")
        picture(answers["top"], "isu.spread", spread, "issue_services", note=note, empty=none)
    fold_sheet(answers["top"], "isu.top", t("hoaxes.top_table"), partial(hoaxes.top, answers))


shell.header("isu")
live("isu.heading", {"funnel": contents.funnel, "counts": issues.counts}, heading)
section(t("hoaxes.contents"))
live("isu.over_time", {"curve": spikes.series, "events": calendars.events}, over_time, topics=("content",))
by = hoaxes.choose_dimension()
live("isu.split", {"split": partial(contents.over_time, by=by)}, partial(split, by), topics=("content",))
live("isu.flow", {"funnel": contents.funnel}, flow, topics=("content", "request"))
section(t("hoaxes.issues"))
live("isu.claims", CLAIMS, claims, topics=("issue", "content"))
live("isu.published", {"figures": published.figures}, releases.draw)
