"""What a reader of a page sees: tiles by name, charts, tables."""

import json
from typing import Any

import pyarrow as pa
from streamlit.testing.v1 import AppTest

from dashboard.formats import GLUE
from tests.screens import components


def tiles(app: AppTest) -> dict[str, str]:
    """Return the value of each tile by its name; no-break blanks as plain ones."""
    return {metric.label: str(metric.value).replace(GLUE, " ") for metric in app.metric}


def specs(app: AppTest) -> list[dict[str, Any]]:
    """Return the specification of every chart."""
    return [json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart")]


def alts(app: AppTest) -> list[str]:
    """Return the words of every chart for those who do not see it."""
    return [chart.proto.alt for chart in app.get("vega_lite_chart")]


def chart_tables(app: AppTest) -> list[pa.Table]:
    """Return the data of every chart."""
    data = [chart.proto.data.data or chart.proto.datasets[0].data.data for chart in app.get("vega_lite_chart")]
    return [pa.ipc.open_stream(raw).read_all() for raw in data]


def rows(table: pa.Table, kind: str) -> list[dict[str, Any]]:
    """Return the rows of one kind of a chart's table."""
    return [row for row in table.to_pylist() if row["kind"] == kind]


def sheets(app: AppTest) -> list[list[dict[str, Any]]]:
    """Return the rows of every table."""
    return [frame.value.to_dict("records") for frame in app.dataframe]


def links(app: AppTest) -> dict[str, str]:
    """Return the parameters of each link to the rows, by its words."""
    found = [link.proto for link in app.get("page_link") if link.proto.page == "tabel"]
    return {link.label.replace(GLUE, " "): link.query_string for link in found}


def countdown(app: AppTest) -> dict[str, Any]:
    """Return what the countdown was told: its rows, its words, its moment."""
    (told,) = (one for one in components(app) if "rows" in one)
    return told
