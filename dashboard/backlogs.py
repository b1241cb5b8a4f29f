"""What the panels of Latensi & Kepatuhan say of what is open now, and of the errors of takedown."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import countdown, formats
from dashboard.charts import backlogs
from dashboard.charts.chart import Chart, records
from dashboard.door import Answer, Answers
from dashboard.escaping import plain
from dashboard.formats import number
from dashboard.language import current, t
from dashboard.latencies import whole
from dashboard.live import artefact, panel
from dashboard.overview import REQUESTS, labels, window_words
from dashboard.shell import rows_link
from dashboard.tables import Column, Sheet, fold_sheet, sheet
from dashboard.tiles import Tile, picture, tile_row

APPEALS = {"tabel": "keberatan"}

OUTSIDE = ("without_start", "future")
"""Kinds of bad times (`bad_times.KINDS`) that the share of the window does not count among its unmeasurable ones."""


def by_age(answers: Answers, frame: pd.DataFrame) -> Chart:
    """Return the backlog by age class with the oldest."""
    waiting = answers["open"].frame
    oldest = None if waiting is None else whole(waiting)["oldest_minutes"]
    return backlogs.by_age(frame, oldest, current())


def ages(answers: Answers, frame: pd.DataFrame) -> Sheet:
    """Return the backlog by service and age class in numbers."""
    names, tongue = labels(answers).get("service", {}), current()
    wide = frame.pivot_table(index="service", columns="from_minutes", values="n", sort=False)
    codes = [code for code in dict.fromkeys(frame["service"]) if code] + [""]
    titles = [plain(names.get(code, code), 60) if code else t("latencies.total") for code in codes]
    columns = [
        Column(word, [number(wide.loc[code, first], tongue) for code in codes], is_number=True)
        for first, word in zip(sorted(wide.columns), backlogs.AGES[tongue], strict=True)
    ]
    return sheet([Column(t("latencies.service"), titles), *columns], t("latencies.backlog_table"))


def draw_queue(answers: Answers) -> None:
    """Draw the countdown: how many are past their hour, in red, above those that have just broken it or are next."""
    with st.container(border=True, height="stretch"):
        with st.container(gap="xsmall"):
            st.markdown(f"**{t('latencies.queue')}**")
            st.caption(t("latencies.queue_note" if _is_live(answers) else "latencies.queue_then", at=_at(answers)))
        panel(None, answers["open"], _overdue_line, border=False)
        panel(None, answers["queue"], lambda _: countdown.draw(answers, f"latensi.queue.{current()}"), border=False)


def _is_live(answers: Answers) -> bool:
    return answers.filters is None or not answers.filters.pinned


def _at(answers: Answers) -> str:
    return formats.moment(answers.filters.as_of, current()) if answers.filters else formats.UNKNOWN


def draw_backlog(answers: Answers) -> None:
    """Draw the backlog by age, and by service and age behind a fold."""
    answer, draw = answers["ages"], partial(by_age, answers)
    more = partial(fold_sheet, answer, "latensi.by_age", t("latencies.backlog_table"), partial(ages, answers))
    picture(answer, "latensi.ages", draw, "requests_open", note=backlog_note(answers), more=more)


def backlog_note(answers: Answers) -> str:
    """Return of when the backlog speaks, of now or of the moment of a fixed link, and how many have no age."""
    words = t("latencies.backlog_note") if _is_live(answers) else t("latencies.backlog_then", at=_at(answers))
    waiting = answers["open"].frame
    undated = 0 if waiting is None else whole(waiting)["n_undated"]
    return f"{words} · {t('latencies.backlog_undated', n=number(undated, current()))}" if undated else words


def _overdue_line(frame: pd.DataFrame) -> None:
    n = whole(frame)["n_overdue"]
    if not n:
        st.markdown(f":green[{t('latencies.none_overdue')}]")
        return
    shown = number(n, current())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":red[**{t('latencies.overdue', n=shown)}**]", width="content")
        rows_link(f"{t('overview.rows_requests', n=shown)} →", **REQUESTS, keadaan="lewat")


def draw_bad_times(answers: Answers) -> None:
    """Draw how many requests have times that measure nothing, by what is wrong, with a link to their rows."""
    within, bad = answers["within"].frame, answers["bad"]
    if within is None:
        return
    words, way = st.columns([6, 1], vertical_alignment="center")
    with words:
        panel(None, bad, lambda _: _say_bad(bad), border=False)
    with way, st.container(horizontal_alignment="right"):
        n = number(int(whole(within)["n_unmeasurable"]) + _outside(bad.frame), current())
        rows_link(f"{t('latencies.bad_rows', n=n)} →", **REQUESTS, keadaan="tidak_terukur")


def _outside(frame: pd.DataFrame | None) -> int:
    """Return how many have bad times that no start in the window tells: without one, or in the future."""
    return 0 if frame is None else int(frame.loc[frame["kind"].isin(OUTSIDE), "n"].sum())


def _say_bad(bad: Answer) -> None:
    st.caption(artefact(bad, "latensi.bad", bad_times))


def bad_times(frame: pd.DataFrame) -> str:
    """Return how many requests have times of each bad kind (`bad_times.counts`), zeros included."""
    kinds = [t(f"latencies.bad_{row['kind']}", n=number(row["n"], current())) for row in records(frame)]
    since = frame.attrs.get("bounded_since")
    bound = "" if since is None else t("latencies.bad_since", at=formats.moment(since, current()))
    return t("latencies.bad_kinds", what=" · ".join(kinds), since=bound)


def draw_errors(answers: Answers) -> None:
    """Draw the errors as large as the removals."""
    tile_row(answers["errors"], "latensi.errors", current(), partial(error_tiles, answers))


def error_tiles(answers: Answers, frame: pd.DataFrame) -> list[Tile]:
    """Return the tiles of errors (`appeals.errors`), as large as those of removals."""
    (row,), tongue = records(frame), current()
    window = window_words(answers.filters) if answers.filters else ""
    counts = {name: number(row[f"n_{name}"], tongue) for name in ("received", "upheld", "dismissed", "open", "waiting")}
    parts = t("latencies.errors_part", **{name: counts[name] for name in ("upheld", "dismissed", "open")})
    back = t("latencies.reinstated", n=number(row["n_reinstated"], tongue))
    return [
        Tile(measure="appeals_received", value=counts["received"], notes=(parts,), about=window,
             rows=t("latencies.rows_appeals", n=counts["received"]), query=APPEALS),
        Tile(measure="appeals_granted", value=counts["upheld"], notes=(back,), about=window,
             rows=t("latencies.rows_appeals", n=counts["upheld"]), query=APPEALS | {"keadaan": "dikabulkan"}),
        Tile(measure="appeals_waiting", value=counts["waiting"], notes=(_oldest(row),), about=t("latencies.last_90"),
             rows=t("latencies.rows_appeals", n=counts["waiting"]), query=APPEALS | {"keadaan": "terbuka"}),
        _came_back(row),
    ]  # fmt: skip


def _oldest(row: Mapping[Any, Any]) -> str:
    if not row["n_waiting"]:
        return f":green[{t('latencies.none_waiting')}]"
    return t("latencies.oldest_days", age=formats.duration(row["oldest_days"] * 86_400, current()))


def _came_back(row: Mapping[Any, Any]) -> Tile:
    tongue = current()
    notes = [t("latencies.back_none")]
    if row["n_matured_7"]:
        shown = formats.percent_range(row["reappeared_low_7"], row["reappeared_high_7"], tongue)
        n, k = number(row["n_matured_7"], tongue), number(row["n_reappeared_7"], tongue)
        notes = [t("latencies.back", range=shown, k=k, n=n)]
    if row["n_matured_30"]:
        share, shown = formats.percent(row["reappeared_30"], tongue), formats.percent_range(
            row["reappeared_low_30"], row["reappeared_high_30"], tongue)  # fmt: skip
        notes.append(t("latencies.back_30", share=share, range=shown, n=number(row["n_matured_30"], tongue)))
    first, last = (
        formats.day(row[f"removed_{side}_7"], tongue, weekday=False, year=False) for side in ("since", "until")
    )
    value = formats.percent(row["reappeared_7"] if row["n_matured_7"] else None, tongue)
    words = t("latencies.removed_between", window=f"{first} – {last}")
    return Tile(measure="reappeared_share", value=value, notes=tuple(notes), about=words)
