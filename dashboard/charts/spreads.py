"""How far each issue has spread: one bar an issue, cut by the services on which its content was found."""

from collections.abc import Mapping
from functools import cache, partial
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
    token,
    token_of,
    tooltip,
)
from dashboard.escaping import defang
from dashboard.formats import Language, number
from dashboard.palette import TOKENS, service_token

ROW, KEY = 48, 48
TITLE_LENGTH = 110
"""Characters of an issue's title on the chart; the whole title is in the tooltip and in the table."""

UNDIVIDED = ""
"""Stands for the service of content that was counted but not divided by service."""

SLOT = 104
"""Width of one service in the key, pixels."""

_RIGHT = "width - 46"
_LANES = f"max(3, floor(width / {SLOT}))"
_FITS = f"datum.share * ({_RIGHT}) > 6.5 * length"
_INSIDE = f"{_FITS}(datum.label) + 6 ? datum.label : {_FITS}(datum.count) + 4 ? datum.count : ''"


def _x(name: str) -> Spec:
    span = {"nice": False, "zero": True, "rangeMin": 0, "rangeMax": {"expr": _RIGHT}}
    return field(name, "quantitative", scale=span, axis=None)


def _y(name: str, services: int) -> Spec:
    below_key = {"expr": f"18 * ceil({services} / {_LANES})"}
    span = {"reverse": True, "nice": False, "zero": True, "rangeMin": {"expr": "height"}, "rangeMax": below_key}
    return field(name, "quantitative", scale=span, axis=None)


def _text(kind: str, column: str, x: Spec, y: Spec, color: Spec, **mark: Any) -> Spec:
    encoding = {"x": x, "y": y, "text": field(column, "nominal"), "color": color}
    return {"transform": only(kind), "mark": {"type": "text", "baseline": "middle", **mark}, "encoding": encoding}


@cache
def _spec(language: Language, services: int) -> Spec:
    y = partial(_y, services=services)
    titles = (("title", "issue"), ("name", "service"), ("count", "content"))
    tips = tooltip(*((column, say(language, word)) for column, word in titles))
    box = {"x": _x("from"), "x2": end("to"), "y": y("top"), "y2": end("floor")}
    edge = {"datum": "ground", "type": "nominal", "scale": TOKENS, "legend": None}
    bars = {"transform": only("part"), "mark": {"type": "rect", "strokeWidth": 1.5},
            "encoding": {**box, "fill": token_of("color"), "stroke": edge, "tooltip": tips}}  # fmt: skip
    title = _text("issue", "title", {"value": 0}, y("head"), token("ink"), align="left", limit={"expr": "width"})
    total = _text("issue", "count", _x("to"), y("middle"), token("ink"), align="left", dx=6, fontWeight=600)
    inside = _text(
        "part", "", _x("center"), y("middle"), token("ground"), fontSize=11, fontWeight=600, text={"expr": _INSIDE}
    )
    del inside["encoding"]["text"]
    return layered(language, [bars, title, total, inside, *_key()])


def _key() -> list[Spec]:
    """Return the key: as many slots a line as fit, placed by the browser."""
    left = {"expr": f"(datum.slot % {_LANES}) * {SLOT}"}
    line = {"expr": f"floor(datum.slot / {_LANES}) * 18 + 8"}
    at = {"x": {"value": left}, "y": {"value": line}}
    square = {"type": "point", "shape": "square", "filled": True, "size": 100, "opacity": 1, "xOffset": 6}
    words = {"type": "text", "align": "left", "dx": 16, "baseline": "middle"}
    return [
        {"transform": only("key"), "mark": square, "encoding": {**at, "color": token_of("color")}},
        {
            "transform": only("key"),
            "mark": words,
            "encoding": {**at, "text": field("name", "nominal"), "color": token("ink")},
        },
    ]


def _segments(rows: pd.DataFrame, names: Mapping[str, str], longest: int, language: Language) -> dict[str, Any]:
    ends = rows.groupby("issue_id", sort=False)["n_found"].cumsum()
    starts = ends - rows["n_found"]
    labels = [defang(names.get(code, code), 60) for code in rows["service"]]
    counts = [number(n, language) for n in rows["n_found"]]
    heights = {"top": 0.56, "middle": 0.35, "floor": 0.14}
    return {
        "from": starts.tolist(), "to": ends.tolist(), "center": ((starts + ends) / 2).tolist(),
        **{name: (rows["place"] - height).tolist() for name, height in heights.items()},
        "color": [_color(code) for code in rows["service"]], "title": rows["title"].tolist(), "name": labels,
        "count": counts, "label": [f"{name} {n}" for name, n in zip(labels, counts, strict=True)],
        "share": (rows["n_found"] / max(1, longest)).tolist(),
    }  # fmt: skip


def _color(code: str) -> str:
    return "band" if code == UNDIVIDED else service_token(code)


def _whole(issues: pd.DataFrame, spread: pd.DataFrame) -> pd.DataFrame:
    """Return the spread with what it leaves open of each issue: long windows are divided for their last days only."""
    divided = spread.groupby("issue_id")["n_found"].sum()
    rest = issues["n_found"] - issues["issue_id"].map(divided).fillna(0).astype("int64")
    left = pd.DataFrame({"issue_id": issues["issue_id"], "service": UNDIVIDED, "n_found": rest})
    rows = pd.concat([spread[["issue_id", "service", "n_found"]], left[left["n_found"] > 0]], ignore_index=True)
    return rows.merge(issues[["issue_id", "title", "place"]], on="issue_id", how="inner", sort=False)


def _key_rows(rows: pd.DataFrame, names: Mapping[str, str]) -> dict[str, Any]:
    present = set(rows["service"])
    found = [code for code in names if code in present]
    return {
        "slot": list(range(len(found))),
        "name": [defang(names[code], 40) for code in found],
        "color": [_color(code) for code in found],
    }


def _title(top: pd.DataFrame, language: Language) -> str:
    if top.empty:
        return say(language, "no_spread_title")
    widest = max(records(top), key=lambda row: int(row["n_services"]))
    return say(language, "issues_spread_title", n=number(widest["n_found"], language), k=widest["n_services"])


def top_issues(top: pd.DataFrame, spread: pd.DataFrame, names: Mapping[str, str], language: Language) -> Chart:
    """Return the issues of `issues.top`, each bar cut by service (`issues.spread`); titles are shown as plain text."""
    titles = [defang(text, TITLE_LENGTH) or say(language, "unassigned") for text in top["title"]]
    issues = top.assign(title=titles, place=range(1, len(top) + 1))
    named = {**names, UNDIVIDED: say(language, "undivided")}
    rows = _whole(issues, spread)
    heads = {
        "title": titles, "head": (issues["place"] - 0.78).tolist(), "middle": (issues["place"] - 0.35).tolist(),
        "to": top["n_found"].tolist(), "count": [number(n, language) for n in top["n_found"]],
    }  # fmt: skip
    longest = int(top["n_found"].max()) if len(top) else 0
    key = _key_rows(rows, named)
    table = merged(part=_segments(rows, named, longest, language), issue=heads, key=key)
    title = _title(top, language)
    return Chart(title, _spec(language, len(key["slot"])), table, title, ROW * max(1, len(top)) + KEY)
