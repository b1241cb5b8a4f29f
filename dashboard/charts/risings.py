"""What exceeds its usual: one line a claim, theme or service, its last hours against the usual ones."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd

from dashboard.charts.chart import Chart, Spec, field, layered, merged, only, say, token, tooltip
from dashboard.escaping import defang, plain
from dashboard.formats import Language, number

ROW = 42
SHOWN = 5
"""Lines on the overview; the page Isu & Hoaks shows the issues in full."""


def _y(name: str) -> Spec:
    return field(name, "quantitative", scale={"reverse": True, "nice": False, "zero": True}, axis=None)


def _x(name: str) -> Spec:
    span = {"nice": False, "zero": True, "rangeMin": 0, "rangeMax": {"expr": "width - 118"}}
    return field(name, "quantitative", scale=span, axis=None)


def _text(x: Spec, y: str, column: str, color: str, **mark: Any) -> Spec:
    encoding = {"x": x, "y": _y(y), "text": field(column, "nominal"), "color": token(color)}
    return {"transform": only("row"), "mark": {"type": "text", "baseline": "middle", **mark}, "encoding": encoding}


@cache
def _spec(language: Language) -> Spec:
    tips = tooltip(("name", say(language, "what")), ("words", say(language, "content")))
    box = {"x": _x("n"), "x2": {"datum": 0}, "y": _y("top"), "y2": field("floor", "quantitative")}
    bar = {"transform": only("row"), "mark": "rect", "encoding": {**box, "color": token("accent"), "tooltip": tips}}
    tick = {
        "transform": only("row"),
        "mark": {"type": "rule", "strokeWidth": 2},
        "encoding": {"x": _x("usual"), "y": _y("top"), "y2": field("floor", "quantitative"), "color": token("ink")},
    }
    title = _text({"value": 0}, "head", "name", "ink", align="left", limit={"expr": "width"})  # fmt: skip
    words = _text({"value": {"expr": "width"}}, "middle", "words", "muted", align="right", fontSize=11)
    return layered(language, [bar, tick, title, words])


def _name(row: Any, names: Mapping[str, Mapping[str, str]], language: Language) -> str:
    title = row.title if row.kind == "issue" else names.get(row.kind, {}).get(row.code, row.code)
    return f"{say(language, f'kind_{row.kind}')} · {defang(title, 90)}"


def rising(frame: pd.DataFrame, names: Mapping[str, Mapping[str, str]], language: Language) -> Chart:
    """Return the sharpest rises of `issues.rising`; the tick on each bar is the usual."""
    shown = frame.head(SHOWN)
    labels = [_name(row, names, language) for row in shown.itertuples()]
    words = [
        say(language, "rising_row", n=number(row.n_last, language), usual=number(row.usual, language))
        for row in shown.itertuples()
    ]
    place = pd.Series(range(len(shown)), dtype="float64")
    table = merged(row={
        "n": shown["n_last"].to_numpy(), "usual": shown["usual"].to_numpy(), "name": labels, "words": words,
        "head": (place + 0.22).tolist(), "top": (place + 0.5).tolist(), "floor": (place + 0.86).tolist(),
        "middle": (place + 0.68).tolist(),
    })  # fmt: skip
    title = say(language, "rising_none")
    if labels:
        title = say(language, "rising_title", what=plain(labels[0].partition(" · ")[2], 44), words=words[0])
    return Chart(title, _spec(language), table, title, ROW * max(1, len(shown)) + 4)
