"""The filter bar: what the operator chose lives in the URL, and this is the one module that touches its state.

Streamlit can bind a widget to the URL by itself, but writes the *label* it shows; a link would then hold only in the
language it was made in. Here the URL carries codes (`queries.filters.Choice`), and the widgets follow the URL.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import streamlit as st

from dashboard import language, settings
from dashboard.language import t
from dashboard.moments import Moment
from queries import links, windows
from queries.filters import UNLOCATED, Choice, Filters
from queries.links import Note

LANGUAGE = "bahasa"
"""The parameter of the language in a link."""

DAYS = "custom"
"""The window whose first and last day the operator picks."""

CHOICE = "posko.choice"
SHOWN = "posko.shown"
LANGUAGE_SWITCH = "posko.language"
"""Session keys: the running choice, the one the widgets were last set from, and the switch of the language."""

CLOCK_PIXELS = 420
"""Width of the switch of the clock: its longest name."""

FIELDS = (("services", "service"), ("provinces", "province"), ("themes", "theme"), ("sources", "source"))
"""Field of the choice and the dimension its codes come from."""


def current() -> Choice:
    """Return what the operator chose; the defaults before the shell has read the URL."""
    chosen: Choice = st.session_state.get(CHOICE) or Choice()
    return chosen


def spoken() -> str:
    """Return the language the URL asks for, else the one of the settings."""
    asked = st.query_params.get(LANGUAGE, "")
    return asked if asked in language.LANGUAGES else settings.current().language


def read(moment: Moment | None) -> list[Note]:
    """Take the choice from the URL for this run and return notes on what in it could not be used."""
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    chosen, notes = Choice.from_query(query, _known(moment) if moment else None)
    st.session_state[CHOICE] = chosen
    return notes


def query(chosen: Choice | None = None, changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the parameters of a link with these filters and the running language, then the changes."""
    tongue = language.current()
    spoken_query = {} if tongue == settings.current().language else {LANGUAGE: tongue}
    return (chosen or current()).to_query() | spoken_query | dict(changes or {})


def others() -> dict[str, str]:
    """Return the parameters of the address that are no filters: what the page itself lets choose."""
    known = {*links.PARAMETERS, LANGUAGE}
    return {name: st.query_params[name] for name in st.query_params if name not in known}


def draw(moment: Moment) -> None:
    """Draw the widgets of the filter bar, set to the running choice."""
    options = _options(moment)
    _follow(options)
    if current().pin is None:
        _select("period", t("shell.period"), options["period"])
        if not current().period:
            _select("window", t("shell.window"), options["window"])
        if current().window == DAYS and not current().period:
            _pick_days(moment)
    for field, dimension in FIELDS:
        _multiselect(field, t(f"shell.{dimension}"), options[field])


def draw_clock(options: Mapping[str, str], label: str, explanation: str) -> None:
    """Draw the switch of the clock of latencies (code -> name), set to the running choice, as a page of them wants."""
    key = _key("clock")
    st.session_state[key] = current().clock
    st.selectbox(
        label,
        list(options),
        format_func=_labels(options),
        key=key,
        on_change=_clock_chosen,
        help=explanation,
        width=CLOCK_PIXELS,
    )


def draw_language() -> None:
    """Draw the switch to the other language, named in that language."""
    other = "id" if language.current() == "en" else "en"
    names = {"id": "Indonesia", "en": "English"}
    st.button(
        names[other], key=LANGUAGE_SWITCH, on_click=_speak, args=(other,), type="tertiary", icon=":material/translate:"
    )


def pin(as_of: datetime, filters: Filters) -> None:
    """Turn to the fixed link that these filters would have given at an earlier moment (aware UTC, whole seconds)."""
    language.use(spoken())
    since = as_of - (min(filters.until, filters.as_of) - filters.since)
    _write(replace(current(), pin=(since, as_of, as_of), window=DAYS, period=""))


def unpin() -> None:
    """Leave a fixed link: the same filters, live."""
    language.use(spoken())
    _write(replace(current(), pin=None, window=windows.DEFAULT_WINDOW))


