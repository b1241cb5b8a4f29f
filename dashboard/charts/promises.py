"""The share that met a deadline over time, by the start of the clock; what can still change is shaded."""

from functools import cache
from typing import Any

import pandas as pd

from dashboard.charts.buckets import DAY, HOUR, WIDTHS, bucket_width, bucket_words, together, wide_enough
from dashboard.charts.chart import (
    Chart,
    Spec,
    end,
    field,
    layered,
    merged,
    only,
    say,
    share_axis,
    token,
    tooltip,
    wall_clock,
)
from dashboard.charts.trends import x
from dashboard.formats import SMALL, Language, number, percent_range, whole_percent
from queries.shares import share, wilson

HEIGHT = 230
POINTS = 48
"""Most points of the trend: of longer windows several buckets are one cohort."""

FEWEST = 8
"""Fewer cohorts than this are no trend: to hold enough requests each, they grow wider only down to this number."""

ASKED = {"hour": HOUR, "day": DAY, "week": 7 * DAY}
"""Cohorts a reader may ask for, milliseconds."""


def _y(name: str, language: Language, line: str) -> Spec:
    axis = share_axis(say(language, f"share_{line}"), grid=True)
    return field(name, "quantitative", scale={"domain": [0, 1], "nice": False}, axis=axis)


def _layer(kind: str, mark: Spec, color: Spec, **encoding: Any) -> Spec:
    return {"transform": only(kind), "mark": mark, "encoding": {"color": color, **encoding}}


def _note(kind: str, **mark: Any) -> Spec:
    text = {"type": "text", "align": "left", "baseline": "top", "dx": 4, "limit": 190, "fontSize": 11, **mark}
    return _layer(kind, text, token("muted"), x=x(), y={"value": 0}, text=field("text", "nominal"))


@cache
def _spec(language: Language, line: str) -> Spec:
    tips = tooltip(*((name, say(language, word)) for name, word in (
        ("when", "time"), ("words", f"share_{line}"), ("range", "band"), ("due", "requests"))))  # fmt: skip
    at = {"x": x(), "y": _y("share", language, line)}
    band = {"x": x(), "y": _y("low", language, line), "y2": end("high")}
    hollow = {"condition": {"test": "datum.is_few", "value": 0}, "value": 1}
    dot = {"type": "point", "filled": True, "size": 40, "opacity": 1, "strokeWidth": 1.5}
    return layered(language, [
        _layer("maturing", {"type": "rect", "opacity": 0.8}, token("track"), x=x("from"), x2=end("to")),
        _layer("cohort", {"type": "area", "invalid": "break-paths-filter-domains"}, token("band"), **band),
        _layer("cohort", {"type": "rule", "strokeWidth": 7}, token("band"), **band),
        _layer("cohort", {"type": "line", "strokeWidth": 2, "invalid": "break-paths-filter-domains"},
               token("accent"), **at),
        _layer("cohort", dot, token("accent"), **at, tooltip=tips, fillOpacity=hollow, stroke=token("accent")),
        _layer("bound", {"type": "point", "opacity": 0}, token("muted"), x=x()),
        _layer("event", {"type": "rule", "strokeDash": [4, 4]}, token("muted"), x=x()),
        _note("event"), _note("name", align="right", dx=-4, dy=16),
    ])  # fmt: skip


def _cohorts(frame: pd.DataFrame, asked: str) -> tuple[pd.DataFrame, int]:
    """Return the cohorts (started_at, n_due, n_within_60, is_filling, share, low, high) and their width, ms."""
    width = max(ASKED[asked], bucket_width(frame["started_at"])) if asked else _own_width(frame)
    parts = [
        frame[["started_at", "is_filling"]].assign(series=name, n=frame[name]) for name in ("n_due", "n_within_60")
    ]
    summed = together(pd.concat(parts), width)
    due, within = (summed[summed["series"] == name].reset_index(drop=True) for name in ("n_due", "n_within_60"))
    low, high = wilson(within["n"], due["n"])
    shares = {"share": share(within["n"], due["n"]), "low": low, "high": high}
    return due.rename(columns={"n": "n_due"}).assign(n_within_60=within["n"], **shares), width


def _own_width(frame: pd.DataFrame) -> int:
    """Return the narrowest width at which cohorts hold enough requests to be judged, on average, and make a trend.

    Where there is none, the narrowest that may be drawn.
    """
    starts = frame["started_at"]
    narrow, span = wide_enough(starts, POINTS), bucket_width(starts) * len(frame)
    due = int(frame["n_due"].sum())
    fitting = [w for w in WIDTHS if w >= narrow and due * w >= SMALL * span and span >= FEWEST * w]
    return fitting[0] if fitting else narrow


def over_time(
    frame: pd.DataFrame,
    language: Language,
    events: pd.DataFrame | None = None,
    *,
    line: str = "promise",
    cohort: str = "",
) -> Chart:
    """Return the trend of `takedowns.within_promise_over_time` with its interval and the events of the calendar.

    `line`: the deadline it is the share of (promise, urgent, hoax); `cohort`: of `ASKED`, '' as wide as can be seen.
    """
    cohorts, width = _cohorts(frame, cohort)
    at = wall_clock(cohorts["started_at"]) + width / 2
    rows: dict[str, Any] = {
        "at": at, "share": cohorts["share"].to_numpy(), "low": cohorts["low"].to_numpy(),
        "high": cohorts["high"].to_numpy(), "when": bucket_words(cohorts["started_at"], width, language),
        "words": [whole_percent(value, language) for value in cohorts["share"]],
        "range": [percent_range(*pair, language) for pair in zip(cohorts["low"], cohorts["high"], strict=True)],
        "due": [number(n, language) for n in cohorts["n_due"]], "is_few": (cohorts["n_due"] < SMALL).tolist(),
    }  # fmt: skip
    young = at[cohorts["is_filling"].to_numpy()]
    edges = {"from": young[:1] - width / 2, "to": young[-1:] + width / 2}
    name = {"at": edges["to"], "text": [say(language, "maturing")] * len(edges["to"])}
    marked: dict[str, Any] = (
        {"at": [], "text": []} if events is None or events.empty else _events(events, cohorts, width, language)
    )
    bound = {"at": at[:1] - width / 2}
    table = merged(cohort=rows, maturing=edges, name=name, event=marked, bound=bound)
    title = _title(cohorts, language, line)
    return Chart(title, _spec(language, line), table, title, HEIGHT)


def _events(events: pd.DataFrame | None, cohorts: pd.DataFrame, width: int, language: Language) -> dict[str, Any]:
    if events is None or events.empty:
        return {"at": [], "text": []}
    last = cohorts["started_at"].iloc[-1] + pd.Timedelta(milliseconds=width)
    inside = events[events["starts_at"].between(cohorts["started_at"].iloc[0], last)]
    return {"at": wall_clock(inside["starts_at"]), "text": inside[f"label_{language}"].tolist()}


def _title(cohorts: pd.DataFrame, language: Language, line: str) -> str:
    """Return the lowest and the highest share of cohorts that are not small and no longer change."""
    if not cohorts["n_due"].sum():
        return say(language, "within_title_none")
    sound = cohorts[(cohorts["n_due"] >= SMALL) & ~cohorts["is_filling"]]["share"]
    if len(sound) < 2:
        return say(language, "kept_title_few", n=number(int(cohorts["n_due"].sum()), language))
    within = say(language, f"share_{line}").capitalize()
    low, high = whole_percent(sound.min(), language), whole_percent(sound.max(), language)
    return say(language, "kept_title", within=within, low=low, high=high)
