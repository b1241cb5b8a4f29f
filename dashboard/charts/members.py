"""One row a member: content over time by service, theme, technique or source, every member shown, largest first."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from dashboard.charts.chart import Chart, Spec, field, layered, merged, only, say, token, token_of, tooltip, wall_clock
from dashboard.charts.trends import bucket_width, bucket_words
from dashboard.escaping import plain
from dashboard.formats import SMALL, Language, number, percent
from dashboard.palette import service_token

ROW = 38
FEET = 40
"""Heights in pixels: of one row, and of the time labels below them."""

_LEFT, _RIGHT = "width < 520 ? 104 : 170", "width < 520 ? 62 : 130"
_LABELS = "utchours(datum.value) == 0 ? utcFormat(datum.value, '%a %e %b') : utcFormat(datum.value, '%H.%M')"


def _x(name: str) -> Spec:
    span = {"type": "utc", "nice": False, "rangeMin": {"expr": _LEFT}, "rangeMax": {"expr": f"width - ({_RIGHT})"}}
    axis = {"title": None, "labelExpr": _LABELS, "tickCount": {"expr": "max(2, floor((width - 300) / 90))"}}
    return field(name, "temporal", scale=span, axis=axis)


def _y(name: str) -> Spec:
    return field(name, "quantitative", scale={"reverse": True, "nice": False, "zero": True}, axis=None)


def _text(column: str, place: Any, align: str, color: Spec, kind: str = "name", **mark: Any) -> Spec:
    encoding = {"x": {"value": place}, "y": _y("middle"), "text": field(column, "nominal"), "color": color}
    return {"transform": only(kind), "mark": {"type": "text", "align": align, **mark}, "encoding": encoding}


def _names() -> list[Spec]:
    bold = {"fontWeight": 600, "limit": {"expr": f"({_LEFT}) - 12"}}
    total, peak = {"expr": f"width - ({_RIGHT}) + 58"}, {"expr": "width"}
    wide = {"opacity": {"expr": "width < 520 ? 0 : 1"}}
    return [
        _text("name", 0, "left", token("ink"), **bold),
        _text("total", total, "right", token("ink"), fontWeight=600),
        _text("peak", peak, "right", token("muted"), **wide),
        _text("total", total, "right", token("muted"), "head", fontSize=11),
        _text("peak", peak, "right", token("muted"), "head", fontSize=11, **wide),
    ]


@cache
def _spec(language: Language) -> Spec:
    tips = tooltip(
        ("name", say(language, "series")), ("when", say(language, "time")), ("count", say(language, "content"))
    )
    faded = {"condition": {"test": "datum.is_filling", "value": 0.45}, "value": 1}
    bars = {
        "transform": only("bucket"),
        "mark": {"type": "rect"},
        "encoding": {"x": _x("left"), "x2": field("right", "temporal"), "y": _y("top"), "y2": field("floor", "quantitative"),
                     "color": token_of("color"), "opacity": faded, "tooltip": tips},
    }  # fmt: skip
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
    return layered(language, [edge, zero, bars, *_names()])


def _bucket_rows(frame: pd.DataFrame, members: pd.DataFrame, language: Language) -> dict[str, Any]:
    shown = frame[frame["n_found"] > 0].merge(members, left_on="series", right_index=True, sort=False)
    moments = frame["started_at"].drop_duplicates().reset_index(drop=True)
    width = bucket_width(moments)
    words = dict(zip(moments, bucket_words(moments, width, language), strict=True))
    left, counts = wall_clock(shown["started_at"]), shown["n_found"].to_numpy(dtype="float64")
    return {
        "left": left + width * 0.04, "right": left + width * 0.96,
        "floor": shown["place"].to_numpy(), "top": shown["place"].to_numpy() - 0.8 * counts / shown["largest"].to_numpy(),
        "is_filling": shown["is_filling"].to_numpy(), "color": shown["color"].tolist(), "name": shown["name"].tolist(),
        "when": [words[at] for at in shown["started_at"]], "count": [number(n, language) for n in counts],
    }  # fmt: skip


def _name_rows(members: pd.DataFrame, language: Language) -> dict[str, Any]:
    floor = members["place"].to_numpy(dtype="float64")
    return {
        "floor": floor, "middle": floor - 0.4, "name": members["name"].tolist(),
        "total": [number(n, language) for n in members["n"]],
        "peak": [number(n, language) for n in members["largest"]],
        "is_dashed": members["is_dashed"].tolist(),
    }  # fmt: skip


def _head(language: Language, is_daily: bool) -> dict[str, Any]:
    peak = say(language, "peak_per_day" if is_daily else "peak_per_hour")
    return {"middle": [-0.12], "total": [say(language, "sum")], "peak": [peak]}


def _edges(frame: pd.DataFrame) -> dict[str, Any]:
    moments = wall_clock(frame["started_at"])
    ends = [moments.min(), moments.max() + bucket_width(frame["started_at"].drop_duplicates())] if len(moments) else []
    return {"left": ends, "floor": [-0.35] * len(ends)}


def _members(frame: pd.DataFrame, names: Mapping[str, str], dimension: str) -> pd.DataFrame:
    """Return one row per series, most content first: n, largest bucket, place (1 the first), name and colour token."""
    sums = frame.groupby("series")["n_found"].agg(n="sum", largest="max")
    sums = sums.sort_values(["n"], ascending=False, kind="stable")
    sums["place"] = np.arange(1.0, len(sums) + 1)
    sums["name"] = [plain(names.get(code, code), 60) for code in sums.index]
    sums["is_dashed"] = [dimension == "service" and service_token(code) == "other" for code in sums.index]
    sums["color"] = [service_token(code) if dimension == "service" else "accent" for code in sums.index]
    return sums


def _title(members: pd.DataFrame, language: Language) -> str:
    n = int(members["n"].sum())
    if n == 0:
        return say(language, "nothing_title")
    if n < SMALL:
        return say(language, "members_title_small", n=number(n, language))
    first = members.iloc[0]
    share = percent(first["n"] / n, language, 0)
    return say(language, "members_title", first=first["name"], share=share, n=number(n, language))


def small_multiples(frame: pd.DataFrame, names: Mapping[str, str], dimension: str, language: Language) -> Chart:
    """Return content over time, one row per member (`contents.over_time` with `by`); names by code.

    Every member of the frame has its row, so the totals on the right add up to all content of the window.
    """
    members = _members(frame, names, dimension)
    is_daily = bucket_width(frame["started_at"].drop_duplicates()) > 3_600_000
    table = merged(bucket=_bucket_rows(frame, members, language), name=_name_rows(members, language),
                   edge=_edges(frame), head=_head(language, is_daily))  # fmt: skip
    title = _title(members, language)
    return Chart(title, _spec(language), table, title, ROW * max(1, len(members)) + FEET)
