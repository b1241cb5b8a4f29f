"""The naive form that a question is measured against gives the same answer, and has no help."""

import re
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError

from data.engine import is_postgres, reader, snapshot, transaction
from data.rollups.declarations import CONTENT
from queries import benchmarks, durations
from queries.benchmark_exactness import exactness
from queries.benchmark_pages import pages
from queries.benchmark_questions import PAGES, QUESTIONS, SINGLES, TO_THE_BUCKET
from queries.benchmarks import same
from queries.cubes import Asked
from queries.dimensions import ids
from tests.queries import factories
from tests.queries.factories import NOW, ago, asked


@pytest.fixture
def scattered(connection: Connection) -> Connection:
    chance, batch = np.random.default_rng(3), factories.Batch()
    for _ in range(200):
        found = ago(seconds=int(chance.integers(0, 9 * 86_400)))
        claim = factories.issue(batch, found, theme_id=int(chance.integers(0, 3)))
        where = {"service_id": int(chance.integers(0, 12)), "theme_id": int(chance.integers(0, 3))}
        factories.content(batch, found, issue_id=claim, technique_id=int(chance.integers(0, 3)), **where)
        outcome = int(chance.integers(0, 4))
        acted = found + timedelta(minutes=int(chance.integers(1, 90))) if outcome else None
        factories.request(batch, found, outcome_id=outcome, actioned_at=acted, **where)
    batch.write(connection)
    return connection


EXACT = {name: question for name, question in QUESTIONS.items() if name not in TO_THE_BUCKET}


@pytest.mark.parametrize("window", ["6h", "7d"])
def test_every_question_answers_the_same_without_help(scattered: Connection, window: str) -> None:
    filters = asked(window=window)
    for name, question in EXACT.items():
        ours = question(scattered, filters)
        with benchmarks.without_help(scattered):
            naive = question(scattered, filters)
        assert same(ours, naive), name


def test_same_answers_are_told_from_others() -> None:
    one = pd.DataFrame({"n": [1, 2], "age_seconds": [5.0, 6.0]})
    assert same(one, one.assign(age_seconds=7.0))
    assert not same(one, one.assign(n=[1, 3]))
    assert not same(one, one.rename(columns={"n": "m"}))
    nothing = pd.DataFrame({"service": ["a", "b"], "n_open": [0, 2]})
    assert same(nothing, nothing[1:])
    assert not same(nothing, nothing[:1])
    assert same([(1, 2)], [(1, 2)])
    assert not same([(1, 2)], [(1, 3)])


def test_the_naive_form_scans_the_facts_and_help_comes_back(scattered: Connection) -> None:
    plans: list[str] = []

    def explain(_: object, cursor: Any, statement: str, parameters: Any, *__: object) -> None:
        if "content" in statement and not statement.startswith("EXPLAIN"):
            word = "EXPLAIN" if is_postgres(scattered) else "EXPLAIN QUERY PLAN"
            plans.append(str(cursor.execute(f"{word} {statement}", parameters).fetchall()))

    question = QUESTIONS["contents.funnel"]
    ids(scattered)
    with benchmarks.without_help(scattered):
        event.listen(scattered, "before_cursor_execute", explain)
        question(scattered, asked())
        event.remove(scattered, "before_cursor_execute", explain)
    assert plans
    assert all("SCAN content" in plan or "Seq Scan on content" in plan for plan in plans)
    assert not any("Index" in plan or "INDEX" in plan for plan in plans)
    assert Asked(CONTENT, asked(), ids(scattered)).held()


NARROWED_BY_SUMS = {"takedowns.now_open", "issues.top", "issues.spread", "issues.rising"}
"""Questions that ask sums where to look: for the oldest, for the issues with most content."""


