"""Published figures beside our own count of the same window: two bars a statement, and whether it adds up."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd

from dashboard import formats
from dashboard.charts.chart import Chart, Spec, end, field, layered, merged, only, records, say, token_of, tooltip
from dashboard.formats import Language, number

ROW = 56


STATES = {
    "balanced": ("balanced_mark", "ink"),
    "unbalanced": ("unbalanced_mark", "breached"),
    "incomplete": ("incomplete_mark", "muted"),
}
"""`balance` of a row -> its words and the token of their colour."""


def span(row: Mapping[Any, Any], language: Language) -> str:
    """Return the window of a statement in words; an unstated start prints as unknown."""
    start, end = row["window_start"], row["window_end"]
    if pd.isna(end):
        return formats.UNKNOWN
    if pd.isna(start):
        last = formats.day(end - pd.Timedelta(seconds=1), language, weekday=False)
        return say(language, "until", day=last)
    return formats.window(start.to_pydatetime(), end.to_pydatetime(), language)


def _y(name: str) -> Spec:
    return field(name, "quantitative", scale={"reverse": True, "nice": False, "zero": True}, axis=None)


def _x(name: str) -> Spec:
    span = {"nice": False, "zero": True, "rangeMin": 0, "rangeMax": {"expr": "width - 110"}}
    return field(name, "quantitative", scale=span, axis=None)


def _text(kind: str, column: str, x: Spec, **mark: Any) -> Spec:
    encoding = {"x": x, "y": _y("middle"), "text": field(column, "nominal"), "color": token_of("tone")}
    return {"transform": only(kind), "mark": {"type": "text", "baseline": "middle", **mark}, "encoding": encoding}


@cache
def _spec(language: Language) -> Spec:
    tips = tooltip(("name", say(language, "statement")), ("label", say(language, "content")))
    box = {"x": _x("n"), "x2": {"datum": 0}, "y": _y("top"), "y2": end("floor")}
    bars = {"transform": only("bar"), "mark": "rect", "encoding": {**box, "color": token_of("color"), "tooltip": tips}}
    return layered(language, [
        bars,
        _text("bar", "label", _x("n"), align="left", dx=6, fontSize=11),
        _text("head", "name", {"value": 0}, align="left", fontWeight=600, limit={"expr": "width - 160"}),
        _text("head", "state", {"value": {"expr": "width"}}, align="right", fontWeight=600),
    ])  # fmt: skip


def _head_rows(sets: pd.DataFrame, language: Language) -> dict[str, Any]:
    rows = records(sets)
    states = [STATES[row["balance"]] for row in rows]
    return {
        "middle": [place + 0.18 for place in range(len(rows))],
        "name": [f"{row['figure_set']} · {span(row, language)}" for row in rows],
        "state": [say(language, word) for word, _ in states],
        "tone": [color for _, color in states],
    }


def _bar_rows(sets: pd.DataFrame, language: Language) -> dict[str, Any]:
    rows = []
    for place, row in enumerate(records(sets)):
        name = f"{row['figure_set']} · {span(row, language)}"
        for column, word, color, top in (("found", "published", "muted", 0.36), ("our_found", "ours", "accent", 0.64)):
            if not pd.isna(row[column]):
                label = f"{say(language, word)} {number(int(row[column]), language)}"
                rows.append((int(row[column]), place + top, place + top + 0.24, place + top + 0.12, color, label, name))
    names = ("n", "top", "floor", "middle", "color", "label", "name")
    return {key: [row[at] for row in rows] for at, key in enumerate(names)} | {"tone": ["ink"] * len(rows)}


def statements(frame: pd.DataFrame, language: Language) -> Chart:
    """Return one row per set of `published.figures`: what was published as found, and what Posko counts."""
    sets = frame[frame["is_total"]]
    table = merged(bar=_bar_rows(sets, language), head=_head_rows(sets, language))
    broken = set(frame.loc[frame["balance"] == "unbalanced", "figure_set"])
    counts = {"k": len(broken), "n": len(sets), "slips": int((frame["slip"] != "").sum())}
    title = say(language, "published_title", **{name: number(n, language) for name, n in counts.items()})
    return Chart(title, _spec(language), table, title, ROW * max(1, len(sets)) + 4)
