"""A whole database is proved by two processes that read one moment; what becomes of the second changes no answer."""

import os
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, update

from data import tables
from data.engine import transaction
from data.recording import bulk
from data.rollups import integrity, proof, recount
from data.rollups.proof import Proof
from tests.data.test_recording_bulk import contents, requests


@pytest.fixture
def wrong(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Give a database with two wrong sums and a request without content, large enough for two processes."""
    monkeypatch.setattr(proof, "SMALL_ROWS", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    bulk.load(engine, [("content", contents(0, 50)), ("takedown_request", requests(0, 50))])
    with transaction(engine) as connection:
        connection.execute(delete(tables.content).where(tables.content.c.natural_key == "k7"))
        for table in (tables.rollup_content, tables.rollup_removal):
            connection.execute(update(table).where(table.c.cube == 1, table.c.service_id == 1).values(n_removed=77))
    return engine


def expected(engine: Engine) -> Proof:
    with transaction(engine) as connection:
        return Proof(recount.verify(connection), integrity.check(connection))


def test_two_processes_find_what_one_finds(wrong: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first leaves all work to the second here."""
    wanted, done = expected(wrong), proof._done
    mine: list[int] = []

    def noted(connection: Connection, number: int) -> list[Any]:
        mine.append(number)
        return done(connection, number)

    monkeypatch.setattr(proof, "_done", noted)
    monkeypatch.setattr(proof, "_work", lambda _connection, _taken: {})
    found = proof.prove(wrong)
    assert found == wanted
    assert {each.table for each in found.differences} == {"rollup_content", "rollup_removal"}
    assert [each.name for each in found.findings] == ["request_without_content"]
    assert mine == []


def test_what_a_second_process_that_died_had_taken_is_done_by_the_first(
    wrong: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, seconds = proof._work, []

    class Dying(proof._Second):
        def tell(self, word: str, moment: str | None = None) -> None:
            seconds.append(self)
            self.process.kill()
            self.process.join()
            super().tell(word, moment)

    def worked(connection: Connection, taken: Any) -> proof.Found:
        assert proof._next(taken) == 0  # as if the other had taken it
        return work(connection, taken)

    monkeypatch.setattr(proof, "_Second", Dying)
    monkeypatch.setattr(proof, "_work", worked)
    assert proof.prove(wrong) == expected(wrong)
    assert not any(second.process.is_alive() for second in seconds)


def test_the_first_goes_alone_when_the_two_never_read_one_moment(
    wrong: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "TRIES", 0)
    assert proof.prove(wrong) == expected(wrong)


def test_both_processes_begin_again_when_somebody_writes_between_them(
    wrong: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite; on PostgreSQL the second is given the first one's snapshot, whatever is written meanwhile."""
    told: list[str] = []
    tell = proof._Second.tell

    def tells(second: Any, word: str, moment: str | None = None) -> None:
        if len(told) < 2:
            with transaction(wrong) as connection:
                connection.execute(delete(tables.takedown_request).where(tables.takedown_request.c.service_id == 1))
                connection.execute(update(tables.rollup_request).values(n_open=len(told)))
        told.append(word)
        tell(second, word, moment)

    before = expected(wrong)
    monkeypatch.setattr(proof._Second, "tell", tells)
    found = proof.prove(wrong)
    if wrong.dialect.name == "sqlite":
        assert told == ["begin", "begin", "begin", "work"]
        assert found == expected(wrong) != before
    else:
        assert told == ["begin", "work"]
        assert found == before
