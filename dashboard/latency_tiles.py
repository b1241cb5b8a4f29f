"""The four tiles of Latensi & Kepatuhan: share within the hour, median, 90th percentile, overdue."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts import survival
from dashboard.door import Answers
from dashboard.formats import number
from dashboard.language import current, t
from dashboard.latencies import only_closed, summary, whole
from dashboard.latency_choices import clock_words
from dashboard.overview import REQUESTS, window_words
from dashboard.tiles import Tile, tile_panel


def draw(answers: Answers) -> None:
    """Draw the tiles side by side."""
    for column, (name, build) in zip(st.columns(4, gap="small"), TILES.items(), strict=True):
        with column:
            question = "durations" if name == "p90" else name
            tile_panel(answers[question], f"latensi.{name}", current(), partial(build, answers))


def about(answers: Answers, window: str | None = None, clock: str | None = None) -> str:
    """Return what a figure speaks for: its window, its clock and the moment of its data."""
    if answers.filters is None:
        return ""
    at = formats.clock(answers.filters.as_of, current())
    words = f"{window or window_words(answers.filters)} · {clock or clock_words(answers.filters.clock)}"
    return t("overview.spoken_as_of", window=words, at=at)


def kept(answers: Answers, frame: pd.DataFrame) -> Tile:
    """Return the tile of the share removed within 60 minutes (`takedowns.within_promise`)."""
    row, tongue = whole(frame), current()
    due, is_closed = int(row["n_due"]), only_closed(frame)
    shown = t("latencies.closed_na" if is_closed else "overview.nothing_due")
    if due:
        n = number(due, tongue)
        shown = t("latencies.interval", range=formats.percent_range(row["low"], row["high"], tongue), n=n)
    few = [t("overview.too_few")] if 0 < due < formats.SMALL else []
    waiting = t("latencies.not_yet_due", n=number(row["n_not_yet_due"], tongue))
    value = "n/a" if is_closed else formats.whole_percent(row["share"] if due else None, tongue)
    return Tile(
        measure="within_promise_share", value=value,
        notes=(" · ".join([shown, *few]), waiting), about=about(answers),
        rows=t("overview.rows_requests", n=number(due, tongue)), query=REQUESTS | {"keadaan": "jatuh_tempo"},
    )  # fmt: skip


def quantile(name: str, answers: Answers, _: pd.DataFrame) -> Tile:
    """Return the tile of the median or the 90th percentile (`durations.durations`): never blank, never naive."""
    row, tongue = whole(summary(answers["durations"])), current()
    counted = t("latencies.open_counted", n=number(row["n"], tongue), open=number(row["n_open"], tongue))
    shares = answers["within"].frame
    is_closed = shares is not None and only_closed(shares)
    return Tile(
        measure=f"latency_{name}_minutes", value="n/a" if is_closed else survival.half(row, tongue, name),
        notes=(t("latencies.closed_na"),) if is_closed else (_limits(row, name), counted), about=about(answers),
    )  # fmt: skip


def _limits(row: Mapping[str, Any], name: str) -> str:
    """Return the limits of a quantile; one that was not reached is said to lie above what was watched."""
    low, high = (row[f"{name}_{side}_minutes"] for side in ("low", "high"))
    if not row["n"]:
        return t("overview.nothing_due")
    if pd.isna(low):
        return t(f"latencies.not_reached_{name}" if pd.isna(row[f"{name}_minutes"]) else "latencies.no_limits")
    shown = survival.wait(low, current())
    is_open = pd.isna(high)
    sure = t("latencies.limit_open", time=shown) if is_open else f"{shown} – {survival.wait(high, current())}"
    return t(f"latencies.limits_{name}", range=sure)


def overdue(answers: Answers, frame: pd.DataFrame) -> Tile:
    """Return the tile of open requests past their hour, with the oldest (`takedowns.now_open`)."""
    row, tongue = whole(frame), current()
    n = number(row["n_overdue"], tongue)
    oldest = t("overview.oldest", age=formats.duration(row["oldest_minutes"] * 60, tongue))
    late = t("latencies.open_for", oldest=oldest) if row["n_overdue"] else f":green[{t('overview.none_overdue')}]"
    return Tile(
        measure="requests_overdue", value=f":red[▲ {n}]" if row["n_overdue"] else n,
        notes=(late, f"{t('overview.nearing', n=number(row['n_nearing'], tongue))} · {_all_open(row)}"),
        about=about(answers, _when(answers), t("latencies.default_clock")),
        rows=t("overview.rows_requests", n=n), query=REQUESTS | {"keadaan": "lewat"},
    )  # fmt: skip


def _all_open(row: Mapping[str, Any]) -> str:
    """Return how many are open in all, those without a measurable time told apart: no age class has them."""
    words = t("latencies.all_open", n=number(row["n_open"], current()))
    undated = number(row["n_undated"], current())
    return t("latencies.open_undated", open=words, n=undated) if row["n_undated"] else words


def _when(answers: Answers) -> str:
    """Return of when a figure of what is open speaks: of now, or of the moment of a fixed link."""
    return t("latencies.as_known" if answers.filters is not None and answers.filters.pinned else "overview.now")


TILES: dict[str, Callable[[Answers, pd.DataFrame], Tile]] = {
    "within": kept,
    "durations": partial(quantile, "median"),
    "p90": partial(quantile, "p90"),
    "open": overdue,
}
