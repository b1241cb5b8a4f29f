"""How long content stays up: a curve a service with its band, the promise and the rules drawn across time."""

from collections.abc import Mapping, Sequence
from functools import cache
from math import log
from typing import Any

import pandas as pd

from dashboard.charts.chart import (
    Chart,
    Spec,
    end,
    field,
    layered,
    merged,
    only,
    records,
    say,
    share_axis,
    token_of,
    tooltip,
)
from dashboard.escaping import plain
from dashboard.formats import SMALL, UNKNOWN, Language, duration, number, percent_range, whole_percent
from dashboard.palette import service_token

HEIGHT = 410
DRAWN = 5
"""Curves drawn at once at most, those with most requests; the table below the chart has every service."""

NAME_GAP = 0.062
"""Least distance between two names at the right edge, as a share of the height."""

_MARGIN = "(width < 520 ? 74 : 112)"
_MOMENTS = (1, 5, 15, 60, 240, 1_440, 10_080, 43_200)
_EVEN_MOMENTS = (240, 480, 720, 1_440, 2_880, 4_320, 7_200, 10_080, 20_160, 43_200)
"""Minutes named on the axis of the logarithmic and of the linear scale."""


def wait(minutes: float | None, language: Language) -> str:
    """Return minutes as "38 m" or "3 j 12 m"; unknown as "–"."""
    return UNKNOWN if minutes is None or pd.isna(minutes) else duration(minutes * 60, language)


def _x(language: Language, scale: str) -> Spec:
    span: Spec = {"type": scale, "nice": False, "rangeMin": 0, "rangeMax": {"expr": f"width - {_MARGIN}"}}
    if scale == "linear":
        span |= {"zero": True}
    marks = list(_MOMENTS if scale == "log" else _EVEN_MOMENTS)
    words = ", ".join(f"'{moment}': '{wait(moment, language)}'" for moment in marks)
    axis = {"values": marks, "labelExpr": f"({{{words}}})[datum.value]", "labelOverlap": "greedy"}
    return field("minutes", "quantitative", scale=span, axis={**axis, "title": say(language, "clock_minutes")})


def _y(name: str, language: Language) -> Spec:
    axis = share_axis(say(language, "still_up"), grid=True)
    return field(name, "quantitative", scale={"domain": [0, 1], "nice": False}, axis=axis)


def _lines(x: Spec, ink: Spec) -> list[Spec]:
    early = "datum.is_early ? {} : {}"
    side = {"align": {"expr": early.format("'left'", "'right'")}, "dx": {"expr": early.format(5, -5)}}
    text = {"type": "text", "baseline": "top", "fontSize": 11, **side}
    words = {"x": x, "y": {"value": {"expr": "-14 - 14 * datum.slot"}}, "text": field("text", "nominal"), "color": ink}
    rule = {"type": "rule", "strokeDash": [5, 4], "strokeWidth": 1.5}
    return [
        {"transform": only("line"), "mark": rule, "encoding": {"x": x, "color": ink}},
        {"transform": only("line"), "mark": text, "encoding": words},
    ]


@cache
def _spec(language: Language, scale: str) -> Spec:
    x, y, ink = _x(language, scale), _y("still_up", language), token_of("color")
    dash = {"condition": {"test": "datum.is_dashed", "value": [5, 4]}, "value": [1, 0]}
    of_service = {"detail": field("name", "nominal"), "color": ink}
    steps = {"interpolate": "step-after"}
    names = ("service", "clock_minutes", "still_up", "band", "at_risk")
    tips = tooltip(*zip(("name", "when", "share", "range", "watched"), [say(language, n) for n in names], strict=True))
    band = {"x": x, "y": _y("low", language), "y2": end("high"), **of_service}
    label = {"x": {"value": {"expr": f"width - {_MARGIN} + 8"}}, "y": _y("at", language), "color": ink}
    room = {"left": 2, "top": 46, "right": 2, "bottom": 2}
    named = {"type": "text", "align": "left", "fontWeight": 600, "limit": {"expr": f"{_MARGIN} - 8"}}
    return layered(language, [
        {"transform": only("curve"), "mark": {"type": "area", "opacity": 0.18, **steps}, "encoding": band},
        *_lines(x, ink),
        {"transform": only("curve"), "mark": {"type": "line", "strokeWidth": 2.2, **steps},
         "encoding": {"x": x, "y": y, "strokeDash": dash, **of_service}},
        {"transform": only("name"), "mark": named, "encoding": {**label, "text": field("name", "nominal")}},
        {"transform": only("curve"), "mark": {"type": "point", "opacity": 0, "size": 90},
         "encoding": {"x": x, "y": y, "tooltip": tips}},
    ], padding=room)  # fmt: skip


def drawn(summary: pd.DataFrame) -> list[str]:
    """Return the services whose curves are drawn, in screen order: those with most requests.

    Where any has enough to be judged, those with fewer are left to the table: their bands would hide the others.
    """
    own = summary[~summary["is_total"] & summary["is_applicable"]]
    own = own if are_few(summary) else own[own["n"] >= SMALL]
    most = own.loc[own["n"].nlargest(DRAWN).index.sort_values()]
    return [str(code) for code in most["service"]]


def are_few(summary: pd.DataFrame) -> bool:
    """Return whether no service has enough requests to be judged."""
    return not bool((~summary["is_total"] & summary["is_applicable"] & (summary["n"] >= SMALL)).any())


