"""Tiles and pictures on a page: how a finished figure or chart is put on the screen, in its own box."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd
import streamlit as st

from dashboard.charts.chart import Chart
from dashboard.door import Answer
from dashboard.escaping import md_escape
from dashboard.live import artefact, panel
from dashboard.shell import rows_link
from queries.measures import MEASURES


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One key figure: its measure (name and help), value and notes in words, small picture, and its rows.

    `value` and `notes` are Markdown of ours: counts, marks and words, never text from data.
    """

    measure: str
    value: str
    notes: tuple[str, ...]
    chart: Chart | None = None
    rows: str = ""
    query: Mapping[str, str] = field(default_factory=dict)


def draw_chart(chart: Chart, key: str) -> None:
    """Draw a chart without its sentence."""
    st.vega_lite_chart(chart.table, dict(chart.spec), height=chart.height, key=key, alt=chart.alt)


def draw_tile(tile: Tile, language: str, key: str) -> None:
    """Draw one tile: name with its definition, value, notes, picture, link to the rows."""
    measure = MEASURES[tile.measure]
    help_text = f"{measure.definition(language)}\n\n`{measure.formula(language)}`\n\n{measure.clock(language)}"
    st.metric(measure.label(language), tile.value, help=help_text)
    st.caption("  \n".join(tile.notes))
    if tile.chart is not None:
        draw_chart(tile.chart, f"{key}.picture")
    if tile.rows:
        rows_link(tile.rows, **tile.query)


def tile_panel(answer: Answer, key: str, language: str, build: Callable[[pd.DataFrame], Tile]) -> None:
    """Draw the tile that `build` makes of an answer, once per answer and language, in a box as high as its row."""
    with st.container(border=True, height="stretch", key=key):
        panel(None, answer, lambda _: draw_tile(artefact(answer, key, build), language, key), border=False)


def picture(
    answer: Answer,
    key: str,
    build: Callable[[pd.DataFrame], Chart],
    *,
    note: str = "",
    empty: str | None = None,
    more: Callable[[], None] | None = None,
) -> None:
    """Draw the chart that `build` makes of an answer under the sentence it shows; `more` draws what follows it."""

    def draw(_: pd.DataFrame) -> None:
        chart = artefact(answer, key, build)
        st.markdown(f"**{md_escape(chart.title, 400)}**")
        if note:
            st.caption(note)
        draw_chart(chart, key)
        if more is not None:
            more()

    with st.container(border=True, height="stretch"):
        panel(None, answer, draw, empty=empty, border=False)
