"""The answer at the top of Latensi & Kepatuhan, from the data alone: how fast, how sure, who is slow, which hour.

No ranking: each service with enough requests is told from its interval to lie surely below half within the hour,
surely above it, or neither. Who signed no promise is told apart.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.charts import survival
from dashboard.charts.chart import records
from dashboard.door import Answer, Answers
from dashboard.escaping import md_escape
from dashboard.formats import SMALL, number, percent_range, whole_percent
from dashboard.language import current, t
from dashboard.latencies import left_out, lone, only_closed, summary, whole
from dashboard.latency_choices import clock_words
from dashboard.live import artefact, panel
from dashboard.overview import labels
from dashboard.tiles import say_bound
from queries import comparisons
from queries.shares import share, wilson

HALF = 0.5
"""A service whose whole interval lies below this surely leaves most content up beyond the hour."""

Row = Mapping[str, Any]
Names = Mapping[str, str]


def draw(answers: Answers) -> None:
    """Draw the answer in a box of its own."""
    with st.container(border=True):
        panel(None, answers["within"], lambda _: _draw(answers, answers["within"]), border=False)


def _draw(answers: Answers, answer: Answer) -> None:
    first, *rest = artefact(answer, "latensi.verdict", partial(sentences, answers))
    with st.container(gap="xsmall"):
        st.markdown(f"#### {first}")
        st.caption(meaning(answers))
        if answer.frame is not None:
            say_bound(answer.frame)
        for line in rest:
            st.markdown(line)
        st.caption(artefact(answer, "latensi.left_out", left_out))


def meaning(answers: Answers) -> str:
    """Return what "within an hour" means: on which clock, and that it is a promise beside the rules in force."""
    code = answers.filters.clock if answers.filters else ""
    words = [t("verdicts.hour", clock=clock_words(code))] if code else []
    lines = answers["deadlines"].frame
    held = [] if lines is None else records(lines)
    rules = [md_escape(row[f"label_{current()}"], 80) for row in held if row["kind"] == "rule"]
    if any(row["kind"] == "promise" for row in held):
        words.append(t("verdicts.promise"))
    return " ".join([*words, *([t("verdicts.rules", rules=", ".join(rules))] if rules else [])])


def sentences(answers: Answers, frame: pd.DataFrame) -> list[str]:
    """Return the answer: the share within the hour with its certainty, the usual wait, and who is slow."""
    row = whole(frame)
    if not row["n_due"]:
        return [t("verdicts.closed" if only_closed(frame) else "verdicts.none")]
    lines = [_share(row), *_signed(answers, frame), *_wait(answers)]
    if row["n_due"] < SMALL:
        return [*lines, t("verdicts.few", n=number(row["n_due"], current()))]
    return [*lines, *_judged(answers, frame), *_order(answers, frame)]


def _share(row: Row) -> str:
    counts = {"n": number(row["n_due"], current()), "k": number(row["n_within_60"], current())}
    sure = percent_range(row["low"], row["high"], current())
    return t("verdicts.share", **counts, share=whole_percent(row["share"], current()), range=sure)


def _signed(answers: Answers, frame: pd.DataFrame) -> list[str]:
    """Tell who gave the promise apart from who did not; nothing where all that is due is of those who did."""
    own = _own(frame, 1)
    signed, others = ([row for row in own if row["is_signatory"] == given] for given in (True, False))
    if not others:
        return []
    names = ", ".join(f"**{_name(row, labels(answers).get('service', {}))}**" for row in others)
    if not signed:
        return [t("verdicts.none_signed", names=names)]
    return [t("verdicts.signed", share=_pooled(signed), names=names, others=_pooled(others))]


def _pooled(rows: Sequence[Row]) -> str:
    """Return the share of several services together, its interval and n, of the counts of each."""
    due, within = (sum(int(row[name]) for row in rows) for name in ("n_due", "n_within_60"))
    low, high = wilson(within, due)
    shown = percent_range(float(low), float(high), current())
    shared = whole_percent(float(share(within, due)), current())
    return f"**{shared}** ({shown}, n = {number(due, current())})"


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


def _judged(answers: Answers, frame: pd.DataFrame) -> list[str]:
    """Say of each service, in screen order, on which side of half its whole interval lies, and of whom nothing can."""
    names = labels(answers).get("service", {})
    enough = _own(frame, comparisons.FEW)
    few = [row for row in _own(frame, 1) if row["n_due"] < comparisons.FEW]
    kinds = {
        "slow": [row for row in enough if row["high"] < HALF],
        "quick": [row for row in enough if row["low"] > HALF],
        "unsure": [row for row in enough if row["low"] <= HALF <= row["high"]],
    }
    lines = [t(f"verdicts.{kind}", names=_listed(rows, names)) for kind, rows in kinds.items() if rows]
    if few:
        counts = ", ".join(f"{_name(row, names)} ({number(row['n_due'], current())})" for row in few)
        lines.append(t("verdicts.too_few", names=counts))
    return lines


def _own(frame: pd.DataFrame, least: int) -> list[Row]:
    """Return the rows of services of which at least so many requests are due."""
    return [row for row in records(frame) if not row["is_total"] and row["n_due"] >= least]


def _name(row: Row, names: Names) -> str:
    return md_escape(names.get(row["service"], row["service"]), 60)


def _named(row: Row, names: Names) -> str:
    shown = percent_range(row["low"], row["high"], current())
    mark = "" if row["is_signatory"] else f"{t('verdicts.not_signed')}; "
    return f"**{_name(row, names)}** ({mark}{shown}, n = {number(row['n_due'], current())})"


def _listed(rows: Sequence[Row], names: Names) -> str:
    return ", ".join(_named(row, names) for row in rows)


def _order(answers: Answers, frame: pd.DataFrame) -> list[str]:
    """Name the slowest where services may be put in order, else say why none is named; nothing of a lone service."""
    mix = answers["mix"].frame
    if mix is None or lone(frame):
        return []
    reasons = comparisons.reasons(frame, mix)
    if reasons:
        why = ", ".join(t(f"latencies.why_{reason}") for reason in reasons)
        return [t("verdicts.unranked", why=why)]
    last = min(_own(frame, comparisons.FEW), key=lambda row: (row["share"], row["service"]))
    return [t("verdicts.slowest", name=_named(last, labels(answers).get("service", {})))]
