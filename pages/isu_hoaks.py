"""Which hoaxes are going round, and what has been done?"""

from functools import partial

import streamlit as st

from dashboard import hoaxes, releases, shell
from dashboard.door import Answers
from dashboard.language import current, t
from dashboard.live import live
from dashboard.tiles import folded, picture, section, tile_row
from dashboard.tables import draw_sheet
from queries import baselines, calendars, contents, issues, published, spikes


def heading(answers: Answers) -> None:
    """Say what the page counts, in which window."""
    shell.caption(answers, hoaxes.n_words(answers))


def over_time(answers: Answers) -> None:
    """Draw content over time with its spikes and the rule that found them."""
    answer = answers["curve"]
    table = partial(draw_sheet, answer, "isu.spikes", hoaxes.spikes)
    more = partial(folded, t("hoaxes.spikes_table"), table)
    picture(answer, "isu.curve", partial(hoaxes.curve, answers), note=baselines.SPIKE.text(current()), more=more)


def split(dimension: str, answers: Answers) -> None:
    """Draw content over time, one row a member of the dimension."""
    build = partial(hoaxes.split, answers, dimension)
    picture(
        answers["split"], f"isu.split.{dimension}", build, note=t("hoaxes.members_note"), empty=t("hoaxes.flow_empty")
    )


def flow(answers: Answers) -> None:
    """Draw what became of the content, in total and by service, and the same in exact figures."""
    answer = answers["funnel"]
    left, right = st.columns(2, gap="small")
    with left:
        picture(answer, "isu.flow", hoaxes.flow, note=t("hoaxes.flow_note"), more=partial(hoaxes.draw_balance, answer))
    with right:
        picture(answer, "isu.services", partial(hoaxes.services, answers), note=t("hoaxes.services_note"))
    if answer.frame is not None:
        folded(t("hoaxes.exact"), partial(draw_sheet, answer, "isu.exact", partial(hoaxes.exact, answers)))


def claims(answers: Answers) -> None:
    """Draw the issues: how many, how fast they are answered, and how far they have spread."""
    tile_row(answers["counts"], "isu.counts", current(), partial(hoaxes.issue_tiles, answers))
    left, right = st.columns(2, gap="small")
    with left:
        picture(answers["issue_curve"], "isu.issues", partial(hoaxes.issue_curve, answers))
    with right:
        picture(
            answers["top"],
            "isu.spread",
            partial(hoaxes.spread, answers),
            note=t("hoaxes.top_note"),
            empty=t("hoaxes.top_empty"),
        )
    folded(t("hoaxes.top_table"), partial(draw_sheet, answers["top"], "isu.top", partial(hoaxes.top, answers)))


shell.header("isu")
live("isu.heading", {"funnel": contents.funnel, "counts": issues.counts}, heading)
section(t("hoaxes.contents"))
live("isu.over_time", {"curve": spikes.series, "events": calendars.events}, over_time, topics=("content",))
by = hoaxes.choose_dimension()
live("isu.split", {"split": partial(contents.over_time, by=by)}, partial(split, by), topics=("content",))
live("isu.flow", {"funnel": contents.funnel}, flow, topics=("content", "request"))
section(t("hoaxes.issues"))
asked = {"counts": issues.counts, "issue_curve": issues.over_time, "top": issues.top, "spread": issues.spread}
live("isu.claims", asked | {"events": calendars.events}, claims, topics=("issue", "content"))
live("isu.published", {"figures": published.figures}, releases.draw)
