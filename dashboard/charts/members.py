"""One row a member: content over time by service, theme, technique or source, every member shown, largest first."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from dashboard.charts.buckets import DAY, HOUR, bucket_words, together, wide_enough
from dashboard.charts.chart import (
    TIME_LABELS,
    Chart,
    Spec,
    end,
    field,
    layered,
    merged,
    only,
    say,
    token,
    token_of,
    tooltip,
    wall_clock,
)
from dashboard.charts.trends import gap_rows
from dashboard.escaping import plain
from dashboard.formats import SMALL, Language, number, percent
from dashboard.palette import service_token

ROW = 46
FEET = 40
"""Heights in pixels: of one row, and of the time labels below them."""

BAR = 0.56
"""Height of the largest bar as a share of its row; on a phone the name stands above the bars."""

BUCKETS = 170
"""Most buckets in a row: a week of hours. Of longer windows several buckets are taken together."""

_LEFT, _RIGHT = "width < 520 ? 0 : 170", "width < 520 ? 62 : 130"
_BESIDE_OR_ABOVE = {
    "limit": {"expr": "width < 520 ? width - 70 : 160"},
    "dy": {"expr": "width < 520 ? -21 : 0"},
}


def _x(name: str) -> Spec:
    span = {"type": "utc", "nice": False, "rangeMin": {"expr": _LEFT}, "rangeMax": {"expr": f"width - ({_RIGHT})"}}
    axis = {"title": None, "labelExpr": TIME_LABELS, "tickCount": {"expr": "max(2, floor((width - 300) / 90))"}}
    return field(name, "temporal", scale=span, axis=axis)


def _y(name: str) -> Spec:
    return field(name, "quantitative", scale={"reverse": True, "nice": False, "zero": True}, axis=None)


def _text(kind: str, column: str, at: Any, color: str, mark: Spec) -> Spec:
    encoding = {"x": {"value": at}, "y": _y("middle"), "text": field(column, "nominal"), "color": token(color)}
    return {"transform": only(kind), "mark": {"type": "text", **mark}, "encoding": encoding}


def _names() -> list[Spec]:
    total, peak = {"expr": f"width - ({_RIGHT}) + 58"}, {"expr": "width"}
    wide = {"align": "right", "opacity": {"expr": "width < 520 ? 0 : 1"}}
    return [
        _text("name", "name", 0, "ink", {"align": "left", "fontWeight": 600, **_BESIDE_OR_ABOVE}),
        _text("name", "total", total, "ink", {"align": "right", "fontWeight": 600}),
        _text("name", "peak", peak, "muted", wide),
        _text("head", "total", total, "muted", {"align": "right", "fontSize": 11}),
        _text("head", "peak", peak, "muted", {"fontSize": 11, **wide}),
    ]


@cache
def _spec(language: Language, what: str) -> Spec:
    tips = tooltip(("name", say(language, "series")), ("when", say(language, "time")), ("count", say(language, what)))
    faded = {"condition": {"test": "datum.is_filling", "value": 0.45}, "value": 1}
    bars = {
        "transform": only("bucket"),
        "mark": {"type": "rect"},
        "encoding": {
            "x": _x("left"),
            "x2": end("right"),
            "y": _y("top"),
            "y2": end("floor"),
            "color": token_of("color"),
            "opacity": faded,
            "tooltip": tips,
        },
    }
    ends = {"x": {"expr": _LEFT}, "x2": {"expr": f"width - ({_RIGHT})"}}
    zero = {
        "transform": only("name"),
        "mark": {"type": "rule", **ends, "strokeDash": {"expr": "datum.is_dashed ? [3, 3] : [1, 0]"}},
        "encoding": {"y": _y("floor"), "color": token("muted"), "opacity": {"value": 0.6}},
    }
    edge = {
        "transform": only("edge"),
        "mark": {"type": "point", "opacity": 0},
        "encoding": {"x": _x("left"), "y": _y("floor"), "color": token("grid")},
    }
    return layered(language, [edge, zero, bars, *_gap(), *_names()])


def _gap() -> list[Spec]:
    whole = {"y": {"value": 0}, "y2": {"value": {"expr": "height"}}, "color": token("nearing")}
    band = {
        "transform": only("gap"),
        "mark": {"type": "rect", "opacity": 0.16},
        "encoding": {"x": _x("left"), "x2": end("right"), **whole},
    }
    text = {"type": "text", "align": "right", "fontSize": 11, "baseline": "top", "dx": -4}
    where = {"x": _x("right"), "y": {"value": 2}, "text": field("text", "nominal"), "color": token("ink")}
    return [band, {"transform": only("gap"), "mark": text, "encoding": where}]


def _bucket_rows(frame: pd.DataFrame, members: pd.DataFrame, width: int, language: Language) -> dict[str, Any]:
    shown = frame[frame["n"] > 0].merge(members, left_on="series", right_index=True, sort=False)
    moments = frame["started_at"].drop_duplicates().reset_index(drop=True)
    words = dict(zip(moments, bucket_words(moments, width, language), strict=True))
    left, counts = wall_clock(shown["started_at"]), shown["n"].to_numpy(dtype="float64")
    floor = shown["place"].to_numpy(dtype="float64")
    return {
        "left": left + width * 0.04,
        "right": left + width * 0.96,
        "floor": floor,
        "top": floor - BAR * counts / shown["largest"].to_numpy(dtype="float64"),
        "when": [words[at] for at in shown["started_at"]],
        "count": [number(n, language) for n in counts],
        **{name: shown[name].tolist() for name in ("is_filling", "color", "name")},
    }


def _name_rows(members: pd.DataFrame, language: Language) -> dict[str, Any]:
    floor = members["place"].to_numpy(dtype="float64")
    return {
        "floor": floor, "middle": floor - BAR / 2, "name": members["name"].tolist(),
        "total": [number(n, language) for n in members["total"]],
        "peak": [number(n, language) for n in members["largest"]],
        "is_dashed": members["is_dashed"].tolist(),
    }  # fmt: skip


def _head(language: Language, width: int) -> dict[str, Any]:
    unit, size = ("day", width // DAY) if width >= DAY else ("hour", width // HOUR)
    per = say(language, unit) if size == 1 else f"{size} {say(language, f'{unit}s')}"
    return {"middle": [-0.12], "total": [say(language, "sum")], "peak": [say(language, "peak_per", per=per)]}


def _edges(frame: pd.DataFrame, width: int) -> dict[str, Any]:
    moments = wall_clock(frame["started_at"])
    ends = [moments.min(), moments.max() + width] if len(moments) else []
    return {"left": ends, "floor": [-0.35] * len(ends)}


def _members(frame: pd.DataFrame, names: Mapping[str, str], dimension: str) -> pd.DataFrame:
    """Return one row per series, most content first: n, largest bucket, place (1 the first), name and colour token."""
    grouped = frame.groupby("series")["n"]
    sums = pd.DataFrame({"total": grouped.sum(), "largest": grouped.max()})
    sums = sums.sort_values("total", ascending=False, kind="stable")
    sums["place"] = np.arange(1.0, len(sums) + 1)
    sums["name"] = [plain(names.get(code, code), 60) for code in sums.index]
    colors = [service_token(code) if dimension == "service" else "accent" for code in sums.index]
    return sums.assign(color=colors, is_dashed=[color == "other" for color in colors])


def _title(members: pd.DataFrame, what: str, language: Language) -> str:
    n = int(members["total"].sum())
    if n == 0:
        return say(language, "nothing_title" if what == "content" else "no_issues_title")
    things = {"n": number(n, language), "what": say(language, what)}
    if n < SMALL:
        return say(language, "members_title_small", **things)
    first = members.iloc[0]
    share = percent(first["total"] / n, language, 0)
    return say(language, "members_title", first=first["name"], share=share, **things)


def small_multiples(
    frame: pd.DataFrame,
    names: Mapping[str, str],
    dimension: str,
    language: Language,
    *,
    what: str = "content",
    known_until: datetime | None = None,
) -> Chart:
    """Return counts over time, one row per member; names by code. `what` is content or issues.

    `frame` is `contents.over_time` or `issues.over_time` with `by`. Every member of it has its row, so the totals on
    the right add up to everything in the window. What lies after `known_until` is shaded and named as unknown.
    """
    width = wide_enough(frame["started_at"], BUCKETS)
    counted = together(frame.rename(columns={"n_found": "n", "n_new": "n"}), width)
    members = _members(counted, names, dimension)
    table = merged(
        bucket=_bucket_rows(counted, members, width, language),
        name=_name_rows(members, language),
        edge=_edges(counted, width),
        head=_head(language, width),
        gap=gap_rows(counted["started_at"].drop_duplicates().reset_index(drop=True), width, known_until, language),
    )
    title = _title(members, what, language)
    return Chart(title, _spec(language, what), table, title, ROW * max(1, len(members)) + FEET)
