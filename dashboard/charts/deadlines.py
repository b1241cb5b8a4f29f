"""Open requests against their hour: within it, near its end, past it."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from dashboard.charts.chart import Chart, Spec, end, field, layered, merged, only, say, token_of, tooltip
from dashboard.formats import Language, number

HEIGHT = 40
STATES = (("on_time", "on_time"), ("nearing", "nearing"), ("breached", "overdue"), ("muted", "undated"))
"""Colour token and word of each state, in the order of time."""


@cache
def _spec(language: Language) -> Spec:
    span = {"nice": False, "zero": True}
    tips = tooltip(("name", say(language, "state")), ("count", say(language, "requests")))
    bars = {"x": field("from", "quantitative", scale=span, axis=None), "x2": end("to"),
            "y": {"value": 12}, "y2": {"value": 28}, "color": token_of("color"), "tooltip": tips}  # fmt: skip
    return layered(language, [{"transform": only("part"), "mark": {"type": "rect"}, "encoding": bars}])


def _states(row: Mapping[str, Any]) -> dict[str, int]:
    """Return the open requests of one row of `takedowns.now_open` by state; the states add up to all open."""
    nearing, overdue, undated = (int(row[f"n_{name}"]) for name in ("nearing", "overdue", "undated"))
    return {"on_time": int(row["n_not_yet_due"]) - nearing, "nearing": nearing, "overdue": overdue, "undated": undated}


def open_by_deadline(row: Mapping[str, Any], language: Language) -> Chart:
    """Return one bar of the open requests cut at minutes 45 and 60; `row` is the whole of `takedowns.now_open`."""
    counts, rows, start = _states(row), [], 0
    for color, word in STATES:
        rows.append((start, start + counts[word], color, say(language, word), number(counts[word], language)))
        start += counts[word]
    shown = [r for r in rows if r[1] > r[0]]
    names = ("from", "to", "color", "name", "count")
    table = merged(part={name: [r[place] for r in shown] for place, name in enumerate(names)})
    alt = ", ".join(f"{name} {count}" for _, _, _, name, count in rows)
    return Chart(say(language, "open_requests"), _spec(language), table, alt, HEIGHT)
