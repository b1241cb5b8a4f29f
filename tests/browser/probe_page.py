"""A page with one number straight from the database, for measuring how fast it moves."""

import pandas as pd
import streamlit as st
from sqlalchemy import Connection, func, select

from dashboard import shell
from dashboard.door import Answers
from dashboard.live import live, panel
from data.tables import feed
from queries.filters import Filters


def sequence(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row: the sum of all sequence numbers."""
    return pd.DataFrame({"n": [int(connection.execute(select(func.sum(feed.c.seq))).scalar_one())]})


def draw(answers: Answers) -> None:
    """Draw the number in its panel."""
    panel("Jumlah", answers["n"], lambda frame: st.metric("n", int(frame["n"].iloc[0])))


shell.header("layar")
live("probe", {"n": sequence}, draw, topics=("content", "complaint"))
