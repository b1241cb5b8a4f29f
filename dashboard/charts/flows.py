"""What became of the content that was found: stages, and parts that must add up, in total and per service."""

from collections.abc import Mapping, Sequence
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
    token,
    token_of,
    tooltip,
)
from dashboard.escaping import plain
from dashboard.formats import SMALL, Language, number, percent
from dashboard.palette import TOKENS

STAGES = ("found", "verified", "clarified", "requested")
PARTS = ("removed", "restricted", "labelled", "rejected", "withdrawn", "open")
"""found = the sum of the parts (domain.md §2); each has one colour everywhere, `palette.PARTS`."""

ROW, SERVICE_ROW, KEY = 32, 28, 40
"""Heights in pixels: of a stage, of a service, and of the key above them."""

_LEFT = "(width < 520 ? 128 : 150)"
_RIGHT = "width - 92"


def _x(name: str) -> Spec:
    span = {"nice": False, "zero": True, "rangeMin": {"expr": _LEFT}, "rangeMax": {"expr": _RIGHT}}
    return field(name, "quantitative", scale=span, axis=None)


def _y(name: str) -> Spec:
    return field(name, "quantitative", scale={"reverse": True, "nice": False, "zero": True}, axis=None)


def _bars(kind: str, fill: Spec, tips: list[Spec]) -> Spec:
    box = {"x": _x("from"), "x2": end("to"), "y": _y("top"), "y2": end("floor")}
    edge = {"datum": "ground", "type": "nominal", "scale": TOKENS, "legend": None}
    encoding = {**box, "fill": fill, "stroke": edge, "tooltip": tips}
    return {"transform": only(kind), "mark": {"type": "rect", "strokeWidth": 1.5}, "encoding": encoding}


def _text(kind: str, column: str, at: Spec, color: Spec, **mark: Any) -> Spec:
    encoding = {"x": at, "y": _y("middle"), "text": field(column, "nominal"), "color": color}
    return {"transform": only(kind), "mark": {"type": "text", **mark}, "encoding": encoding}


def _stages(tips: list[Spec]) -> Spec:
    quiet = {"datum": "other", "type": "nominal", "scale": TOKENS}  # no legend: null here, it would win over the key
    return _bars("stage", quiet, tips)


def _names() -> list[Spec]:
    limit = {"expr": f"{_LEFT} - 12"}
    tone = token_of("tone")
    return [
        _text("name", "name", {"value": 0}, tone, align="left", fontWeight=600, limit=limit),
        _text("name", "end", {"value": {"expr": "width"}}, tone, align="right", fontWeight=600),
    ]


def _key(language: Language) -> Spec:
    words = ", ".join(f"part_{part}: '{say(language, part)}'" for part in PARTS)
    return {
        "title": None, "orient": "top", "values": [f"part_{part}" for part in PARTS], "symbolType": "square",
        "labelExpr": f"{{{words}}}[datum.value]", "columns": {"expr": "width < 520 ? 3 : 6"}, "offset": 4,
        "symbolStrokeWidth": 0, "symbolOpacity": 1, "symbolSize": 110, "columnPadding": 14, "padding": 0,
    }  # fmt: skip


@cache
def _spec(language: Language) -> Spec:
    titles = (("name", "service"), ("part", "parts"), ("count", "content"), ("share", "share"))
    tips = tooltip(*((column, say(language, word)) for column, word in titles))
    fits = f"datum.fraction * (width - {_LEFT} - 92) > 7 * length(datum.count) + 4"
    inside = _text(
        "part", "count", _x("center"), token("ground"), fontWeight=600, text={"expr": f"{fits} ? datum.count : ''"}
    )
    del inside["encoding"]["text"]
    parts = _bars("part", {**token_of("color"), "legend": _key(language)}, tips)
    return layered(language, [_stages(tips), parts, inside, *_names()])


def _box(starts: Sequence[float], widths: Sequence[float], floors: Sequence[float]) -> dict[str, Any]:
    ends = [start + width for start, width in zip(starts, widths, strict=True)]
    return {
        "from": list(starts), "to": ends, "floor": [f - 0.12 for f in floors], "top": [f - 0.88 for f in floors],
        "middle": [f - 0.5 for f in floors], "center": [(a + b) / 2 for a, b in zip(starts, ends, strict=True)],
    }  # fmt: skip


def _part_rows(
    row: Mapping[str, Any], name: str, floor: float, scale: float, language: Language
) -> list[dict[str, Any]]:
    """Return the parts of one row of a funnel side by side; `scale` turns items into the unit of the axis."""
    rows: list[dict[str, Any]] = []
    start = 0.0
    for part in PARTS:
        n = int(row[f"n_{part}"])
        share = n / max(1, int(row["n_found"]))
        text = number(n, language)
        rows.append({
            "start": start, "width": n * scale, "floor": floor, "name": name, "part": say(language, part),
            "count": text, "share": percent(share, language), "color": f"part_{part}",
            "fraction": share,
        })  # fmt: skip
        start += n * scale
    return [r for r in rows if r["width"] > 0]


