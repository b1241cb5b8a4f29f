"""Panels fail alone, say when a value is an earlier one, and why there is nothing."""

from collections.abc import Callable
from datetime import UTC, datetime

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import live
from dashboard.door import Answer
from tests.dashboard.drawn import PANELS

AT = datetime(2026, 11, 21, 0, 12, tzinfo=UTC)
ROWS = pd.DataFrame({"n": [5]})
GOOD = Answer(frame=ROWS, as_of=AT, state="fresh", key="q", version="a-1")


def drawn(*panels: tuple[Answer, Callable[[pd.DataFrame], None]], language: str = "id") -> AppTest:
    """Run a page of these panels."""
    PANELS.clear()
    PANELS.update({f"Panel {place}": panel for place, panel in enumerate(panels)})

    def script(language: str) -> None:
        from dashboard import language as words
        from dashboard.live import panel
        from tests.dashboard.drawn import PANELS

        words.use(language)
        for title, (answer, draw) in PANELS.items():
            panel(title, answer, draw, empty="Tidak ada temuan.")

    return AppTest.from_function(script, args=(language,), default_timeout=20).run()


def number(frame: pd.DataFrame) -> None:
    import streamlit as st

    st.metric("n", int(frame["n"].iloc[0]))


def mistake(frame: pd.DataFrame) -> None:
    import streamlit as st

    st.metric("half drawn", 1)
    raise KeyError(frame.columns[0])


def captions(app: AppTest) -> str:
    return "\n".join(caption.value for caption in app.caption)


def test_a_panel_that_raises_stays_alone_and_shows_only_an_id() -> None:
    app = drawn((GOOD, mistake), (GOOD, number))
    assert not app.exception
    assert [metric.label for metric in app.metric] == ["half drawn", "n"]
    assert "panel ini gagal digambar · kode " in captions(app)
    assert "KeyError" not in captions(app)


@pytest.mark.parametrize(
    ("language", "words"),
    [("id", "DATA BAIK TERAKHIR Sab 21 Nov 2026 07.12"), ("en", "LAST GOOD DATA Sat 21 Nov 2026 07:12")],
)
def test_an_earlier_value_says_of_when_it_is(language: str, words: str) -> None:
    old = Answer(frame=ROWS, as_of=AT, state="last_good", key="q", version="a-1", problem="unreachable")
    app = drawn((old, number), language=language)
    assert app.metric[0].value == "5"
    assert any(words in mark.value for mark in app.markdown)


def test_no_rows_say_why() -> None:
    app = drawn((Answer(frame=ROWS.iloc[:0], as_of=AT, state="fresh", key="q", version="a-1"), number))
    assert "Tidak ada temuan." in captions(app)
    assert not app.metric


@pytest.mark.parametrize(
    ("problem", "words"),
    [("slow", "terlalu lama, dihentikan · kode ab12"), ("unreachable", "basis data tidak terjangkau")],
)
def test_no_answer_says_why_and_gives_the_code(problem: str, words: str) -> None:
    app = drawn((Answer(state="failed", problem=problem, error_id="ab12"), number))
    assert words in captions(app)


def test_an_artefact_is_made_once_per_answer_and_language() -> None:
    made: list[str] = []

    def build(frame: pd.DataFrame) -> object:
        made.append("once")
        return object()

    first = live.artefact(GOOD, "test.table", build)
    assert live.artefact(GOOD, "test.table", build) is first
    live.language.use("en")
    assert live.artefact(GOOD, "test.table", build) is not first
    live.language.use("id")
    newer = Answer(frame=ROWS, as_of=AT, state="fresh", key="q", version="a-2")
    assert live.artefact(newer, "test.table", build) is not first
    assert len(made) == 3
