"""Tiles and pictures on a page: how a finished figure or chart is put on the screen, in its own box."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts.chart import Chart
from dashboard.door import Answer
from dashboard.escaping import md_escape
from dashboard.language import current, t
from dashboard.live import artefact, panel
from dashboard.shell import rows_link
from queries.measures import MEASURES

PICTURE_PIXELS = 104
"""Width of the small picture beside a value."""


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One key figure: its measure (name and help), value, notes, small picture, what it speaks for, and its rows.

    `about` is window and moment. `value` and `notes` are Markdown of ours: counts, marks, words, no text from data.
    """

    measure: str
    value: str
    notes: tuple[str, ...] = ()
    about: str = ""
    chart: Chart | None = None
    rows: str = ""
    query: Mapping[str, str] = field(default_factory=dict)


def definition(measure: str, language: str) -> str:
    """Return what a measure means: its definition, formula and clock, as help behind a name."""
    known = MEASURES[measure]
    return f"{known.definition(language)}\n\n`{known.formula(language)}`\n\n{known.clock(language)}"


def draw_chart(chart: Chart, key: str) -> None:
    """Draw a chart without its sentence."""
    st.vega_lite_chart(chart.table, dict(chart.spec), height=chart.height, key=key, alt=chart.alt)


def draw_tile(tile: Tile, language: str, key: str) -> None:
    """Draw one tile: name with its definition, value and picture, notes, and the link to its rows."""
    label = MEASURES[tile.measure].label(language)
    with st.container(gap="xxsmall"):
        st.markdown(label, help=definition(tile.measure, language))
        with st.container(horizontal=True, wrap=False, gap="small", vertical_alignment="center"):
            st.metric(label, tile.value, label_visibility="collapsed")
            if tile.chart is not None:
                with st.container(width=PICTURE_PIXELS):
                    draw_chart(tile.chart, f"{key}.picture")
        for note in tile.notes:
            st.markdown(f":small[{note}]")
        with st.container(horizontal=True, wrap=False, gap="xsmall", vertical_alignment="center"):
            st.caption(tile.about, width="stretch")
            if tile.rows:
                rows_link(f"{tile.rows} →", **tile.query)


def tile_panel(answer: Answer, key: str, language: str, build: Callable[[pd.DataFrame], Tile]) -> None:
    """Draw the tile that `build` makes of an answer, once per answer and language, in a box as high as its row."""

    def draw(frame: pd.DataFrame) -> None:
        draw_tile(artefact(answer, key, build), language, key)
        say_bound(frame)

    with st.container(border=True, height="stretch", gap="xsmall"):
        panel(None, answer, draw, border=False)


def tile_row(answer: Answer, key: str, language: str, build: Callable[[pd.DataFrame], list[Tile]]) -> None:
    """Draw the tiles that `build` makes of one answer side by side."""

    def draw(frame: pd.DataFrame) -> None:
        tiles = artefact(answer, key, build)
        for place, (column, tile) in enumerate(zip(st.columns(len(tiles), gap="small"), tiles, strict=True)):
            with column, st.container(border=True, height="stretch", gap="xsmall"):
                draw_tile(tile, language, f"{key}.{place}")
        say_bound(frame)

    panel(None, answer, draw, border=False)


def picture(
    answer: Answer,
    key: str,
    build: Callable[[pd.DataFrame], Chart],
    measure: str,
    *,
    note: str = "",
    empty: str | None = None,
    heading: str | None = None,
    more: Callable[[], None] | None = None,
) -> None:
    """Draw the chart that `build` makes of an answer under the sentence it shows; `more` draws what follows it.

    The definition of `measure` stands behind the sentence. Without rows it says `empty`, under `heading`.
    """

    def draw(frame: pd.DataFrame) -> None:
        chart = artefact(answer, key, build)
        with st.container(gap="xsmall"):
            st.markdown(f"**{md_escape(chart.title, 400)}**", help=definition(measure, current()))
            if note:
                st.caption(note)
            say_bound(frame)
            draw_chart(chart, key)
            if more is not None:
                more()

    has_rows = answer.frame is not None and not answer.frame.empty
    with st.container(border=True, height="stretch"):
        panel(None if has_rows else heading, answer, draw, empty=empty, border=False)


def say_bound(frame: pd.DataFrame) -> None:
    """Say that the window had to be cut (`queries.cubes`), where it was; a cut in the history before is no matter."""
    since = frame.attrs.get("bounded_since")
    if since is None or ("started_at" in frame and not frame.empty and since <= frame["started_at"].iloc[0]):
        return
    st.caption(f":material/content_cut: {t('overview.bounded', at=formats.moment(since, current()))}")


def listing(
    answer: Answer, key: str, title: str, build: Callable[[pd.DataFrame], list[str]], empty: str | None = None
) -> None:
    """Draw short lines that `build` makes of an answer: Markdown of ours, with every text from data escaped."""

    def draw(_: pd.DataFrame) -> None:
        with st.container(gap="xsmall"):
            for line in artefact(answer, key, build):
                st.markdown(line)

    with st.container(border=True, height="stretch"):
        panel(title, answer, draw, empty=empty, border=False)


def line(answer: Answer, key: str, build: Callable[[pd.DataFrame], str]) -> None:
    """Draw one line of Markdown of ours that `build` makes of an answer."""

    def draw(_: pd.DataFrame) -> None:
        st.markdown(artefact(answer, key, build))

    panel(None, answer, draw, border=False)


def section(title: str) -> None:
    """Draw the heading of a part of a page."""
    st.subheader(title, anchor=False)
