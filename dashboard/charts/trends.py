"""Counts over time: content against its usual range, new issues, and the small curves in tiles."""

from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from dashboard.charts.buckets import DAY, bucket_width, bucket_words
from dashboard.charts.chart import (
    TIME_LABELS,
    Chart,
    Spec,
    end,
    field,
    layered,
    merged,
    only,
    records,
    say,
    token,
    tooltip,
    wall_clock,
)
from dashboard.formats import Language, moment, number

HEIGHT = 250
LABEL_WIDTH = 0.22
"""Share of the chart that the words of a spike may cover; of spikes closer than this the largest carries them."""

_SCALE = {"type": "utc", "nice": False}


def x(name: str = "at", **rest: Any) -> Spec:
    """Return a time axis in WIB: the hour, and at midnight the day."""
    axis = {"title": None, "labelExpr": TIME_LABELS, "tickCount": {"expr": "max(3, floor(width / 75))"}}
    return field(name, "temporal", scale=_SCALE, axis=axis, **rest)


def y(name: str, title: str) -> Spec:
    """Return a count axis that starts at zero."""
    axis = {"title": title, "tickMinStep": 1, "tickCount": 4, "grid": True, "format": ",.0f"}
    return field(name, "quantitative", scale={"zero": True, "nice": True}, axis=axis)


def _layer(kind: str, mark: Spec, color: Spec, **encoding: Any) -> Spec:
    return {"transform": only(kind), "mark": mark, "encoding": {"color": color, **encoding}}


def _bars(title: str, tips: list[Spec]) -> Spec:
    faded = {"condition": {"test": "datum.is_filling", "value": 0.4}, "value": 1}
    ends = {"x": x("left"), "x2": end("right"), "y": y("n", title), "y2": {"datum": 0}}
    return _layer("bucket", {"type": "rect"}, token("accent"), **ends, opacity=faded, tooltip=tips)


def _usual(title: str) -> list[Spec]:
    step = {"interpolate": "step-after"}
    band = _layer("usual", {"type": "area", **step}, token("band"), x=x(), y=y("low", title), y2=end("high"))
    line = _layer("usual", {"type": "line", "strokeWidth": 1.5, **step}, token("muted"), x=x(), y=y("usual", title))
    wide = {"expr": "width < 420 ? 0 : 1"}
    named = {"type": "text", "align": "left", "dx": 4, "dy": -7, "fontSize": 11, "opacity": wide}
    name = _layer("name", named, token("muted"), x=x(), y=y("high", title), text=field("text", "nominal"))
    return [band, line, name]


def _spikes(title: str) -> list[Spec]:
    mark = {"type": "point", "shape": "diamond", "filled": True, "size": 90, "opacity": 1, "yOffset": -7}
    shown = {"expr": "width < 420 && !datum.is_first ? '' : datum.text"}
    text = {"type": "text", "dy": -20, "align": {"expr": "datum.side"}, "fontWeight": 600, "text": shown}
    at = {"x": x(), "y": y("n", title)}
    return [
        _layer("spike", mark, token("ink"), **at),
        _layer("spike", text, token("ink"), **at),
    ]


def _events() -> list[Spec]:
    rule = {"type": "rule", "strokeDash": [4, 4]}
    text = {"type": "text", "align": "left", "baseline": "top", "dx": 4, "limit": 180, "fontSize": 11}
    named = {"x": x(), "y": {"value": 0}, "text": field("text", "nominal")}
    return [_layer("event", rule, token("muted"), x=x()), _layer("event", text, token("muted"), **named)]


def _gap() -> list[Spec]:
    """Return the band in which nothing is known: drawn, because an empty place would be read as none."""
    whole = {"y": {"value": 0}, "y2": {"value": {"expr": "height"}}}
    band = _layer("gap", {"type": "rect", "opacity": 0.16}, token("nearing"), x=x("left"), x2=end("right"), **whole)
    text = {"type": "text", "align": "right", "baseline": "top", "dx": -4, "dy": 16, "fontSize": 11}
    where = {"x": x("right"), "y": {"value": 0}, "text": field("text", "nominal")}
    return [band, _layer("gap", text, token("ink"), **where)]


def gap_rows(starts: "pd.Series[Any]", width: int, known_until: datetime | None, language: Language) -> dict[str, Any]:
    """Return the band from the moment nothing more is known to the end of the buckets, in words; none without it."""
    if known_until is None or starts.empty:
        return {"left": [], "right": [], "text": []}
    ends = wall_clock(starts)
    left = np.maximum(wall_clock(pd.Series([pd.Timestamp(known_until)])), ends[0])
    text = say(language, "unknown_since", at=moment(known_until, language, year=False))
    return {"left": left, "right": ends[-1:] + width, "text": [text]}


def _zero(title: str) -> Spec:
    return _layer("zero", {"type": "rule"}, token("muted"), y=y("n", title))


@cache
def _spec(language: Language, title: str, with_usual: bool) -> Spec:
    tips = [("when", say(language, "time")), ("count", say(language, title))]
    tips += [("expected", say(language, "usual")), ("limit", say(language, "threshold"))] if with_usual else []
    words = say(language, title)
    usual, spikes = (_usual(words), _spikes(words)) if with_usual else ([], [])
    marks = [_bars(words, tooltip(*tips)), *usual[1:], _zero(words), *_gap(), *_events(), *spikes]
    return layered(language, [*usual[:1], *marks])


