"""posko bench: the whole table on a tiny season, and what it says when a target is missed."""

from collections.abc import Iterator, Sequence

import pytest

from dashboard.command_line import bench
from dashboard.command_line.exits import Exit
from data.errors import QueryTooSlow
from queries import benchmark_exactness, benchmark_targets
from queries.benchmark_questions import PAGES, QUESTIONS, SINGLES
from queries.benchmark_targets import Benched, Figure, Target
from tests.dashboard.test_command_line import posko


def _requests(_: Sequence[Benched], database: Benched) -> Iterator[Figure]:
    yield Figure("requests", database.requests)


def test_a_missed_target_is_named_and_ends_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    impossible = Target("fewer requests than there are", _requests, 1, 1, "requests", "this test")
    unsaid = Target("at another size", _requests, 1, 1, "requests", "this test", from_requests=1_000_000)
    monkeypatch.setattr(benchmark_targets, "TARGETS", (*benchmark_targets.TARGETS, impossible, unsaid))
    answer = posko("bench", "--requests", 1_000, "--rounds", 1, "--window", "24h")
    assert answer.exit_code == Exit.NOT_RIGHT
    assert "fewer requests than there are" in answer.stdout
    assert "at another size" not in answer.stdout
    assert "1 targets missed" in answer.stdout
    assert all(name in answer.stdout for name in (*QUESTIONS, *(single.name for single in SINGLES)))
    assert all(f"all of {page}" in answer.stdout for page in PAGES)
    assert "0 requests miscounted" in answer.stdout
    assert "…" not in answer.stdout
    assert bench.NOT_BUILT in answer.stdout


def test_an_unknown_window_is_refused() -> None:
    answer = posko("bench", "--window", "kemarin")
    assert answer.exit_code == Exit.MISUSE
    assert "kemarin" in answer.stderr


def test_facts_too_many_to_compare_with_are_said_and_end_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_slow(*_: object) -> None:
        raise QueryTooSlow

    monkeypatch.setattr(benchmark_exactness, "exactness", too_slow)
    monkeypatch.setattr(benchmark_targets, "TARGETS", ())
    answer = posko("bench", "--requests", 1_000, "--rounds", 1, "--window", "24h")
    assert answer.exit_code == Exit.DONE
    assert "24h: not compared with the facts" in answer.stderr
