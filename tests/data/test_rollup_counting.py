"""Counting in parts: rows on shelves, sums by key, texts as codes; the same cells however small the parts are."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, delete, insert, update

from data import copying, tables
from data.engine import snapshot, transaction
from data.recording import bulk
from data.rollups import counting, fetching, recount, refilling, shelves
from data.rollups.declarations import ROLLUPS
from data.rollups.grouping import order_of, summed
from data.rollups.packing import LONG, layout, part_of, wider
from data.rollups.shapes import GRAINS
from data.rollups.shelves import Shelves
from data.rollups.statements import grains_of
from tests.data.recounts import assert_exact
from tests.data.test_recording_bulk import contents, requests

SINCE = datetime(2023, 12, 30, 21, tzinfo=UTC)


@pytest.mark.parametrize("held_bytes", [0, 100, 10_000])
def test_shelves_give_back_what_was_laid_on_them_in_its_order(held_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "HELD_BYTES", held_bytes)
    chance = np.random.default_rng(1)
    wanted: dict[int, list[list[int]]] = {}
    laid = Shelves(2)
    for _ in range(5):
        numbers, rows = chance.integers(-3, 4, 30), chance.integers(-(2**62), 2**62, (30, 2))
        laid.put(numbers, rows)
        for number, row in zip(numbers.tolist(), rows.tolist(), strict=True):
            wanted.setdefault(number, []).append(row)
    assert laid.numbers() == sorted(wanted)
    assert {number: laid.take(number).tolist() for number in laid.numbers()} == wanted
    assert laid.take(1).shape == (0, 2)
    laid.close()


@pytest.mark.parametrize("largest", [3, 2**50])
def test_sums_by_key_are_those_of_a_count_one_by_one(largest: int) -> None:
    """Also where the keys are too wide to be packed into one number."""
    chance = np.random.default_rng(2)
    keys = chance.integers(0, 3, (200, 3)) * largest
    values = chance.integers(-5, 6, (200, 2))
    wanted: Counter[tuple[int, ...]] = Counter()
    for key, value in zip(keys.tolist(), values[:, 0].tolist(), strict=True):
        wanted[tuple(key)] += value
    found, sums = summed(keys, values)
    assert [tuple(key) for key in found.tolist()] == sorted({tuple(key) for key in keys.tolist()})
    assert dict(zip(map(tuple, found.tolist()), sums[:, 0].tolist(), strict=True)) == dict(wanted)
    assert keys[order_of(keys)].tolist() == sorted(keys.tolist())


def test_no_bucket_crosses_the_edge_of_four_weeks() -> None:
    hours = np.arange(470_000, 480_000)
    part = part_of(hours, GRAINS["hour"])
    assert np.unique(part).size > 10
    for name in ("day", "week", "block"):
        bucket = wider(hours, GRAINS["hour"], GRAINS[name])
        assert all(np.unique(part[bucket == each]).size == 1 for each in np.unique(bucket))
        assert set(part_of(bucket, GRAINS[name])) == set(part)


def test_buckets_wider_than_four_weeks_lie_together() -> None:
    assert set(part_of(np.arange(40), GRAINS["sixteen_weeks"])) == {LONG}


def test_every_grain_of_every_rollup_is_known() -> None:
    assert {grain for rollup in ROLLUPS for grain in grains_of(rollup)} <= set(GRAINS.values())


ODD = ["11", "", 'Jawa, "Barat"', "baris\nbaru", "é", "*"]
"""Province codes that a text format could break: nothing keeps a careless writer from them."""


def odd_contents() -> list[dict[str, Any]]:
    return [
        {
            "content_id": n,
            "natural_key": f"k{n}",
            "service_id": (0, 1, -1, 32_767)[n % 4],
            "theme_id": n % 3,
            "harm_id": 0,
            "technique_id": n % 2,
            "source_id": 1,
            "province_code": None if n % 7 == 0 else ODD[n % len(ODD)],
            "issue_id": None if n % 3 == 0 else 2**62 + n % 5,
            "views": None if n % 4 == 0 else 2**40 + n,
            "detected_at": None if n % 11 == 0 else SINCE + timedelta(hours=7 * n),
            "outcome_id": n % 7,
            "time_precision": "day" if n % 5 == 0 else "second",
            "feed_code": "ais",
            "is_simulated": False,
        }
        for n in range(400)
    ]  # fmt: skip


@pytest.mark.parametrize("size", [90, 1_000_000])
def test_parts_of_any_size_give_the_cells_of_a_recount(
    engine: Engine, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in (
        (counting, "SUMMED_ROWS"), (shelves, "HELD_BYTES"), (fetching, "FETCHED_ROWS"),
        (fetching, "BLOCK_ROWS"), (refilling, "WRITTEN_ROWS"), (copying, "PAGE_BYTES"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, size)
    with transaction(engine) as connection:
        connection.execute(insert(tables.content), odd_contents())
        assert_exact(connection)
        assert recount.verify(connection) == []
        connection.execute(update(tables.rollup_content).values(n_found=77))
        connection.execute(delete(tables.rollup_issue_content))
        recount.rebuild(connection)
        assert_exact(connection)
        assert recount.verify(connection) == []


def test_cells_that_differ_are_named_in_the_order_of_their_keys(engine: Engine) -> None:
    with transaction(engine) as connection:
        connection.execute(insert(tables.content), odd_contents())
        connection.execute(delete(tables.rollup_content).where(tables.rollup_content.c.cube == 11))
        connection.execute(insert(tables.rollup_issue_content), {"cube": 99, "bucket": 1, "issue_id": 5, "n_found": 3})
        wrong = recount.verify(connection)
    lost, unknown = wrong[:-1], wrong[-1]
    assert {(each.table, each.cube) for each in lost} == {("rollup_content", 11)}
    keys = [tuple(each.key.values()) for each in lost]
    assert keys == sorted(keys)
    assert {each.key["province_code"] for each in lost} == set(ODD)
    assert all(each.stored["n_found"] == 0 < each.counted["n_found"] for each in lost)
    assert (unknown.cube, unknown.key["issue_id"], unknown.stored["n_found"]) == (99, 5, 3)


def test_a_fact_takes_few_numbers() -> None:
    """What one fact costs on its shelf: time and flags in one number, three dimensions in another."""
    assert {rollup.table.name: layout(rollup.table).width for rollup in ROLLUPS}["rollup_content"] == 4
    assert max(layout(rollup.table).width for rollup in ROLLUPS) <= 4


def test_verify_sees_one_moment_while_others_write(engine: Engine) -> None:
    """Facts and cells are read one after the other; a writer between them must not make a difference."""
    bulk.load(engine, [("content", contents(0, 50)), ("takedown_request", requests(0, 50))])
    with snapshot(engine) as reading:
        with counting.counted(reading, [ROLLUPS[0]], fetching.Codes()), transaction(engine) as writing:
            writing.execute(delete(tables.content).where(tables.content.c.service_id == 1))
        assert recount.verify(reading) == []
    with snapshot(engine) as reading:
        assert recount.verify(reading) == []