def _buckets(
    starts: "pd.Series[Any]", counts: "pd.Series[int]", filling: "pd.Series[bool]", language: Language
) -> dict[str, Any]:
    left, width = wall_clock(starts), bucket_width(starts)
    when = bucket_words(starts, width, language)
    return {
        "left": left + width * 0.06,
        "right": left + width * 0.94,
        "n": counts.to_numpy(),
        "is_filling": filling.to_numpy(),
        "when": [f"{w}, {say(language, 'running')}" if f else w for w, f in zip(when, filling, strict=True)],
        "count": [number(n, language) for n in counts],
    }


def _event_rows(events: pd.DataFrame | None, starts: "pd.Series[Any]", language: Language) -> dict[str, Any]:
    if events is None or events.empty or starts.empty:
        return {"at": [], "text": []}
    inside = events[events["starts_at"].between(starts.iloc[0], starts.iloc[-1])]
    return {"at": wall_clock(inside["starts_at"]), "text": inside[f"label_{language}"].tolist()}


def _usual_rows(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the usual range: as far below the usual as the threshold is above it, never below zero."""
    known = frame[frame["has_baseline"]]
    known = pd.concat([known, known.tail(1)])  # once more at its right edge: a step needs an end
    at = wall_clock(known["started_at"])
    at[-1:] += bucket_width(frame["started_at"])
    low = (2 * known["usual"] - known["threshold"]).clip(lower=0.0).to_numpy()
    return {"at": at, "low": low, "high": known["threshold"].to_numpy(), "usual": known["usual"].to_numpy()}


def _band_name(usual: dict[str, Any], language: Language) -> dict[str, Any]:
    return {
        "at": usual["at"][:1],
        "high": usual["high"][:1],
        "text": [say(language, "usual_range")] * len(usual["at"][:1]),
    }


def _spike_rows(frame: pd.DataFrame, language: Language) -> dict[str, Any]:
    marked = frame[frame["is_spike"]]
    places = frame.index.get_indexer(marked.index)
    named = _apart(places, marked["n_found"].to_numpy(), len(frame) * LABEL_WIDTH)
    texts = [
        say(language, "spike_mark", n=number(row["n_found"], language), usual=number(row["usual"], language))
        for row in records(marked)
    ]
    return {
        "at": wall_clock(marked["started_at"]) + bucket_width(frame["started_at"]) / 2,
        "n": marked["n_found"].to_numpy(),
        "text": [text if place in named else "" for text, place in zip(texts, places, strict=True)],
        "is_first": marked["n_found"].rank(method="first", ascending=False).eq(1).tolist(),
        "side": ["right" if place > len(frame) * (1 - LABEL_WIDTH) else "left" for place in places],
    }


def _apart(places: Any, counts: Any, distance: float) -> set[int]:
    """Return the places of the largest counts that are at least so many buckets from each other."""
    chosen: list[int] = []
    for place in places[np.argsort(-counts, kind="stable")].tolist():
        if all(abs(place - other) >= distance for other in chosen):
            chosen.append(place)
    return set(chosen)


def _peak(starts: "pd.Series[Any]", counts: "pd.Series[int]", language: Language) -> dict[str, str]:
    top = int(counts.to_numpy().argmax())
    when = bucket_words(starts, bucket_width(starts), language)[top]
    return {"n": number(int(counts.sum()), language), "peak": number(int(counts.iloc[top]), language), "when": when}


def _spikes_said(frame: pd.DataFrame, language: Language) -> str:
    if not frame["has_baseline"].any():
        return say(language, "spikes_unknown")
    k = int(frame["is_spike"].sum())
    return say(language, "spikes_none" if k == 0 else "spikes_one" if k == 1 else "spikes_many", k=number(k, language))


def content(
    frame: pd.DataFrame,
    language: Language,
    events: pd.DataFrame | None = None,
    known_until: datetime | None = None,
    height: int = HEIGHT,
) -> Chart:
    """Return content per bucket against its usual range, spikes marked (`spikes.series`, `calendars.events`).

    What lies after `known_until` is shaded and named as unknown.
    """
    starts, counts = frame["started_at"], frame["n_found"]
    bars = _buckets(starts, counts, frame["is_filling"], language)
    bars["expected"] = [number(v, language, 1) for v in frame["usual"]]
    bars["limit"] = [number(v, language, 1) for v in frame["threshold"]]
    usual = _usual_rows(frame)
    table = merged(bucket=bars, usual=usual, name=_band_name(usual, language), spike=_spike_rows(frame, language),
                   event=_event_rows(events, starts, language), zero={"n": [0.0]},
                   gap=gap_rows(starts, bucket_width(starts), known_until, language))  # fmt: skip
    title = say(language, "nothing_title")
    if counts.sum():
        title = say(language, "trend_title", **_peak(starts, counts, language), spikes=_spikes_said(frame, language))
    axis = "content_per_day" if bucket_width(starts) >= DAY else "content_per_hour"
    return Chart(title, _spec(language, axis, True), table, title, height)


def issues(
    frame: pd.DataFrame,
    language: Language,
    events: pd.DataFrame | None = None,
    known_until: datetime | None = None,
    height: int = 170,
) -> Chart:
    """Return new issues per bucket (`issues.over_time` without a dimension); isu are never drawn with konten."""
    starts, counts = frame["started_at"], frame["n_new"]
    bars = _buckets(starts, counts, frame["is_filling"], language)
    gap = gap_rows(starts, bucket_width(starts), known_until, language)
    table = merged(bucket=bars, event=_event_rows(events, starts, language), zero={"n": [0.0]}, gap=gap)
    title = say(language, "no_issues_title")
    if counts.sum():
        title = say(language, "issues_title", **_peak(starts, counts, language))
    axis = "issues_per_day" if bucket_width(starts) >= DAY else "issues_per_hour"
    return Chart(title, _spec(language, axis, False), table, title, height)