@pytest.mark.parametrize("name", sorted(QUESTIONS.keys() - NARROWED_BY_SUMS))
def test_no_question_reads_a_sum_without_help(
    scattered: Connection, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(durations, "FEW_REQUESTS", 0)
    asked_for: list[str] = []
    ids(scattered)
    with benchmarks.without_help(scattered):
        event.listen(scattered, "before_cursor_execute", lambda _c, _cursor, statement, *_: asked_for.append(statement))
        QUESTIONS[name](scattered, asked())
    assert [words for words in asked_for if re.search(r"\bFROM rollup_", words)] == []


def test_each_question_of_the_pages_is_measured_in_turns(engine: Engine) -> None:
    with transaction(engine) as connection:
        factories.content(connection, ago(hours=1))
        factories.request(connection, ago(hours=1))
    assert benchmarks.size(engine) == (1, ago(hours=1))
    measured = list(benchmarks.measure(engine, "6h", NOW, rounds=2))
    assert [one.question for one in measured] == list(QUESTIONS)
    assert {one.question for one in measured if one.is_same is None} == TO_THE_BUCKET
    assert all(one.is_same for one in measured if one.is_same is not None)
    for one in measured:
        assert one.naive is not None
        assert (len(one.ours.cpu), len(one.naive.cpu)) == (10, 2)
        assert 0 < one.ours.wall_ms <= one.ours.wall_p95_ms


def test_a_page_is_measured_as_it_is_asked(engine: Engine) -> None:
    with transaction(engine) as connection:
        factories.content(connection, ago(hours=1))
    measured = dict(pages(engine, "6h", NOW, rounds=1))
    assert list(measured) == list(PAGES)
    assert {len(cost.cpu) for cost in measured.values()} == {5}
    assert all(cost.cpu_ms > 0 for cost in measured.values())


def test_single_questions_are_measured_beside_their_naive_form(engine: Engine) -> None:
    with transaction(engine) as connection:
        factories.content(connection, ago(hours=1))
        factories.request(connection, ago(hours=1), outcome_id=1, actioned_at=ago(minutes=40))
    measured = list(benchmarks.singles(engine, NOW, rounds=1))
    assert [one.question for one in measured] == [single.name for single in SINGLES]
    assert all(one.naive is not None for one in measured)
    sorted_there = [one for one in measured if one.percentiles is not None]
    assert len(sorted_there) == (3 if is_postgres(engine) else 0)


def test_from_a_million_requests_on_the_naive_form_runs_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction(engine) as connection:
        factories.request(connection, ago(hours=1))
    monkeypatch.setattr(benchmarks, "ONCE_FROM", 1)
    for one in benchmarks.singles(engine, NOW, rounds=3):
        assert one.naive is not None
        assert (len(one.ours.wall), len(one.naive.wall)) == (15, 1)


def test_exactness_compares_the_histogram_with_the_seconds(scattered: Connection) -> None:
    chance, batch = np.random.default_rng(4), factories.Batch()
    for _ in range(600):
        sent = ago(seconds=int(chance.integers(86_400, 6 * 86_400)))
        acted = sent + timedelta(seconds=int(chance.integers(60, 20_000)))
        factories.request(batch, sent, service_id=7, outcome_id=1, actioned_at=acted)
    batch.write(scattered)
    scattered.commit()
    found = exactness(scattered.engine, asked(window="7d"))
    assert (found.n_quantiles, found.miscounted) == (3, 0)
    assert 0 <= found.largest_error <= 0.01


def test_the_size_of_the_sums_is_told(scattered: Connection) -> None:
    told = benchmarks.rollup_bytes(scattered)
    assert told is None or told >= 4_096


def test_a_naive_form_that_takes_too_long_is_stopped_and_the_rest_is_measured(
    engine: Engine, database_url: str
) -> None:
    assert engine is not None
    reading, cost = reader(database_url, query_seconds=0.3), benchmarks.Cost()
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 9e9) SELECT count(*) FROM n"
    with snapshot(reading) as connection:
        slow, quick = (partial(connection.execute, text(words)) for words in (endless, "SELECT 1"))
        assert benchmarks._without_help(connection, slow, cost) is None
        assert (cost.is_stopped, len(cost.wall)) == (True, 1)
        assert cost.wall[0] >= 290
        assert benchmarks._without_help(connection, quick, benchmarks.Cost()) is not None
        with pytest.raises(DBAPIError):
            benchmarks._without_help(connection, partial(connection.execute, text("SELECT no_such")), cost)
    reading.dispose()
