"""The one door: asked once a version, one moment for all, each failure alone, the last good value kept."""

import json
import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, func, select

from dashboard import door
from dashboard.door import answers
from dashboard.hub import hub
from data.engine import writer
from data.errors import DatabaseBusy, QueryTooSlow
from data.tables import feed
from queries.filters import Choice, Filters
from tests.dashboard.conftest import Counting, bump, eventually

CALLS: list[str] = []


@pytest.fixture(autouse=True)
def no_calls() -> None:
    CALLS.clear()


def sequence(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row: the sum of all sequence numbers."""
    CALLS.append("sequence")
    return pd.DataFrame({"n": [int(connection.execute(select(func.sum(feed.c.seq))).scalar_one())]})


def sequence_again(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row: the same sum, asked by another panel."""
    return sequence(connection, filters)


def broken(connection: Connection, filters: Filters) -> pd.DataFrame:
    """A question with a mistake in it."""
    CALLS.append("broken")
    raise KeyError("column")


def slow(connection: Connection, filters: Filters) -> pd.DataFrame:
    """A question that ran into its time limit."""
    CALLS.append("slow")
    raise QueryTooSlow


def busy_once(connection: Connection, filters: Filters) -> pd.DataFrame:
    """A question that finds the database busy the first time."""
    CALLS.append("busy")
    if CALLS.count("busy") == 1:
        raise DatabaseBusy
    return sequence(connection, filters)


def writes_between(connection: Connection, filters: Filters, address: str) -> pd.DataFrame:
    """A question during which another process commits."""
    frame = sequence(connection, filters)
    other = writer(address)
    bump(other)
    other.dispose()
    return frame


def n(answer: door.Answer) -> int:
    assert answer.frame is not None
    return int(answer.frame["n"].iloc[0])


def test_a_second_viewer_sends_no_statement(app_engine: Engine, statements: Counting) -> None:
    with statements() as first:
        one = answers("page", {"n": sequence}, Choice())["n"]
    with statements() as second:
        two = answers("page", {"n": sequence}, Choice())["n"]
    assert first != []
    assert second == []
    assert one.state == two.state == "fresh"
    assert n(one) == n(two)


def test_fifty_viewers_at_once_ask_once(app_engine: Engine) -> None:
    together = threading.Barrier(50)

    def view() -> None:
        together.wait(20)
        answers("page", {"n": sequence}, Choice())

    threads = [threading.Thread(target=view) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert CALLS == ["sequence"]


def test_a_new_version_is_asked_anew_and_other_filters_apart(app_engine: Engine) -> None:
    before = n(answers("page", {"n": sequence}, Choice())["n"])
    shown = hub.version
    bump(app_engine)
    wait_for_version_after(shown)
    assert n(answers("page", {"n": sequence}, Choice())["n"]) == before + 1
    answers("page", {"n": sequence}, Choice(window="7d"))
    assert CALLS == ["sequence"] * 3


def test_all_panels_of_one_page_see_one_moment(app_engine: Engine, database_url: str) -> None:
    first = partial(writes_between, address=database_url)
    found = answers("page", {"first": first, "second": sequence_again}, Choice())
    assert n(found["first"]) == n(found["second"])


@pytest.mark.parametrize(("question", "problem"), [(broken, "broken"), (slow, "slow")])
def test_one_failing_question_leaves_the_others_alone(
    app_engine: Engine, question: door.Question, problem: str, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("posko").propagate = True
    found = answers("page", {"bad": question, "good": sequence}, Choice())
    assert (found["bad"].state, found["bad"].problem, found["bad"].frame) == ("failed", problem, None)
    assert found["good"].state == "fresh"
    told = [json.loads(record.getMessage()) for record in caplog.records if record.name == "posko"]
    assert {line["page"] for line in told if line["what"] == "question"} == {"page"}
    assert found["bad"].error_id in {line.get("id") for line in told}


def test_a_question_that_failed_rests_before_it_is_asked_again(
    app_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        answers("page", {"bad": slow}, Choice())
    assert CALLS == ["slow"]
    door.forget()
    monkeypatch.setattr(door, "REST_SECONDS", 0.0)
    for _ in range(2):
        answers("page", {"bad": slow}, Choice())
    assert CALLS == ["slow"] * 3


def test_a_passing_fault_is_tried_once_more(app_engine: Engine) -> None:
    assert answers("page", {"n": busy_once}, Choice())["n"].state == "fresh"
    assert CALLS == ["busy", "busy", "sequence"]


def test_without_the_database_the_last_good_answer_stays_with_its_time(
    app_engine: Engine, lose: Callable[[], None]
) -> None:
    good = answers("page", {"n": sequence}, Choice())["n"]
    lose()
    kept = answers("page", {"n": sequence, "other": sequence_again}, Choice())
    assert (kept["n"].state, kept["n"].problem, kept["n"].as_of) == ("last_good", "unreachable", good.as_of)
    assert n(kept["n"]) == n(good)
    assert (kept["other"].state, kept["other"].frame) == ("never", None)


def test_before_any_moment_every_answer_says_never(point_at: Any) -> None:
    point_at("")
    hub.set_problem("unset")
    found = answers("page", {"n": sequence}, Choice())
    assert (found["n"].state, found["n"].problem, found.filters, found.moment) == ("never", "unset", None, None)


def test_what_one_screen_changes_in_a_frame_no_other_sees(app_engine: Engine) -> None:
    one = answers("page", {"n": sequence}, Choice())["n"]
    assert one.frame is not None
    was = n(one)
    one.frame["n"] = -1
    assert n(answers("page", {"n": sequence}, Choice())["n"]) == was


def test_a_question_without_a_name_of_its_own_is_refused() -> None:
    captured = 1

    def closure(connection: Connection, filters: Filters) -> pd.DataFrame:
        return pd.DataFrame({"n": [captured]})

    with pytest.raises(ValueError, match="named function"):
        door.identity(closure)
    with pytest.raises(ValueError, match="named function"):
        door.identity(lambda connection, filters: pd.DataFrame())
    assert door.identity(partial(writes_between, address="a")) != door.identity(partial(writes_between, address="b"))


def wait_for_version_after(shown: str) -> None:
    """Wait until the watcher has seen a change."""
    assert eventually(lambda: hub.version != shown)
