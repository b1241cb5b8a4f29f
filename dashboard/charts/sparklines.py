"""The small curves in tiles: finished buckets only, on a line from zero."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.charts.chart import Chart, Spec, field, layered, merged, only, say, token, wall_clock
from dashboard.formats import UNKNOWN, Language, number

Floats = NDArray[np.float64]

HEIGHT = 40
POINTS = 48
"""Most points of a curve; of longer windows neighbouring buckets are taken together, or it would be a smear."""


@cache
def _spec(language: Language) -> Spec:
    at = field("at", "temporal", scale={"type": "utc", "nice": False}, axis=None)
    scale = {"nice": False, "zero": True}
    height = field("n", "quantitative", axis=None, scale=scale)
    place = {"x": at, "y": height | {"stack": None}}
    marks = (
        ("zero", {"type": "rule"}, "grid", {"y": height}),
        ("room", {"type": "rule", "opacity": 0}, "grid", {"y": height}),  # a curve of zeros lies on the line
        ("value", {"type": "area", "opacity": 0.18}, "accent", place),
        ("value", {"type": "line", "strokeWidth": 2}, "accent", place),
        ("lone", {"type": "point", "filled": True, "size": 14, "opacity": 1}, "accent", place),
        ("last", {"type": "point", "filled": True, "size": 50, "opacity": 1}, "accent", place),
    )
    layers = [
        {"transform": only(kind), "mark": mark, "encoding": {**where, "color": token(color)}}
        for kind, mark, color, where in marks
    ]
    return layered(language, layers)


def _summed(values: "pd.Series[Any]", first: NDArray[np.intp]) -> Floats:
    """Return the sums of neighbouring buckets, groups starting at `first`; NaN where none of a group is known."""
    counts = values.to_numpy(dtype="float64", na_value=np.nan)
    known: Floats = np.add.reduceat(~np.isnan(counts), first, dtype="float64")
    sums: Floats = np.add.reduceat(np.nan_to_num(counts), first)
    return np.where(known > 0, sums, np.nan)


def sparkline(frame: pd.DataFrame, column: str, name: str, language: Language, per: str | None = None) -> Chart:
    """Return the curve of one column of counts, or of its share of the column `per`, over finished buckets."""
    done = frame[~frame["is_filling"]]
    first = np.arange(0, len(done), max(1, -(-len(done) // POINTS)))
    at = wall_clock(done["started_at"])[first]
    values = _summed(done[column], first) if len(done) else at
    if per is not None and len(done):
        whole = _summed(done[per], first)
        values = np.divide(values, whole, out=np.full_like(values, np.nan), where=whole > 0)
    lone = _alone(values)
    table = merged(value={"at": at, "n": values}, lone={"at": at[lone], "n": values[lone]},
                   last={"at": at[-1:], "n": values[-1:]}, zero={"n": [0.0]}, room={"n": [1.0]})  # fmt: skip
    return Chart(name, _spec(language), table, _alt(values, name, language, is_share=per is not None), HEIGHT)


def _alone(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which values have no known neighbour, and would vanish from a line."""
    known = np.concatenate([[False], ~np.isnan(values), [False]])
    alone: NDArray[np.bool_] = known[1:-1] & ~known[:-2] & ~known[2:]
    return alone


def _alt(values: NDArray[np.float64], name: str, language: Language, *, is_share: bool) -> str:
    known = values[~np.isnan(values)]
    times, unit = (100, " %") if is_share else (1, "")
    ends = [number(end * times, language) + unit for end in (known.min(), known.max())] if len(known) else [UNKNOWN] * 2
    return say(language, "sparkline", name=name, n=number(len(known), language), low=ends[0], high=ends[1])
