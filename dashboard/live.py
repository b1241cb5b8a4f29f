"""What a page is made of: live fragments, panels that fail alone, finished artefacts.

    live("isu.trend", {"trend": contents.over_time}, draw, topics=("content",))

draws `draw(answers)` now and again whenever a version of its topics arrives, and only that part of the page.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TypeVar

import pandas as pd
import streamlit as st

from dashboard import door, filter_bar, formats, journal, language
from dashboard.door import Answer, Answers, Question
from dashboard.hub import EVERYTHING, hub
from dashboard.kept import Kept
from dashboard.language import t

T = TypeVar("T")

ARTEFACTS = 400
"""Finished tables kept for all viewers; each is a small Arrow table or text."""

REGISTER = "posko.live"
"""Session key: live fragments of the page on the screen and their topics."""

_told: ContextVar[set[Hashable]] = ContextVar("told")
"""Answers of the running fragment whose panels say by themselves what is wrong with them."""

_artefacts: Kept[Hashable, object] = Kept(ARTEFACTS)


def live(
    key: str,
    questions: Mapping[str, Question],
    draw: Callable[[Answers], None],
    topics: Iterable[str] = (EVERYTHING,),
) -> None:
    """Draw the answers to the questions, and draw them anew when a version of one of the topics arrives.

    `key` is unique on the page. Questions are named functions of (connection, filters), or partials of them. On a fixed
    link no version draws anything anew: its figures do not move, and what was known then is dear to ask.
    """
    choice, spoken = filter_bar.current(), language.current()
    register(key, () if choice.pin else topics)

    def body() -> None:
        language.use(spoken)
        _told.set(set())
        found = door.answers(key, questions, choice)
        draw(found)
        _tell_the_rest(found)

    st.fragment(body, key=key)()


def _tell_the_rest(found: Answers) -> None:
    """Say that something is missing where no panel has said so: a comparison, a small curve, a mark in a chart."""
    if not hub.health.is_good:
        return
    for answer in found.values():
        if answer.error_id is not None and answer.key not in _told.get():
            _sorry("partly", answer.error_id)
            return


def register(key: str, topics: Iterable[str]) -> None:
    """Note that a fragment of this page wants to run when one of these topics changes."""
    st.session_state.setdefault(REGISTER, {})[key] = frozenset(topics)


def concerned(topics: Iterable[str]) -> list[str]:
    """Return the keys of the fragments on the screen that these topics concern."""
    changed = set(topics)
    registered: Mapping[str, frozenset[str]] = st.session_state.get(REGISTER, {})
    return [
        key for key, wanted in registered.items() if EVERYTHING in wanted or EVERYTHING in changed or wanted & changed
    ]


def panel(
    title: str | None,
    answer: Answer,
    draw: Callable[[pd.DataFrame], None],
    *,
    note: str | None = None,
    empty: str | None = None,
    explanation: str | None = None,
    border: bool = True,
) -> None:
    """Draw one answer in its own box: a fault stays inside it, an old value says so, nothing says why.

    `empty` is the sentence for no rows (None: `draw` gets the empty frame), `explanation` the help behind the title.
    """
    _told.get(set()).add(answer.key)
    with st.container(border=border):
        if title:
            st.markdown(f"**{title}**", help=explanation)
        if note:
            st.caption(note)
        _mark(answer)
        if answer.frame is None:
            _sorry(answer.problem or "never", answer.error_id)
        elif answer.frame.empty and empty is not None:
            st.caption(f":material/inbox: {empty}")
        else:
            _guarded(draw, answer.frame)


def _guarded(draw: Callable[[pd.DataFrame], None], frame: pd.DataFrame) -> None:
    """Draw; on an error say so below what was drawn. (A placeholder that is emptied first would flicker each tick.)"""
    try:
        draw(frame)
    except Exception as error:  # noqa: BLE001  the boundary of a panel: it is logged, and the others go on
        _sorry("broken", journal.failure("panel", error))


def _mark(answer: Answer) -> None:
    """Say that a value is an earlier one, and of when."""
    if answer.state == "last_good":
        at = _when(answer.as_of)
        st.badge(t("shell.last_good", at=at), icon=":material/history:", color="orange")


def _when(at: datetime | None) -> str:
    """Return the WIB clock of a moment of today, the day besides of an earlier one: a badge is short."""
    is_today = at is not None and formats.local(at).date() == formats.local(datetime.now(UTC)).date()
    words = formats.clock if is_today else formats.moment
    return f"{words(at, language.current())}{f'{formats.GLUE}WIB' if is_today else ''}"


def _sorry(problem: str, error_id: str | None) -> None:
    text = t(f"shell.short_{problem}")
    st.caption(f":material/error: {text}" + (f" · {t('shell.error_id', id=error_id)}" if error_id else ""))


def artefact(answer: Answer, name: str, build: Callable[[pd.DataFrame], T]) -> T:
    """Return `build(answer.frame)`, made once per answer and language for all viewers; do not change it."""
    frame = answer.frame
    if frame is None:
        raise ValueError("an answer without a frame has no artefact")
    key = (answer.key, answer.version, name, language.current())
    return _artefacts.get_or_make(key, lambda: build(frame))  # type: ignore[return-value]
