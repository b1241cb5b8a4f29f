"""The trend of Latensi & Kepatuhan: the share that met the promise or a rule, by the start of the clock."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts import promises
from dashboard.charts.chart import Chart, records
from dashboard.door import Answers, Question
from dashboard.escaping import plain
from dashboard.formats import number
from dashboard.language import current, t
from dashboard.live import panel
from dashboard.tables import Column, Sheet, draw_sheet, sheet
from dashboard.tiles import picture
from queries import calendars, compliance, takedowns

PROMISE = "promise"
EVENTS: dict[str, Question] = {"events": calendars.events}


def questions(line: str) -> dict[str, Question]:
    """Return the questions of the trend: the promise is in the roll-ups; only who asks for a rule pays for its rows."""
    if line == PROMISE:
        return EVENTS | {"kept": takedowns.within_promise_over_time}
    return EVENTS | {"kept": partial(compliance.over_time, applies_to=line), "lines": compliance.by_deadline}


def draw(cohort: str, line: str, answers: Answers) -> None:
    """Draw the trend of a deadline in cohorts of a width; with a rule, also every deadline in numbers."""
    build = partial(_trend, answers, cohort, line)
    more = partial(_draw_lines, answers) if line != PROMISE else None
    frame = answers["kept"].frame
    due = 0 if frame is None else int(frame["n_due"].sum())
    key, note = f"latensi.kept.{line}.{cohort}", t("latencies.trend_note", n=number(due, current()))
    measure = "within_promise_share" if line == PROMISE else "within_rule_share"
    picture(answers["kept"], key, build, measure, note=note, more=more)


def _trend(answers: Answers, cohort: str, line: str, frame: pd.DataFrame) -> Chart:
    return promises.over_time(frame, current(), answers["events"].frame, line=line, cohort=cohort)


def _draw_lines(answers: Answers) -> None:
    st.caption(t("latencies.lines_table"))
    panel(None, answers["lines"], lambda _: draw_sheet(answers["lines"], f"latensi.lines.{current()}", lines),
          border=False)  # fmt: skip


def lines(frame: pd.DataFrame) -> Sheet:
    """Return every deadline in numbers (`compliance.by_deadline`): due = the five columns after it."""
    rows, tongue = records(frame), current()
    counts = ("within", "open_late", "removed_late", "ended_otherwise", "not_yet_due")
    columns = [
        Column(t("latencies.deadline"), [plain(row[f"label_{tongue}"], 60) for row in rows], width="medium"),
        Column(t("latencies.holds"), [_dates(row) for row in rows]),
        Column(t("latencies.due"), [number(row["n_due"], tongue) for row in rows], is_number=True),
        Column(t("latencies.met"), [_share(row) for row in rows], is_number=True),
        *(
            Column(t(f"latencies.met_{name}"), [number(row[f"n_{name}"], tongue) for row in rows], is_number=True)
            for name in counts
        ),
    ]
    return sheet(columns, t("latencies.lines_table"), t("overview.nothing_due"))


def _dates(row: Mapping[str, Any]) -> str:
    """Return since when a deadline holds, and until when where it has ended."""
    first, last = (row["valid_from"], row["valid_to"])
    since = formats.day(None if pd.isna(first) else first, current(), weekday=False)
    return f"{since} –" if pd.isna(last) else f"{since} – {formats.day(last, current(), weekday=False)}"


def _share(row: Mapping[str, Any]) -> str:
    if not row["n_due"]:
        return formats.UNKNOWN
    shown = formats.percent_range(row["low"], row["high"], current())
    return f"{formats.whole_percent(row['share'], current())} ({shown})"
