"""Histograms as bytes: what is folded into them, what waits, and that nobody reads one without the other."""

from datetime import timedelta
from threading import Thread

import numpy as np
import pytest
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.dialects import postgresql

from data import recording
from data.engine import snapshot, transaction
from data.errors import DatabaseFault
from data.rollups import folding, histograms, keeping, recount
from data.rollups.declarations import LATENCY, OPEN_REQUEST
from data.schema import Rollups
from data.tables import rollup_latency, rollup_latency_packed, rollup_open, takedown_request
from tests.data.recounts import assert_exact
from tests.queries.factories import NOW

HOUR = timedelta(hours=1)


def waiting(engine: Engine) -> list[int]:
    with snapshot(engine) as connection:
        counts = (select(func.count()).select_from(rollup.table).scalar_subquery() for rollup in folding.PACKED)
        return list(connection.execute(select(*counts)).one())


def requests(engine: Engine, n: int, *, ended: bool, first: int = 0) -> None:
    rows = [
        {"content_key": f"k{number}", "notified_at": NOW - HOUR * (1 + number % 700), "outcome_id": int(ended)}
        | ({"actioned_at": NOW - HOUR * (number % 700) - timedelta(seconds=number)} if ended else {})
        for number in range(first, first + n)
    ]
    found = [{"natural_key": row["content_key"], "service_id": number % 5} for number, row in enumerate(rows)]
    with transaction(engine) as connection:
        recording.contents(connection, "ais", found, now=NOW)
        assert not recording.takedown_requests(connection, "platform", rows, now=NOW).rejected


def test_what_waits_is_folded_when_it_is_much(
    engine: Engine, both_ways: Rollups, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "PENDING_ROWS", 60)
    requests(engine, 40, ended=False)
    assert waiting(engine) == [0, 40]
    requests(engine, 40, ended=False, first=40)
    assert waiting(engine) == [0, 0]
    requests(engine, 30, ended=True)
    assert waiting(engine) == [30, 30], "what has ended is taken from the bytes when they are folded next"
    with snapshot(engine) as connection:
        assert connection.execute(select(func.sum(rollup_open.c.n_requests))).scalar_one() == -30
        assert_exact(connection)
        assert recount.verify(connection) == []
    requests(engine, 61, ended=True, first=30)
    assert waiting(engine) == [0, 0]
    with snapshot(engine) as connection:
        assert_exact(connection)
        assert recount.verify(connection) == []


def test_few_rows_left_to_the_triggers_are_folded_as_well(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "PENDING_ROWS", 10)
    for first in range(12):
        requests(engine, 1, ended=True, first=first)
    assert waiting(engine) == [1, 0]
    with snapshot(engine) as connection:
        assert_exact(connection)


@pytest.mark.parametrize("name", ["stolen", "missing", "doubled"])
def test_spoiled_bytes_are_found(engine: Engine, name: str) -> None:
    requests(engine, 50, ended=True)
    with transaction(engine) as connection:
        keeping.take_gate(connection)
        folding.fold(connection, LATENCY)
    where = (rollup_latency_packed.c.cube == 3,)
    with transaction(engine) as connection:
        first = connection.execute(select(rollup_latency_packed.c.counts).where(*where)).scalars().first()
        assert first
        spoiled = {"stolen": first[:-8], "missing": b"", "doubled": first + first[-8:]}[name]
        key = rollup_latency_packed.c.counts == first
        connection.execute(update(rollup_latency_packed).where(*where, key).values(counts=spoiled))
    with snapshot(engine) as connection:
        found = recount.verify(connection)
        assert {(each.table, each.cube) for each in found} == {("rollup_latency", 3)}


