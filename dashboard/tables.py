"""Small exact tables: ready texts in Arrow, numbers to the right, nothing in them can be followed or rendered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import streamlit as st

from dashboard.door import Answer
from dashboard.live import artefact, panel

ROW_PIXELS = 35


@dataclass(frozen=True)
class Column:
    """One column of ready texts. Numbers stand right; a column of text may ask for its width (a word or pixels).

    `link`: the texts are addresses of ours, of which only what this pattern's group matches is shown.
    """

    label: str
    texts: Sequence[str]
    is_number: bool = False
    width: Literal["small", "medium", "large"] | int | None = None
    help: str | None = None
    link: str | None = None


@dataclass(frozen=True)
class Sheet:
    """A finished table: its Arrow data and how its columns are shown; `alt` says what it is of, `empty` why it is."""

    table: pa.Table
    columns: tuple[Column, ...]
    alt: str
    empty: str


def sheet(columns: Sequence[Column], alt: str, empty: str = "") -> Sheet:
    """Return a finished table of columns of equal length; `empty` is the sentence for no rows."""
    texts = {column.label: pa.array(column.texts, pa.string()) for column in columns}
    return Sheet(pa.table(texts), tuple(columns), alt, empty)


def draw_sheet(answer: Answer, key: str, build: Callable[[pd.DataFrame], Sheet], most: int = 12) -> None:
    """Draw the table that `build` makes of an answer, once per answer and language; beyond `most` rows it scrolls."""
    made = artefact(answer, key, build)
    if made.table.num_rows == 0 and made.empty:
        st.caption(made.empty)
        return
    st.dataframe(
        made.table,
        key=key,
        hide_index=True,
        height=ROW_PIXELS * (min(most, made.table.num_rows) + 1) + 3,
        column_config={column.label: _config(column) for column in made.columns},
        alt=made.alt,
    )


def fold_sheet(answer: Answer, key: str, label: str, build: Callable[[pd.DataFrame], Sheet], most: int = 12) -> None:
    """Draw the table behind a fold that opens on a click; nothing where there is no row to show."""
    if answer.frame is not None and not answer.frame.empty:
        with st.expander(label):
            panel(None, answer, lambda _: draw_sheet(answer, key, build, most), border=False)


def _config(column: Column) -> Any:
    if column.link:
        return st.column_config.LinkColumn(column.label, display_text=column.link, help=column.help)
    if column.is_number:
        return st.column_config.TextColumn(column.label, alignment="right", help=column.help)
    return st.column_config.TextColumn(column.label, width=column.width, help=column.help)
