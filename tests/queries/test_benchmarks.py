"""The naive form that a question is measured against gives the same answer, and has no help."""

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, event

from data.engine import is_postgres, transaction
from data.rollups.declarations import CONTENT
from queries import benchmarks
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


AGES = ("age_seconds", "fact_age_seconds")


@pytest.mark.parametrize("window", ["6h", "7d"])
def test_every_question_answers_the_same_without_help(scattered: Connection, window: str) -> None:
    filters = asked(window=window)
    for name, question in benchmarks.QUESTIONS.items():
        ours = question(scattered, filters)
        with benchmarks.without_help(scattered):
            naive = question(scattered, filters)
        columns = [column for column in ours if column not in AGES]
        pd.testing.assert_frame_equal(ours[columns], naive[columns], obj=name)


def test_the_naive_form_scans_the_facts_and_help_comes_back(scattered: Connection) -> None:
    plans: list[str] = []

    def explain(_: object, cursor: Any, statement: str, parameters: Any, *__: object) -> None:
        if "content" in statement and not statement.startswith("EXPLAIN"):
            word = "EXPLAIN" if is_postgres(scattered) else "EXPLAIN QUERY PLAN"
            plans.append(str(cursor.execute(f"{word} {statement}", parameters).fetchall()))

    question = benchmarks.QUESTIONS["contents.funnel"]
    with benchmarks.without_help(scattered):
        event.listen(scattered, "before_cursor_execute", explain)
        question(scattered, asked())
        event.remove(scattered, "before_cursor_execute", explain)
    assert plans
    assert all("SCAN content" in plan or "Seq Scan on content" in plan for plan in plans)
    assert not any("Index" in plan or "INDEX" in plan for plan in plans)
    assert Asked(CONTENT, asked(), ids(scattered)).held()


def test_each_question_of_the_pages_is_measured_in_turns(engine: Engine) -> None:
    with transaction(engine) as connection:
        factories.content(connection, ago(hours=1))
        factories.request(connection, ago(hours=1))
    assert benchmarks.size(engine) == (1, ago(hours=1))
    measured = list(benchmarks.measure(engine, "6h", NOW, rounds=2))
    assert [one.question for one in measured] == list(benchmarks.QUESTIONS)
    assert {name for names in benchmarks.PAGES.values() for name in names} <= set(benchmarks.QUESTIONS)
    for one in measured:
        assert one.naive is not None
        assert (len(one.ours.cpu), len(one.naive.cpu)) == (10, 2)
        assert 0 < one.ours.wall_ms <= one.ours.wall_p95_ms
