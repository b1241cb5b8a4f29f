"""What a trigger of the status bar re-runs, and how a page that the push did not reach catches up."""

from types import SimpleNamespace
from typing import Any

import pytest

from dashboard import live, push
from dashboard.hub import EVERYTHING, STATE, hub


class Rerun(Exception):
    """What Streamlit does when a script asks for another run."""


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The state of one visitor, on a page with three live fragments."""
    state: dict[str, Any] = {
        live.REGISTER: {
            push.STATUS: frozenset({EVERYTHING}),
            "figures": frozenset({"content", "request"}),
            "reach": frozenset({"campaign"}),
        }
    }

    def rerun(scope: object = "app") -> None:
        raise Rerun(scope)

    monkeypatch.setattr(push.st, "session_state", state)
    monkeypatch.setattr(push.st, "rerun", rerun)
    return state


def told(session: dict[str, Any], value: object) -> object:
    """Return what is re-run when the browser tells this."""
    session[push.KEY] = SimpleNamespace(version=value)
    with pytest.raises(Rerun) as asked:
        push._on_version()
    return asked.value.args[0]


@pytest.mark.parametrize(
    ("topics", "keys"),
    [
        (["content"], [push.STATUS, "figures"]),
        (["campaign", "request"], [push.STATUS, "figures", "reach"]),
        (["qos"], [push.STATUS]),
        ([EVERYTHING], [push.STATUS, "figures", "reach"]),
    ],
)
def test_only_the_fragments_of_the_topics_run(session: dict[str, Any], topics: list[str], keys: list[str]) -> None:
    assert told(session, {"v": "a-1", "t": topics}) == keys
    assert session[push.DRAWN] == hub.version


def test_a_change_of_the_connection_runs_the_whole_page(session: dict[str, Any]) -> None:
    assert told(session, {"v": "a-1", "t": [EVERYTHING, STATE]}) == "app"


def test_a_page_that_ended_in_an_error_is_tried_again_but_not_at_once(session: dict[str, Any]) -> None:
    push.start_run()
    session[live.REGISTER] = {push.STATUS: frozenset({EVERYTHING})}
    assert told(session, {"v": "a-1", "t": ["content"]}) == [push.STATUS]
    session[push.UNFINISHED] -= push.BROKEN_SECONDS + 1
    assert told(session, {"v": "a-2", "t": ["content"]}) == "app"
    push.end_run()
    assert told(session, {"v": "a-3", "t": ["content"]}) == [push.STATUS]


@pytest.mark.parametrize("value", [None, {}, {"t": [1, None, {}]}, {"v": "a-1"}, {"t": 5}, "content", 7])
def test_nonsense_from_a_browser_runs_the_status_bar_alone(session: dict[str, Any], value: object) -> None:
    assert told(session, value) == [push.STATUS]


def test_a_page_out_of_date_for_long_runs_as_a_whole(session: dict[str, Any]) -> None:
    session[push.DRAWN] = hub.version
    push._catch_up()
    session[push.DRAWN] = "of another start-1"
    with pytest.raises(Rerun):
        push._catch_up()
