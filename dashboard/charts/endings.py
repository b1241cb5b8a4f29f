"""How requests have ended by one hour, four hours, a day and a week: competing ends, and what is still open."""

from functools import cache
from typing import Any

import pandas as pd

from dashboard.charts.chart import Chart, Spec, end, field, layered, merged, only, say, token, token_of, tooltip
from dashboard.charts.survival import wait
from dashboard.formats import Language, whole_percent
from dashboard.palette import TOKENS

PARTS = ("removed", "restricted", "labelled", "rejected", "withdrawn", "open")
ROW, KEY = 38, 44
TOLD = 1_440
"""Minutes of which the sentence speaks: the binding rule, or the longest wait before it that was watched."""

NOTHING = 1e-9
"""What is left open is a difference of sums: less than this is a trace of arithmetic."""

COLUMNS = ("from", "to", "center", "color", "top", "floor", "middle", "name", "part", "share")

_LEFT, _RIGHT = 58, "width - 8"


def _x(name: str) -> Spec:
    span = {"domain": [0, 1], "nice": False, "rangeMin": _LEFT, "rangeMax": {"expr": _RIGHT}}
    return field(name, "quantitative", scale=span, axis=None)


def _y(name: str) -> Spec:
    return field(name, "quantitative", scale={"reverse": True, "nice": False, "zero": True}, axis=None)


def _word(part: str, language: Language) -> str:
    return say(language, "ending_open" if part == "open" else part)


def _key(language: Language) -> Spec:
    words = ", ".join(f"part_{part}: '{_word(part, language)}'" for part in PARTS)
    return {
        "title": None, "orient": "top", "values": [f"part_{part}" for part in PARTS], "symbolType": "square",
        "labelExpr": f"{{{words}}}[datum.value]", "columns": {"expr": "width < 520 ? 3 : 6"}, "offset": 4,
        "symbolStrokeWidth": 0, "symbolOpacity": 1, "symbolSize": 110, "columnPadding": 14, "padding": 0,
    }  # fmt: skip


@cache
def _spec(language: Language) -> Spec:
    tips = tooltip(
        ("name", say(language, "clock_minutes")), ("part", say(language, "state")), ("share", say(language, "share"))
    )
    edge = {"datum": "ground", "type": "nominal", "scale": TOKENS, "legend": None}
    box = {"x": _x("from"), "x2": end("to"), "y": _y("top"), "y2": end("floor")}
    fill = {**token_of("color"), "legend": _key(language)}
    fits = f"(datum.to - datum.from) * (width - {_LEFT} - 8) > 7 * length(datum.share) ? datum.share : ''"
    inside = {"type": "text", "fontWeight": 600, "baseline": "middle", "text": {"expr": fits}}
    name = {"type": "text", "align": "left", "baseline": "middle", "fontWeight": 600}
    return layered(language, [
        {"transform": only("part"), "mark": {"type": "rect", "strokeWidth": 1.5},
         "encoding": {**box, "fill": fill, "stroke": edge, "tooltip": tips}},
        {"transform": only("part"), "mark": inside,
         "encoding": {"x": _x("center"), "y": _y("middle"), "color": token("ground")}},
        {"transform": only("row"), "mark": name,
         "encoding": {"x": {"value": 0}, "y": _y("middle"), "text": field("name", "nominal"), "color": token("ink")}},
        {"transform": only("unknown"), "mark": {**name, "fontWeight": 400},
         "encoding": {"x": {"value": _LEFT}, "y": _y("middle"), "text": field("text", "nominal"),
                      "color": token("muted")}},
    ])  # fmt: skip


def _parts(frame: pd.DataFrame, minutes: int) -> dict[str, float]:
    """Return end -> share by then; what has not ended is open, so that they add up to 1."""
    shares = dict(zip(frame["end"], frame["share"], strict=True)) if minutes else {}
    still_open = 1 - sum(shares.values())
    return {**shares, "open": still_open if still_open > NOTHING else 0.0}


def _is_known(frame: pd.DataFrame) -> bool:
    return bool(frame["share"].notna().all())


def by_moment(frame: pd.DataFrame, language: Language) -> Chart:
    """Return one bar per moment of the whole of `latency.incidence`, cut by how requests had ended by then."""
    whole = frame[frame["service"] == ""]
    moments = whole["minutes"].drop_duplicates().astype(int).tolist()
    bars: list[dict[str, Any]] = []
    for place, minutes in enumerate(moments):
        at = whole[whole["minutes"] == minutes]
        if not _is_known(at):
            continue
        start, shares = 0.0, _parts(at, minutes)
        for part in PARTS:
            stop = start + shares.get(part, 0.0)
            bars.append({"from": start, "to": stop, "center": (start + stop) / 2, "color": f"part_{part}",
                         "top": place + 0.12, "floor": place + 0.88, "middle": place + 0.5,
                         "name": wait(minutes, language), "part": _word(part, language),
                         "share": whole_percent(shares.get(part, 0.0), language)})  # fmt: skip
            start = stop
    rows: dict[str, Any] = {
        "name": [wait(m, language) for m in moments],
        "middle": [place + 0.5 for place in range(len(moments))],
    }
    unknown = [place for place, m in enumerate(moments) if not _is_known(whole[whole["minutes"] == m])]
    shown = [bar for bar in bars if bar["to"] > bar["from"]]
    table = merged(part={name: [bar[name] for bar in shown] for name in COLUMNS}, row=rows,
                   unknown={"middle": [place + 0.5 for place in unknown],
                            "text": [say(language, "not_watched")] * len(unknown)})  # fmt: skip
    title = _title(whole, language)
    return Chart(title, _spec(language), table, title, ROW * max(1, len(moments)) + KEY)


def _title(whole: pd.DataFrame, language: Language) -> str:
    known = whole[whole["share"].notna() & (whole["minutes"] <= TOLD)]
    if known.empty:
        return say(language, "endings_unknown")
    told = int(known["minutes"].max())
    shares = _parts(known[known["minutes"] == told], told)
    shown = {part: whole_percent(shares.get(part, 0.0), language) for part in ("removed", "labelled", "open")}
    return say(language, "endings_title", time=wait(told, language), **shown)
