"""Switches of one page, kept in its address: what is chosen comes back with the link, and a filter leaves it alone."""

from collections.abc import Mapping

import streamlit as st

from dashboard.language import current


def switch(name: str, options: Mapping[str, str], label: str) -> str:
    """Draw a switch (code -> words, the default first) bound to the parameter `name` and return the code chosen."""
    first = next(iter(options))
    asked = st.query_params.get(name, first)
    key = f"posko.page.{name}.{current()}"
    chosen = asked if asked in options else first
    st.session_state[key] = chosen
    st.segmented_control(
        label, list(options), format_func=options.__getitem__, key=key, required=True, on_change=_chosen,
        args=(name, key, first),
    )  # fmt: skip
    return chosen


def _chosen(name: str, key: str, first: str) -> None:
    """Put what the switch says into the address; the default needs no word there."""
    picked = st.session_state[key]
    if picked and picked != first:
        st.query_params[name] = picked
    elif name in st.query_params:
        del st.query_params[name]