def test_all_goes_where_the_facts_are_emptied(engine: Engine) -> None:
    requests(engine, 50, ended=True)
    with transaction(engine) as connection:
        keeping.take_gate(connection)
        folding.fold(connection, LATENCY)
    requests(engine, 30, ended=True, first=50)
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM takedown_request"))
    with snapshot(engine) as connection:
        assert_exact(connection)
        assert recount.verify(connection) == []
    if engine.dialect.name == "postgresql":
        requests(engine, 30, ended=True, first=90)
        with transaction(engine) as connection:
            connection.execute(text("TRUNCATE takedown_request"))
        with snapshot(engine) as connection:
            assert connection.execute(select(func.count()).select_from(rollup_latency_packed)).scalar_one() == 0
            assert connection.execute(select(func.count()).select_from(rollup_latency)).scalar_one() == 0


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_writer_without_the_gate_neither_loses_nor_stops_a_fold(engine: Engine) -> None:
    """It has changed waiting rows and not committed: those stay where they are until the next fold."""
    requests(engine, 50, ended=True)
    move = update(takedown_request).where(takedown_request.c.service_id == 2).values(outcome_id=3)
    with engine.connect() as other, other.begin() as theirs:
        other.execute(move)
        with transaction(engine) as connection:
            connection.execute(text("SET LOCAL statement_timeout = '5s'"))
            keeping.take_gate(connection)
            folding.fold(connection, LATENCY)
        theirs.commit()
    assert 10 <= waiting(engine)[0] <= 20
    with transaction(engine) as connection:
        assert_exact(connection)
        keeping.take_gate(connection)
        folding.fold(connection, LATENCY)
        assert_exact(connection)


def test_readers_see_every_request_once_while_it_is_folded(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "PENDING_ROWS", 15)
    sums, is_over = [], []

    def look() -> None:
        while not is_over:
            with snapshot(engine) as connection:
                n = connection.execute(select(func.count()).select_from(takedown_request)).scalar_one()
                cells = np.concatenate([np.empty((0, 6), dtype=np.int64), *folding.cells(connection, LATENCY)])
                sums.append((n, [int(cells[cells[:, 0] == cube.id, -1].sum()) for cube in LATENCY.cubes]))

    reader = Thread(target=look)
    reader.start()
    try:
        for first in range(0, 240, 8):
            requests(engine, 8, ended=True, first=first)
    finally:
        is_over.append(True)
        reader.join()
    assert len({n for n, _ in sums}) > 3
    assert [found for found in sums if found[1] != [found[0]] * len(LATENCY.cubes)] == []


@pytest.mark.parametrize("dimensions", [([0, 1, 6, 32_767], [0, 1_141, 5, 7]), ([0, 86_399, 5, 100_000],)])
def test_bytes_give_back_what_was_put_in(dimensions: tuple[list[int], ...]) -> None:
    columns = [np.array(each, dtype=np.int64) for each in dimensions]
    n = np.array([1, -7, 2**31 - 1, -(2**31) + 1], dtype=np.int64)
    places = histograms.places_of(columns)
    keys, found, numbers = histograms.apart([(3, -1, histograms.packed(places, n)), (4, 9, b"")])
    assert [each.tolist() for each in keys] == [[3] * 4, [-1] * 4]
    assert [each.tolist() for each in histograms.dimensions_of(found, len(columns))] == [list(d) for d in dimensions]
    assert numbers.tolist() == n.tolist()


def test_a_number_that_no_longer_fits_is_refused() -> None:
    with pytest.raises(OverflowError):
        histograms.packed(np.array([1]), np.array([2**31]))


def test_a_number_too_large_is_a_fault_of_the_database_and_nothing_is_lost(engine: Engine) -> None:
    requests(engine, 5, ended=True)
    with transaction(engine) as connection:
        connection.execute(update(rollup_latency).values(n_requests=2**31))

    def fold() -> None:
        with transaction(engine) as connection:
            keeping.take_gate(connection)
            folding.fold(connection, LATENCY)

    with pytest.raises(DatabaseFault):
        fold()
    assert waiting(engine)[0] == 5


def test_a_distributed_engine_is_asked_for_no_locked_rows() -> None:
    """Without triggers all writers ask for the gate: nobody else can hold a row."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for rollup in folding.PACKED:
        beside, alone = (str(folding._taken(rollup, others_write=w).compile(dialect=dialect)) for w in (True, False))
        assert "FOR UPDATE SKIP LOCKED" in beside
        assert alone.split()[:4] == ["DELETE", "FROM", rollup.table.name, "RETURNING"]


def test_only_packed_rollups_are_folded() -> None:
    assert folding.PACKED == (LATENCY, OPEN_REQUEST)
    with pytest.raises(TypeError):
        folding.add(None, recount.ROLLUPS[0], np.array([[1, 2, 3, 4]]))  # type: ignore[arg-type]
