"""What exceeds its usual: one line a claim, theme or service, its last hours against the usual ones."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd

from dashboard.charts.chart import Chart, Spec, end, field, layered, merged, only, records, say, token, tooltip
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
    box = {"x": _x("n"), "x2": {"datum": 0}, "y": _y("top"), "y2": end("floor")}
    bar = {"transform": only("row"), "mark": "rect", "encoding": {**box, "color": token("accent"), "tooltip": tips}}
    tick = {
        "transform": only("row"),
        "mark": {"type": "rule", "strokeWidth": 2},
        "encoding": {"x": _x("usual"), "y": _y("top"), "y2": end("floor"), "color": token("ink")},
    }
    title = _text({"value": 0}, "head", "name", "ink", align="left", limit={"expr": "width"})  # fmt: skip
    words = _text({"value": {"expr": "width"}}, "middle", "words", "muted", align="right", fontSize=11)
    return layered(language, [bar, tick, title, words])


def _name(row: Mapping[str, Any], names: Mapping[str, Mapping[str, str]], language: Language) -> str:
    kind, code = row["kind"], row["code"]
    title = row["title"] if kind == "issue" else names.get(kind, {}).get(code, code)
    return f"{say(language, f'kind_{kind}')} · {defang(title, 90)}"


def _words(row: Mapping[str, Any], language: Language) -> str:
    return say(language, "rising_row", n=number(row["n_last"], language), usual=number(row["usual"], language))


def rising(frame: pd.DataFrame, names: Mapping[str, Mapping[str, str]], language: Language) -> Chart:
    """Return the sharpest rises of `issues.rising`; the tick on each bar is the usual."""
    shown = records(frame.head(SHOWN))
    labels, words = [_name(row, names, language) for row in shown], [_words(row, language) for row in shown]
    heights = {"head": 0.22, "top": 0.5, "middle": 0.68, "floor": 0.86}
    places = {name: [place + height for place in range(len(shown))] for name, height in heights.items()}
    counts = {"n": [row["n_last"] for row in shown], "usual": [row["usual"] for row in shown]}
    table = merged(row={**counts, "name": labels, "words": words, **places})
    title = say(language, "rising_none")
    if labels:
        title = say(language, "rising_title", what=plain(labels[0].partition(" · ")[2], 34), words=words[0])
    return Chart(title, _spec(language), table, title, ROW * max(1, len(shown)) + 4)
