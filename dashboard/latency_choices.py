"""What a reader of Latensi & Kepatuhan chooses: clock, scale of time, cohort, deadline, and the moment of knowledge."""

from datetime import UTC, date, datetime, time, timedelta

import streamlit as st

from dashboard import filter_bar, moments, page_choices
from dashboard.language import LANGUAGES, current, t
from queries.filters import CLOCKS
from queries.windows import WIB

SCALE, COHORT, DEADLINE = "skala", "kohort", "tenggat"
"""Parameters of the switches in the address."""

SCALES = {"log": "log", "linear": "linear"}
COHORTS = {"auto": "", "jam": "hour", "hari": "day", "pekan": "week"}
DEADLINES = {"60": "promise", "4j": "urgent", "24j": "hoax"}


def choose() -> None:
    """Draw what the figures of the whole page follow: the clock, and the moment of knowledge."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choose_clock()
        choose_moment()
    say_clock()


def choose_scale() -> str:
    """Draw the switch of the scale of time and return the scale chosen."""
    return page_choices.switch(SCALE, {code: t(f"latencies.{code}") for code in SCALES}, t("latencies.scale"))


def choose_clock() -> None:
    """Draw the switch of the clock, bound to the URL."""
    filter_bar.draw_clock({code: clock_words(code) for code in CLOCKS}, t("latencies.clock"), t("latencies.clock_help"))


def say_clock() -> None:
    """Say of another clock than the default one how far it reaches, and what does not follow it."""
    if filter_bar.current().clock != next(iter(CLOCKS)):
        st.caption(f"{t('latencies.clock_other')} {t('latencies.clock_note')}")


def choose_trend() -> tuple[str, str]:
    """Draw the switches of the trend and return the cohort's width (of `COHORTS`) and the deadline (of `DEADLINES`)."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        lines = {code: t(f"latencies.line_{name}") for code, name in DEADLINES.items()}
        deadline = page_choices.switch(DEADLINE, lines, t("latencies.deadline"))
        widths = {code: t(f"latencies.cohort_{code}") for code in COHORTS}
        cohort = page_choices.switch(COHORT, widths, t("latencies.cohort"))
    return COHORTS[cohort], DEADLINES[deadline]


def choose_moment() -> None:
    """Draw the way to the figures as known at an earlier moment; on a fixed link there is one already."""
    if filter_bar.current().pin is not None:
        return
    yesterday = datetime.now(WIB) - timedelta(days=1)
    day, hour = (f"posko.known.{part}.{current()}" for part in ("day", "hour"))
    with st.popover(t("hindsights.known_before"), icon=":material/history:"):
        st.caption(t("hindsights.known_help"))
        st.date_input(t("hindsights.known_day"), yesterday.date(), max_value="today", format="DD/MM/YYYY", key=day)
        st.time_input(t("hindsights.known_hour"), time(yesterday.hour), step=timedelta(minutes=15), key=hour)
        st.button(t("hindsights.known_show"), on_click=_known, args=(day, hour), type="primary")


def _known(day_key: str, hour_key: str) -> None:
    moment = moments.latest()
    if moment is None:
        return
    day: date = st.session_state[day_key]
    at = datetime.combine(day, st.session_state[hour_key], WIB).astimezone(UTC)
    filter_bar.pin(min(at, moment.now.replace(microsecond=0)), moment.resolve(filter_bar.current()))


def clock_words(code: str) -> str:
    """Return the name of a clock in the running language."""
    return CLOCKS[code][LANGUAGES.index(current())]
