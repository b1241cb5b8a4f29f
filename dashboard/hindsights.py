"""What a fixed link knew beside what is known now: the figures, how many requests made the difference, and which."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts import survival
from dashboard.charts.chart import records
from dashboard.door import Answers
from dashboard.escaping import plain
from dashboard.formats import number
from dashboard.language import current, t
from dashboard.live import artefact, panel
from dashboard.overview import REQUESTS, labels
from dashboard.shell import rows_address, rows_link
from dashboard.tables import Column, Sheet, draw_sheet, fold_sheet, sheet
from queries import links

CHANGED = REQUESTS | {"keadaan": "berubah"}
SIDES = ("then", "now")


def draw(answers: Answers) -> None:
    """Draw both sides and their difference on a fixed link; nothing on a live page."""
    beside = answers["beside"]
    if answers.filters is None or not answers.filters.pinned or beside.frame is None or beside.frame.empty:
        return
    with st.container(border=True):
        panel(None, beside, partial(_both, answers), border=False)
        panel(None, answers["changes"], lambda _: _explain(answers), border=False)
        fold_sheet(answers["changed"], "latensi.changed", t("hindsights.changed_table"), partial(changed, answers))


def _both(answers: Answers, frame: pd.DataFrame) -> None:
    with st.container(gap="xsmall"):
        st.markdown(f"**{artefact(answers['beside'], 'latensi.beside.title', partial(sentence, answers))}**")
        st.caption(t("hindsights.beside_note"))
    bounded = frame.attrs.get("bounded_since")
    if bounded is not None:
        st.caption(t("hindsights.beside_bound", at=formats.moment(bounded, current())))
    draw_sheet(answers["beside"], f"latensi.beside.{current()}", partial(both, answers), most=14)


def sentence(answers: Answers, frame: pd.DataFrame) -> str:
    """Return both shares within the hour in one sentence, each with its interval, n and moment."""
    (row,) = records(frame[frame["is_total"]])
    at = formats.moment(answers.filters.as_of, current()) if answers.filters else formats.UNKNOWN
    then, now = (_share(row, side) for side in SIDES)
    return t("hindsights.beside", at=at, then=then, now=now)


def both(answers: Answers, frame: pd.DataFrame) -> Sheet:
    """Return every service with each figure as known then and as known now."""
    names, tongue = labels(answers).get("service", {}), current()
    rows = [row for row in records(frame) if row["n_requests_now"] or row["n_requests_then"] or row["is_total"]]
    columns = [Column(t("latencies.service"), [_name(row, names) for row in rows], width="medium")]
    shown: dict[str, Callable[[Mapping[str, Any], str], str]] = {
        "n": lambda row, side: number(row[f"n_requests_{side}"], tongue),
        "share": _share,
        "median": partial(_quantile, "median"),
        "p90": partial(_quantile, "p90"),
        "open": lambda row, side: number(row[f"n_open_{side}"], tongue),
    }
    columns += [
        Column(t(f"hindsights.{name}_{side}"), [texts(row, side) for row in rows], is_number=True)
        for name, texts in shown.items()
        for side in SIDES
    ]
    return sheet(columns, t("hindsights.beside_table"))


def _name(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if row["is_total"]:
        return t("latencies.total")
    return plain(names.get(row["service"], row["service"]), 60) + ("" if row["is_signatory"] else " *")


def _share(row: Mapping[str, Any], side: str) -> str:
    """Return "40 % (31–50 %), n = 90"; n/a where the platform has no latency, a dash where nothing was due."""
    if not row["is_applicable"]:
        return "n/a"
    n = row[f"n_due_{side}"]
    if not n:
        return formats.UNKNOWN
    shown = formats.percent_range(row[f"low_{side}"], row[f"high_{side}"], current())
    return f"{formats.whole_percent(row[f'share_{side}'], current())} ({shown}), n = {number(n, current())}"


def _quantile(name: str, row: Mapping[str, Any], side: str) -> str:
    if not row["is_applicable"]:
        return "n/a"
    own = {f"{name}_minutes": row[f"{name}_minutes_{side}"], "longest_minutes": row[f"longest_minutes_{side}"]}
    return survival.half(own, current(), name)


def _explain(answers: Answers) -> None:
    """Say how many requests make the difference, by why, and lead to all of them."""
    n = sum(row["n"] for row in records(answers["changes"].frame)) if answers["changes"].frame is not None else 0
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(artefact(answers["changes"], "latensi.changes", partial(reasons, answers)), width="stretch")
        rows_link(f"{t('overview.rows_requests', n=number(n, current()))} →", **CHANGED)


def reasons(answers: Answers, frame: pd.DataFrame) -> str:
    """Return why the figures differ: so many requests came late, ended since, were told late, were corrected."""
    tongue = current()
    parts = [t(f"hindsights.{row['kind']}", n=f"**{number(row['n'], tongue)}**") for row in records(frame) if row["n"]]
    total = answers["beside"].frame
    due = 0 if total is None else int(total.loc[total["is_total"], "n_not_yet_due_then"].iloc[0])
    parts += [t("hindsights.due_since", n=f"**{number(due, tongue)}**")] if due else []
    return t("hindsights.difference", what=" · ".join(parts)) if parts else t("hindsights.no_difference")


def changed(answers: Answers, frame: pd.DataFrame) -> Sheet:
    """Return the requests that count differently now, each a way to its item."""
    tongue, names = current(), labels(answers)
    rows, services, outcomes = records(frame), names.get("service", {}), names.get("outcome", {})
    columns = [
        Column(t("hindsights.item"), [_address(row) for row in rows], link=rf"{links.ITEM}=(-?\d+)"),
        Column(t("hindsights.why_changed"), [t(f"hindsights.kind_{row['kind']}") for row in rows]),
        Column(t("latencies.service"), [plain(services.get(r["service"], r["service"]), 40) for r in rows]),
        Column(t("latencies.begun"), [formats.moment(row["started_at"], tongue, year=False) for row in rows]),
        *(
            Column(t(f"hindsights.known_{side}"), [_known(row, side, outcomes) for row in rows], width="medium")
            for side in SIDES
        ),
        Column(t("hindsights.told_at"), [formats.moment(row["told_at"], tongue, year=False) for row in rows]),
    ]
    return sheet(columns, t("hindsights.changed_table"))


def _address(row: Mapping[str, Any]) -> str:
    return rows_address(**REQUESTS, **{links.ITEM: str(row["content_id"])})


def _known(row: Mapping[str, Any], side: str, outcomes: Mapping[str, str]) -> str:
    code = row[f"outcome_{side}"]
    if not code:
        return t("hindsights.unknown_then")
    ended = row[f"ended_{side}"]
    word = plain(outcomes.get(code, code), 40)
    return word if pd.isna(ended) else f"{word} {formats.moment(ended, current(), year=False)}"