def _known(moment: Moment) -> Mapping[str, set[str]]:
    names = moment.names
    return {
        links.SERVICES: set(names.get("service", ())),
        links.PROVINCES: {*names.get("province", ()), UNLOCATED},
        links.THEMES: set(names.get("theme", ())),
        links.SOURCES: set(names.get("source", ())),
        links.PERIOD: {period.code for period in moment.periods},
    }


def _options(moment: Moment) -> dict[str, dict[str, str]]:
    """Return field -> code -> label in the running language."""
    place = language.LANGUAGES.index(language.current())
    options = {field: {c: n[place] for c, n in moment.names.get(d, {}).items()} for field, d in FIELDS}
    options["provinces"][UNLOCATED] = t("shell.unlocated")
    options["period"] = {"": t("shell.period_none")} | {
        period.code: (period.label_id, period.label_en)[place] for period in moment.periods
    }
    options["window"] = {code: (w.label_id, w.label_en)[place] for code, w in windows.WINDOWS.items()}
    options["window"][DAYS] = t("shell.window_days")
    return options


def _key(field: str) -> str:
    return f"posko.filter.{field}.{language.current()}"


def _follow(options: Mapping[str, Mapping[str, str]]) -> None:
    """Set every widget from the choice, unless it is the widgets that made it."""
    chosen = current()
    shown = st.session_state.get(SHOWN) == (chosen, language.current())
    for field, known in options.items():
        if shown and _key(field) in st.session_state:
            continue
        value = getattr(chosen, field)
        st.session_state[_key(field)] = value if isinstance(value, str) else [code for code in value if code in known]
    st.session_state[SHOWN] = (chosen, language.current())


def _select(field: str, label: str, options: Mapping[str, str]) -> None:
    st.selectbox(label, list(options), format_func=_labels(options), key=_key(field), on_change=_chosen, args=(field,))


def _multiselect(field: str, label: str, options: Mapping[str, str]) -> None:
    st.multiselect(
        label,
        list(options),
        format_func=_labels(options),
        key=_key(field),
        on_change=_chosen,
        args=(field,),
        placeholder=t("shell.all"),
    )


def _labels(options: Mapping[str, str]) -> Callable[[Any], str]:
    return lambda code: options.get(code, code)


def _pick_days(moment: Moment) -> None:
    chosen = current()
    today = moment.now.astimezone(windows.WIB).date()
    key = _key("days")
    st.session_state[key] = (chosen.first_day or today - timedelta(days=6), chosen.last_day or today)
    st.date_input(
        t("shell.days"),
        key=key,
        max_value=today,
        format="DD/MM/YYYY",
        on_change=_days_chosen,
        help=t("shell.days_help"),
    )


def _chosen(field: str) -> None:
    """Put what a widget says into the choice and the URL."""
    language.use(spoken())
    value = st.session_state[_key(field)]
    if field == "window" and value == DAYS:
        today = datetime.now(windows.WIB).date()
        _write(replace(current(), window=DAYS, period="", first_day=today - timedelta(days=6), last_day=today))
    elif field == "window":
        _write(replace(current(), window=value, first_day=None, last_day=None))
    elif field == "period":
        _write(replace(current(), period=value, window=windows.DEFAULT_WINDOW, first_day=None, last_day=None))
    else:
        lists: dict[str, Any] = {field: tuple(sorted(value))}
        _write(replace(current(), **lists))


def _days_chosen() -> None:
    language.use(spoken())
    picked = st.session_state[_key("days")]
    if len(picked) == 2:
        _write(replace(current(), first_day=picked[0], last_day=picked[1]))


def _clock_chosen() -> None:
    language.use(spoken())
    _write(replace(current(), clock=st.session_state[_key("clock")]))


def _speak(chosen: str) -> None:
    language.use(chosen)
    _write(current())


def _write(chosen: Choice) -> None:
    """Make the URL say this choice; what the widgets show already is not set again."""
    st.query_params.from_dict(query(chosen) | others())
    st.session_state[CHOICE] = chosen
    st.session_state[SHOWN] = (chosen, language.current())
