"""Open requests by the age of their clock: within the hour, near its end, past it, past the rules."""

from functools import cache
from typing import Any

import pandas as pd

from dashboard.charts.chart import Chart, Spec, end, field, layered, merged, only, say, token, token_of, tooltip
from dashboard.charts.survival import wait
from dashboard.formats import Language, number

HEIGHT = 230
AGES = {"id": ("0–15", "15–30", "30–45", "45–60", "> 60 m", "> 4 j", "> 24 j"),
        "en": ("0–15", "15–30", "30–45", "45–60", "> 60 m", "> 4 h", "> 24 h")}  # fmt: skip
"""Words of the age classes of `backlog.by_age`, youngest first, minutes unless they say otherwise."""

STATES = ("on_time", "on_time", "on_time", "nearing", "breached", "breached", "breached")
MARKS = {"on_time": "●", "nearing": "◆", "breached": "▲"}


@cache
def _spec(language: Language) -> Spec:
    tips = tooltip(
        ("name", say(language, "age")), ("state", say(language, "state")), ("count", say(language, "requests"))
    )
    x = {"scale": {"nice": False, "domain": [0, len(STATES)]}, "axis": None}
    y = field("n", "quantitative", scale={"zero": True, "nice": True}, axis=None)
    floor = {"value": {"expr": "height"}}
    bar = {"x": field("left", "quantitative", **x), "x2": end("right"), "y": y, "y2": {"datum": 0}}
    middle = field("center", "quantitative", **x)
    text = {"type": "text", "fontWeight": 600, "dy": -8}
    under = {"type": "text", "baseline": "top", "fontSize": 12, "clip": False}
    return layered(language, [
        {"transform": only("age"), "mark": {"type": "rect", "cornerRadius": 2},
         "encoding": {**bar, "color": token_of("color"), "tooltip": tips}},
        {"transform": only("age"), "mark": text,
         "encoding": {"x": middle, "y": y, "text": field("count", "nominal"), "color": token("ink")}},
        {"transform": only("age"), "mark": {**under, "dy": 7},
         "encoding": {"x": middle, "y": floor, "text": field("name", "nominal"), "color": token("ink")}},
        {"transform": only("state"), "mark": {**under, "dy": 26, "fontWeight": 600},
         "encoding": {"x": middle, "y": floor, "text": field("state", "nominal"), "color": token_of("color")}},
    ], padding={"left": 2, "top": 16, "right": 2, "bottom": 46})  # fmt: skip


def by_age(frame: pd.DataFrame, oldest_minutes: float | None, language: Language) -> Chart:
    """Return one bar per age class of the whole of `backlog.by_age`; the signal colours carry a shape and a word."""
    counts = frame.loc[frame["is_total"], "n"].tolist()
    names = AGES[language]
    words = {state: f"{mark} {say(language, f'backlog_{state}')}" for state, mark in MARKS.items()}
    bars: dict[str, Any] = {
        "n": counts, "count": [number(n, language) for n in counts], "name": list(names[: len(counts)]),
        "left": [place + 0.1 for place in range(len(counts))], "right": [place + 0.9 for place in range(len(counts))],
        "center": [place + 0.5 for place in range(len(counts))], "color": list(STATES[: len(counts)]),
        "state": [words[state] for state in STATES[: len(counts)]],
    }  # fmt: skip
    groups: dict[str, Any] = {"center": [1.5, 3.5, 5.5], "state": list(words.values()), "color": list(words)}
    title = say(language, "backlog_none")
    if sum(counts):
        late, near = sum(counts[4:]), counts[3]
        shown = {"n": sum(counts), "late": late, "near": near}
        numbers = {name: number(value, language) for name, value in shown.items()}
        title = say(language, "backlog_title", **numbers, oldest=wait(oldest_minutes, language))
    return Chart(title, _spec(language), merged(age=bars, state=groups), title, HEIGHT)
