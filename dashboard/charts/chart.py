"""What every chart is made of: a constant specification, an Arrow table, a sentence, and WIB on every clock.

Specifications hold no data and no text from data; colours are tokens that the theme fills in (dashboard.palette).
Times are sent as the milliseconds a WIB wall clock shows and drawn on a UTC scale, so that the zone of the browser
changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from dashboard.formats import MONTHS, Language
from dashboard.language import words
from dashboard.palette import TOKENS

Spec = dict[str, Any]

WIB_MILLISECONDS = 7 * 3_600_000

TIME_LABELS = (
    "utchours(datum.value) + utcminutes(datum.value) > 0 ? utcFormat(datum.value, '%X')"
    " : utcdate(datum.value) + utcmonth(datum.value) == 1 ? utcFormat(datum.value, '%Y')"
    " : utcFormat(datum.value, '%a %e %b')"
)
"""Labels of a time axis: the hour, at midnight the day, on New Year's Day the year; words come from the locale."""


@dataclass(frozen=True)
class Chart:
    """A finished picture: `title` is the sentence it shows, `alt` the same for those who do not see it."""

    title: str
    spec: Mapping[str, Any]
    table: pa.Table
    alt: str
    height: int


def say(language: Language, key: str, **values: object) -> str:
    """Return words of `language/charts.py` in a language, with the values put in."""
    text = words("charts")[key][0 if language == "id" else 1]
    return text.format(**values) if values else text


def wall_clock(moments: "pd.Series[Any]") -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return aware UTC times as milliseconds of the WIB wall clock; missing times as NaN."""
    whole = moments.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[ms]")
    values = whole.astype("int64").to_numpy().astype("float64") + WIB_MILLISECONDS
    return np.where(moments.isna().to_numpy(), np.nan, values)


def arrow(columns: Mapping[str, Sequence[Any] | np.ndarray[Any, Any]]) -> pa.Table:
    """Return a table for the browser: numbers as float64 (it has no 64-bit integers), text, flags."""
    arrays = {}
    for name, values in columns.items():
        array = pa.array(values, from_pandas=True)
        arrays[name] = array.cast(pa.float64()) if pa.types.is_integer(array.type) else array
    return pa.table(arrays)


def merged(**parts: Mapping[str, Sequence[Any] | np.ndarray[Any, Any]]) -> pa.Table:
    """Return one table of several kinds of rows, the kind in column `kind`; each layer filters its own."""
    tables = [arrow({"kind": [kind] * _length(columns), **columns}) for kind, columns in parts.items()]
    return pa.concat_tables(tables, promote_options="permissive")


def _length(columns: Mapping[str, Sequence[Any] | np.ndarray[Any, Any]]) -> int:
    return len(next(iter(columns.values())))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame by column name."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def field(name: str, kind: str, **rest: Any) -> Spec:
    """Return an encoding of a column with its explicit type: quantitative, temporal, ordinal or nominal."""
    return {"field": name, "type": kind, **rest}


def end(name: str) -> Spec:
    """Return the column at which a mark ends (x2, y2): it has the type of where it starts."""
    return {"field": name}


def token(name: str) -> Spec:
    """Return the colour encoding of a constant token."""
    return {"datum": name, "type": "nominal", "scale": TOKENS, "legend": None}


def token_of(column: str) -> Spec:
    """Return the colour encoding of a column that holds tokens."""
    return field(column, "nominal", scale=TOKENS, legend=None)


def only(kind: str) -> list[Spec]:
    """Return the transform that keeps the rows of one kind: one table carries all layers of a chart."""
    return [{"filter": f"datum.kind == '{kind}'"}]


def share_axis(title: str | None, steps: int = 4, **rest: Any) -> Spec:
    """Return an axis from 0 % to 100 % in equal steps; the per cent sign stands off its number, as on the page."""
    label = "format(100 * datum.value, '.0f') + '\u00a0%'"
    return {"title": title, "labelExpr": label, "values": [step / steps for step in range(steps + 1)], **rest}


def tooltip(*columns: tuple[str, str]) -> list[Spec]:
    """Return tooltips of (column of ready text, its title)."""
    return [field(name, "nominal", title=title) for name, title in columns]


def _locale(language: Language) -> Spec:
    thousand, point = (".", ",") if language == "id" else (",", ".")
    full = words("charts")
    place = 0 if language == "id" else 1
    names = {key: full[key][place].split() for key in ("weekdays", "short_days", "months")}
    time = {
        "dateTime": "%a %e %b %Y %X", "date": "%d/%m/%Y", "periods": ["", ""],
        "time": "%H.%M" if language == "id" else "%H:%M",
        "days": names["weekdays"], "shortDays": names["short_days"],
        "months": names["months"], "shortMonths": list(MONTHS[language]),
    }  # fmt: skip
    return {"number": {"decimal": point, "thousands": thousand, "grouping": [3], "currency": ["", ""]}, "time": time}


def config(language: Language) -> Spec:
    """Return the part of every specification that is the same: language of numbers and dates, calm axes."""
    return {
        "locale": _locale(language),
        "view": {"stroke": None},
        "axis": {"labelPadding": 6, "titlePadding": 8, "grid": False, "domain": False, "ticks": False},
        "text": {"fontSize": 12},
    }


def layered(language: Language, layers: Sequence[Spec], **rest: Any) -> Spec:
    """Return a single view of layers that stretches with its card."""
    return {
        "background": "transparent",
        "padding": {"left": 2, "top": 4, "right": 2, "bottom": 2},
        "config": config(language),
        "layer": list(layers),
        **rest,
    }
