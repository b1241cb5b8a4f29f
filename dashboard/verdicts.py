"""The answer at the top of Latensi & Kepatuhan, from the data alone: how fast, how sure, who is slow."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.charts import survival
from dashboard.charts.chart import records
from dashboard.door import Answer, Answers
from dashboard.escaping import md_escape
from dashboard.formats import SMALL, number, percent, percent_range
from dashboard.language import current, t
from dashboard.latencies import summary, whole
from dashboard.live import artefact, panel
from dashboard.overview import labels
from queries import comparisons

HALF = 0.5
"""A service whose whole interval lies below this surely leaves most content up beyond the hour."""

NAMED = 4
"""Services named at most: beyond, the chart below says it better."""


def draw(answers: Answers) -> None:
    """Draw the answer in a box of its own."""
    with st.container(border=True):
        panel(None, answers["within"], lambda _: _draw(answers, answers["within"]), border=False)


def _draw(answers: Answers, answer: Answer) -> None:
    first, *rest = artefact(answer, "latensi.verdict", partial(sentences, answers))
    with st.container(gap="xsmall"):
        st.markdown(f"#### {first}")
        for line in rest:
            st.markdown(line)


def sentences(answers: Answers, frame: pd.DataFrame) -> list[str]:
    """Return the answer: the share within the hour with its certainty, the usual wait, and who is slow."""
    row = whole(frame)
    if not row["n_due"]:
        return [t("verdicts.none")]
    lines = [_share(row), *_wait(answers)]
    if row["n_due"] < SMALL:
        return [*lines, t("verdicts.few", n=number(row["n_due"], current()))]
    return [*lines, *_slow(answers, frame), _order(answers, frame)]


def _share(row: Mapping[str, Any]) -> str:
    tongue = current()
    counts = {"n": number(row["n_due"], tongue), "k": number(row["n_within_60"], tongue)}
    sure = percent_range(row["low"], row["high"], tongue)
    return t("verdicts.share", **counts, share=percent(row["share"], tongue, 0), range=sure)


def _wait(answers: Answers) -> list[str]:
    """Say how long until half is down; nothing where it is not known."""
    answer = answers["durations"]
    if answer.frame is None:
        return []
    row = whole(summary(answer))
    if not row["n"]:
        return []
    key = "not_half" if pd.isna(row["median_minutes"]) else "half"
    opened = number(row["n_open"], current())
    return [t(f"verdicts.{key}", time=survival.half(row, current()).removeprefix("> "), open=opened)]


def _slow(answers: Answers, frame: pd.DataFrame) -> list[str]:
    """Name the services that surely bring down less than half within the hour, in screen order: no ranking."""
    names = labels(answers).get("service", {})
    own = [row for row in records(frame) if not row["is_total"] and row["n_due"] >= comparisons.FEW]
    slow = [_named(row, names) for row in own if row["high"] < HALF]
    if not slow:
        return [t("verdicts.none_slow")]
    return [t("verdicts.slow", names=_listed(slow))]


def _named(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    name = md_escape(names.get(row["service"], row["service"]), 60)
    shown = percent_range(row["low"], row["high"], current())
    return f"**{name}** ({shown}, n = {number(row['n_due'], current())})"


def _listed(slow: Sequence[str]) -> str:
    more = len(slow) - NAMED
    return ", ".join(slow[:NAMED]) + (t("verdicts.and_more", n=number(more, current())) if more > 0 else "")


def _order(answers: Answers, frame: pd.DataFrame) -> str:
    """Name the slowest where services may be put in order, else say why none is named."""
    mix = answers["mix"].frame
    if mix is None:
        return ""
    reasons = comparisons.reasons(frame, mix)
    if reasons:
        why = ", ".join(t(f"latencies.why_{reason}") for reason in reasons)
        return t("verdicts.unranked", why=why)
    own = [row for row in records(frame) if not row["is_total"] and row["n_due"] >= comparisons.FEW]
    last = min(own, key=lambda row: (row["share"], row["service"]))
    return t("verdicts.slowest", name=_named(last, labels(answers).get("service", {})))