def _columns(rows: list[dict[str, Any]]) -> dict[str, Any]:
    box = _box([r["start"] for r in rows], [r["width"] for r in rows], [r["floor"] for r in rows])
    texts = ("name", "part", "count", "share", "color", "fraction")
    return {**box, **{key: [r[key] for r in rows] for key in texts}}


def _named(names: Sequence[str], ends: Sequence[str], sound: Sequence[bool]) -> dict[str, Any]:
    return {
        "name": [name if good else f"▲ {name}" for name, good in zip(names, sound, strict=True)],
        "end": list(ends), "middle": [i + 0.5 for i in range(len(names))],
        "tone": ["ink" if good else "breached" for good in sound],
    }  # fmt: skip


def _sum(row: Mapping[str, Any]) -> int:
    return sum(int(row[f"n_{part}"]) for part in PARTS)


def _end(row: Mapping[str, Any], language: Language) -> str:
    """Return what was found, and where the parts do not add up to it, both sums."""
    found = number(row["n_found"], language)
    return found if row["is_balanced"] else f"{found} ≠ {number(_sum(row), language)}"


def funnel(total: Mapping[str, Any], language: Language) -> Chart:
    """Return found → verified → clarified | requested, and the state now, which must add up to found.

    `total` is the row of the whole of `contents.funnel` or `contents.totals`.
    """
    counts = [int(total[f"n_{stage}"]) for stage in STAGES]
    labels = [say(language, stage) for stage in (*STAGES, "parts")]
    texts = [number(n, language) for n in counts]
    shares = [percent(n / max(1, counts[0]), language, 0) for n in counts]
    stages = {
        **_box([0.0] * 4, counts, [1, 2, 3, 4]),
        "name": labels[:4],
        "part": [""] * 4,
        "count": texts,
        "share": shares,
    }
    parts = _columns(_part_rows(total, labels[4], 5.0, 1.0, language))
    ends = [
        texts[0],
        *(f"{n} · {share}" for n, share in zip(texts[1:], shares[1:], strict=True)),
        _end(total, language),
    ]
    sound = [True] * 4 + [bool(total["is_balanced"])]
    table = merged(stage=stages, part=parts, name=_named(labels, ends, sound))
    title = _funnel_title(total, language)
    return Chart(title, _spec(language), table, title, ROW * 5 + KEY)


def _funnel_title(total: Mapping[str, Any], language: Language) -> str:
    n = number(total["n_found"], language)
    if not total["is_balanced"]:
        return say(language, "funnel_unbalanced", n=n, sum=number(_sum(total), language))
    if not total["n_found"]:
        return say(language, "nothing_title")
    parts = {part: number(total[f"n_{part}"], language) for part in ("removed", "open")}
    return say(language, "funnel_title", n=n, **parts)


def _services_title(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str], language: Language) -> str:
    n, k = sum(int(r["n_found"]) for r in rows), sum(1 for r in rows if r["n_found"])
    broken = [plain(names.get(r["service"], r["service"])) for r in rows if not r["is_balanced"]]
    if broken:
        return say(language, "services_unbalanced", names=", ".join(broken))
    if n == 0:
        return say(language, "nothing_title")
    if n < SMALL:
        return say(language, "services_title_small", n=number(n, language), k=k)
    most = max(rows, key=lambda r: int(r["n_open"]))
    if not most["n_open"]:
        return say(language, "services_title_none")
    counts = {"open": number(most["n_open"], language), "n": number(most["n_found"], language)}
    return say(language, "services_title", first=plain(names.get(most["service"], most["service"])), **counts)


def by_service(frame: pd.DataFrame, names: Mapping[str, str], language: Language) -> Chart:
    """Return one row per service of `contents.funnel`: its parts as shares of what was found, counts inside."""
    rows = [row for row in records(frame) if not row["is_total"]]
    labels = [plain(names.get(row["service"], row["service"]), 60) for row in rows]
    parts = [
        part
        for place, (row, label) in enumerate(zip(rows, labels, strict=True), 1)
        for part in _part_rows(row, label, float(place), 1 / max(1, int(row["n_found"])), language)
    ]
    ends, sound = [_end(row, language) for row in rows], [bool(row["is_balanced"]) for row in rows]
    table = merged(part=_columns(parts), name=_named(labels, ends, sound))
    title = _services_title(rows, names, language)
    return Chart(title, _spec(language), table, title, SERVICE_ROW * max(1, len(rows)) + KEY)