def _apart(heights: Sequence[float]) -> list[float]:
    """Return heights (0 to 1) moved as little upwards as keeps them `NAME_GAP` from each other."""
    moved, floor = dict.fromkeys(range(len(heights)), 0.0), 0.0
    for place in sorted(range(len(heights)), key=lambda place: heights[place]):
        floor = moved[place] = max(heights[place], floor)
        floor += NAME_GAP
    return [moved[place] for place in range(len(heights))]


def _curve_rows(frame: pd.DataFrame, names: Mapping[str, str], language: Language) -> dict[str, Any]:
    rows = records(frame)
    ranges = [percent_range(row["low"], row["high"], language) for row in rows]
    return {
        "minutes": frame["minutes"].tolist(), "still_up": frame["still_up"].tolist(),
        "low": frame["low"].tolist(), "high": frame["high"].tolist(),
        "name": [plain(names.get(row["service"], row["service"]), 40) for row in rows],
        "color": [_color(row) for row in rows], "is_dashed": [not row["is_signatory"] for row in rows],
        "when": [wait(row["minutes"], language) for row in rows],
        "share": [whole_percent(row["still_up"], language) for row in rows],
        "range": ranges, "watched": [number(row["at_risk"], language) for row in rows],
    }  # fmt: skip


def _color(row: Mapping[str, Any]) -> str:
    return service_token(row["service"]) if row["is_signatory"] else "other"


def _line_rows(deadlines: pd.DataFrame, last: float, language: Language, scale: str) -> dict[str, list[Any]]:
    """Return the lines of the promise and the rules; words of one in the left half of the axis stand to its right."""
    rows = records(deadlines)
    colors = ["nearing" if row["kind"] == "promise" else "muted" for row in rows]
    return {
        "minutes": [row["minutes"] for row in rows], "text": [_line_words(row, language) for row in rows],
        "color": colors, "slot": [*range(len(rows))],
        "is_early": [_place(row["minutes"], last, scale) < 0.5 for row in rows],
    }  # fmt: skip


def _line_words(row: Mapping[str, Any], language: Language) -> str:
    """Return a line in words: what is allowed, whether it is promised or the rule, and for whom."""
    words = say(language, f"line_{row['kind']}", time=allowed(row["minutes"], language))
    of = row.get("applies_to", "all")
    return f"{words}, {say(language, f'line_{of}')}" if of in ("hoax", "urgent") else words


def _place(minutes: float, last: float, scale: str) -> float:
    """Return where minutes lie on an axis that ends at `last`: 0 at its left end, 1 at its right."""
    last = max(last, minutes, 2.0)
    return minutes / last if scale == "linear" else log(max(minutes, 1.0)) / log(last)


def allowed(minutes: int, language: Language) -> str:
    """Return a deadline as people say it: 60 menit, 4 jam, 24 jam."""
    units = {"id": ("menit", "jam"), "en": ("minutes", "hours")}[language]
    return f"{minutes // 60} {units[1]}" if minutes > 60 and minutes % 60 == 0 else f"{minutes} {units[0]}"


def still_up(
    curves: pd.DataFrame,
    summary: pd.DataFrame,
    deadlines: pd.DataFrame,
    names: Mapping[str, str],
    language: Language,
    *,
    scale: str = "log",
) -> Chart:
    """Return the curves of `latency.curves` for the services `drawn`, with the lines of `deadlines.in_force`.

    `scale` of time: log, from one minute, or linear.
    """
    services = drawn(summary)
    shown = curves[curves["service"].isin(services)]
    ends = shown.groupby("service", sort=False).tail(1)
    edge: dict[str, Any] = {"name": [plain(names.get(code, code), 40) for code in ends["service"]],
            "at": _apart(ends["still_up"].tolist()), "color": [_color(row) for row in records(ends)]}  # fmt: skip
    last = max(shown["minutes"].max() if len(shown) else 0.0, deadlines["minutes"].max() if len(deadlines) else 0.0)
    lines = _line_rows(deadlines, float(last), language, scale)
    table = merged(curve=_curve_rows(shown, names, language), name=edge, line=lines)
    title = _title(summary, names, language)
    return Chart(title, _spec(language, scale), table, title, HEIGHT)


def _title(summary: pd.DataFrame, names: Mapping[str, str], language: Language) -> str:
    """Return the takeaway: half-times of the two services with most requests, which is no ranking."""
    own = summary[~summary["is_total"] & summary["is_applicable"]]
    if own.empty:
        return say(language, "survival_title_none")
    most = records(own[own["n"] >= SMALL].nlargest(2, "n"))
    if not most:
        return say(language, "survival_title_few", n=number(int(own["n"].sum()), language))
    words = {place: _half(row, names, language) for place, row in zip(("first", "second"), most, strict=False)}
    return say(language, "survival_title" if len(most) > 1 else "survival_title_one", **words)


def _half(row: Mapping[str, Any], names: Mapping[str, str], language: Language) -> str:
    """Return the half-time of a service in words: "Facebook 2 j 32 m", "X belum dalam 22 j 34 m"."""
    key = "survival_not_half" if pd.isna(row["median_minutes"]) else "survival_half"
    name = plain(names.get(row["service"], row["service"]), 40)
    return say(language, key, name=name, time=half(row, language).removeprefix("> "))


def half(row: Mapping[str, Any], language: Language, name: str = "median") -> str:
    """Return a quantile of a row of `latency.summary`, "> 3 j 12 m" where the curve does not reach it."""
    reached = row[f"{name}_minutes"]
    if not pd.isna(reached):
        return wait(reached, language)
    longest = wait(row["longest_minutes"], language)
    return UNKNOWN if longest == UNKNOWN else f"> {longest}"
