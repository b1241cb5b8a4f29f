"""Share removed within the hour, a row a service: a dot, its interval, n and who found the content. Never a ranking.

Where n, intervals and detection sources allow one, rows stand in order of the share; else in order of the alphabet.
"""

from collections.abc import Mapping
from functools import cache
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
    share_axis,
    token,
    token_of,
    tooltip,
)
from dashboard.escaping import plain
from dashboard.formats import SMALL, Language, number, percent_range, whole_percent
from dashboard.palette import service_token

ROW = 50
FEET = 26

_NARROW = "width < 520"
_LEFT, _RIGHT = f"({_NARROW} ? 4 : 130)", f"({_NARROW} ? width - 4 : width - 150)"


def _x(name: str) -> Spec:
    span = {"domain": [0, 1], "nice": False, "rangeMin": {"expr": _LEFT}, "rangeMax": {"expr": _RIGHT}}
    return field(name, "quantitative", scale=span, axis=share_axis(None, 2))


def _y(name: str = "middle") -> Spec:
    return field(name, "quantitative", scale={"reverse": True, "nice": False, "zero": True}, axis=None)


def _text(kind: str, column: str, at: Any, color: Spec, **mark: Any) -> Spec:
    encoding = {"x": {"value": at}, "y": _y(), "text": field(column, "nominal"), "color": color}
    return {"transform": only(kind), "mark": {"type": "text", "baseline": "middle", **mark}, "encoding": encoding}


def _words() -> list[Spec]:
    edge, above, below = {"expr": "width"}, {"expr": f"{_NARROW} ? -15 : 0"}, 15
    limit, muted = {"expr": f"{_NARROW} ? width - 150 : 122"}, token("muted")
    small: Spec = {"align": "left", "fontSize": 11}
    return [
        _text("row", "name", 0, token("ink"), align="left", fontWeight=600, dy=above, limit=limit),
        _text("row", "note", 0, muted, **small, dy=below, limit={"expr": f"{_NARROW} ? width : width - 160"}),
        _text("row", "value", edge, token("ink"), align="right", fontWeight=600, dy=above),
        _text("row", "remark", edge, muted, align="right", fontSize=11, dy=below,
              opacity={"expr": f"{_NARROW} ? 0 : 1"}),
        _text("group", "name", 0, muted, **small, dy=10),
    ]  # fmt: skip


@cache
def _spec(language: Language) -> Spec:
    names = (("name", "service"), ("value", "within"), ("note", "found_by"), ("remark", "state"))
    tips = tooltip(*((column, say(language, word)) for column, word in names))
    track = {"type": "rule", "x": {"expr": _LEFT}, "x2": {"expr": _RIGHT}, "strokeWidth": 1}
    faint = {"condition": {"test": "datum.is_few", "value": 0.45}, "value": 1}
    bar = {"x": _x("low"), "x2": end("high"), "y": _y(), "color": token_of("color"), "opacity": faint, "tooltip": tips}
    dot = {"x": _x("share"), "y": _y(), "color": token_of("color"), "tooltip": tips}
    hollow = {"condition": {"test": "datum.is_few", "value": 0}, "value": 1}
    return layered(language, [
        {"transform": only("row"), "mark": track, "encoding": {"y": _y(), "color": token("grid")}},
        {"transform": only("row"), "mark": {"type": "rule", "strokeWidth": 5, "strokeCap": "round"}, "encoding": bar},
        {"transform": only("row"), "mark": {"type": "point", "filled": True, "size": 120, "strokeWidth": 2},
         "encoding": {**dot, "fillOpacity": hollow, "stroke": token_of("color")}},
        {"transform": only("foot"), "mark": {"type": "point", "opacity": 0}, "encoding": {"y": _y()}},
        *_words(),
    ])  # fmt: skip


def within_hour(
    frame: pd.DataFrame, mix: Mapping[str, str], names: Mapping[str, str], language: Language, by_share: bool
) -> Chart:
    """Return one row per service of `takedowns.within_promise`, signatories first, then the others.

    `mix` says by service who found its content; `by_share`: in order of the share, else of the alphabet.
    """
    own = [row | {"name": plain(names.get(row["service"], row["service"]), 40)} for row in records(frame)]
    rows: list[dict[str, Any]] = []
    groups: list[dict[str, Any]] = []
    place = 0.0
    for signed, word in ((True, "signatories"), (False, "not_signatories")):
        group = [row for row in own if row["is_signatory"] == signed and not row["is_total"]]
        if not group:
            continue
        place += 0.3 if groups else 0.0
        groups.append({"name": say(language, word), "middle": place})
        place += 0.5
        for row in sorted(group, key=lambda row: _order(row, by_share)):
            rows.append(_row(row, mix, language) | {"middle": place + 0.5})
            place += 1
    table = merged(row=_columns(rows), group=_columns(groups), foot={"middle": [place]})
    title = _title(next(row for row in own if row["is_total"]), language)
    return Chart(title, _spec(language), table, title, round(ROW * place) + FEET)


def _order(row: Mapping[str, Any], by_share: bool) -> tuple[float, str]:
    return (-row["share"] if by_share and not pd.isna(row["share"]) else 0.0, row["name"].casefold())


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {"middle": []}


def _row(row: Mapping[str, Any], mix: Mapping[str, str], language: Language) -> dict[str, Any]:
    due, found = int(row["n_due"]), mix.get(row["service"], "")
    count = f"n {number(due if row['is_applicable'] else int(row['n_requests']), language)}"
    return {
        "name": row["name"], "note": f"{count} · {found}" if found else count,
        "value": _value(row, language), "remark": _remark(row, language),
        "share": row["share"], "low": row["low"], "high": row["high"], "is_few": due < SMALL,
        "color": service_token(row["service"]) if row["is_signatory"] else "other",
    }  # fmt: skip


def _value(row: Mapping[str, Any], language: Language) -> str:
    """Return "64 % (59–69 %)"; below `SMALL` with its counts, "6/6 = 100 % (61–100 %)"; without any due ones "–"."""
    due = int(row["n_due"])
    if row["is_closed_messaging"] or (not row["is_applicable"] and row["n_requests"]):
        return "n/a"
    if not due:
        return "–"
    words = f"{whole_percent(row['share'], language)} ({percent_range(row['low'], row['high'], language)})"
    return words if due >= SMALL else f"{int(row['n_within_60'])}/{due} = {words}"


def _remark(row: Mapping[str, Any], language: Language) -> str:
    if row["is_closed_messaging"]:
        return say(language, "closed_messaging")
    if not row["n_due"]:
        return say(language, "nothing_due")
    return say(language, "too_few") if row["n_due"] < SMALL else ""


def _title(total: Mapping[str, Any], language: Language) -> str:
    if not total["n_due"]:
        return say(language, "within_title_none")
    shown = percent_range(total["low"], total["high"], language)
    n = number(total["n_due"], language)
    return say(language, "within_title", share=whole_percent(total["share"], language), n=n, range=shown)
