"""Closed messaging on a page: reports and how long to their clarification; a platform latency does not apply there."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts import survival
from dashboard.charts.chart import records
from dashboard.door import Answer, Answers
from dashboard.escaping import plain
from dashboard.formats import number
from dashboard.language import current, t
from dashboard.live import panel
from dashboard.overview import labels
from dashboard.tables import Column, Sheet, draw_sheet, sheet


def draw(answers: Answers) -> None:
    """Draw one row per closed messaging service; nothing where the filters leave none."""
    answer = answers["closed"]
    if answer.frame is not None and answer.frame.empty:
        return
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{t('latencies.closed')}**")
        st.caption(t("latencies.closed_note"))
        panel(None, answer, lambda frame: _draw(answers, answer, frame), border=False)


def _draw(answers: Answers, answer: Answer, frame: pd.DataFrame) -> None:
    bounded = frame.attrs.get("bounded_since")
    if bounded is not None:
        st.caption(t("latencies.closed_bound", at=formats.moment(bounded, current())))
    draw_sheet(answer, f"latensi.closed.{current()}", partial(reports, answers))


def reports(answers: Answers, frame: pd.DataFrame) -> Sheet:
    """Return reports, how many are clarified, the wait for it, and n/a for what no platform does there."""
    names, tongue, rows = labels(answers).get("service", {}), current(), records(frame)
    counts = ("reports", "clarified", "already", "waiting")
    columns = [
        Column(t("latencies.service"), [plain(names.get(r["service"], r["service"]), 60) for r in rows]),
        *(
            Column(t(f"latencies.closed_{name}"), [number(row[f"n_{name}"], tongue) for row in rows], is_number=True)
            for name in counts
        ),
        Column(t("latencies.closed_median"), [_wait(row, "median") for row in rows], is_number=True),
        Column(t("latencies.closed_p90"), [_wait(row, "p90") for row in rows], is_number=True),
        Column(t("latencies.closed_latency"), ["n/a"] * len(rows), is_number=True),
    ]
    return sheet(columns, t("latencies.closed"))


def _wait(row: Mapping[str, Any], name: str) -> str:
    timed = row["n_clarified"] + row["n_waiting"]
    return survival.half(row, current(), name) if timed else formats.UNKNOWN
