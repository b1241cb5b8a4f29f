"""What a reader of Latensi & Kepatuhan chooses: the clock, and the scale of time."""

import streamlit as st

from dashboard import filter_bar
from dashboard.language import LANGUAGES, current, t
from queries.filters import CLOCKS

SCALES = ("log", "linear")


def choose() -> str:
    """Draw both switches side by side and return the scale of time chosen."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choose_clock()
        scale = choose_scale()
    say_clock()
    return scale


def choose_clock() -> None:
    """Draw the switch of the clock, bound to the URL."""
    filter_bar.draw_clock({code: clock_words(code) for code in CLOCKS}, t("latencies.clock"), t("latencies.clock_help"))


def say_clock() -> None:
    """Say in words what "within an hour" means on the clock that was chosen."""
    code = filter_bar.current().clock
    words = [t("latencies.promise_means", clock=clock_words(code))]
    if code != next(iter(CLOCKS)):
        words += [t("latencies.clock_other"), t("latencies.clock_note")]
    st.caption(" ".join(words))


def choose_scale() -> str:
    """Draw the switch of the time scale of the curves and return the one chosen."""
    key = f"latensi.scale.{current()}"
    st.session_state.setdefault(key, SCALES[0])
    words = {scale: t(f"latencies.{scale}") for scale in SCALES}
    picked = st.segmented_control(t("latencies.scale"), SCALES, format_func=words.__getitem__, key=key, required=True)
    return picked or SCALES[0]


def clock_words(code: str) -> str:
    """Return the name of a clock in the running language."""
    return CLOCKS[code][LANGUAGES.index(current())]
