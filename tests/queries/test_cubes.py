"""Sums from roll-ups are those of the facts, whatever the window, the filters and the split."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from data.engine import transaction
from data.rollups.declarations import CONTENT, ISSUE, ISSUE_CONTENT, REQUEST
from data.rollups.shapes import DAY, GRAINS, HOUR, Cube, Grain, Rollup
from queries.cubes import Asked, pieces
from queries.dimensions import ids
from queries.filters import Filters
from queries.limits import FACTS_WINDOW
from tests.queries import factories
from tests.queries.factories import NOW, ago, asked, at, pinned


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.sampled_from([(), (HOUR,), (DAY,), (DAY, HOUR)]))
def test_pieces_tile_the_window_in_whole_buckets(start: int, length: int, grains: tuple[Grain, ...]) -> None:
    parts = pieces(start, start + length, grains)
    assert sum(part.end - part.start for part in parts) == length
    assert all(a.end == b.start for a, b in pairwise(parts))
    whole = [part for part in parts if part.grain]
    assert all((edge + p.grain.offset) % p.grain.width == 0 for p in whole if p.grain for edge in (p.start, p.end))
    finest = min((grain.width for grain in grains), default=None)
    assert finest is None or all(part.end - part.start < 2 * finest for part in parts if not part.grain)


class FromFacts(Asked):
    """The same question, answered from facts alone."""

    def held(self) -> dict[Grain, Cube]:
        return {}


def stamped(changed: datetime) -> datetime:
    """Return what the recorder writes as the latest moment at which content can have changed."""
    return changed.replace(minute=59, second=59)


def scatter(connection: Connection) -> None:
    """Record 300 issues, content items and requests with every kind of oddity over ten days before NOW.

    A tenth was recorded, and a fifth changed, within the day after NOW.
    """
    chance, batch = np.random.default_rng(5), factories.Batch()
    for _ in range(300):
        found = ago(seconds=int(chance.integers(0, 10 * 86_400)))
        later = NOW + timedelta(seconds=int(chance.integers(1, 86_400)))
        recorded = later if chance.random() < 0.1 else found
        changed = later if chance.random() < 0.2 else recorded
        written = {"recorded_at": recorded, "updated_at": changed}
        seen = changed if chance.random() < 0.5 else None
        claim = factories.issue(
            batch, found, theme_id=int(chance.integers(0, 4)), clarified_at=seen, closed_at=seen,
            status="closed" if seen else "active", **written,
        )  # fmt: skip
        outcome = int(chance.integers(0, 7))
        kind: dict[str, Any] = {
            "service_id": int(chance.integers(0, 13)), "theme_id": int(chance.integers(0, 4)),
            "source_id": int(chance.integers(0, 5)), "province_code": [None, "11", "32"][chance.integers(0, 3)],
            "time_precision": "day" if chance.random() < 0.1 else "second", "outcome_id": outcome, **written,
        }  # fmt: skip
        factories.content(
            batch, found, **kind | {"updated_at": stamped(changed)},
            technique_id=int(chance.integers(0, 3)), views=int(chance.integers(0, 99)),
            issue_id=claim if chance.random() < 0.8 else None, verified_at=seen, ended_at=changed if outcome else None,
        )  # fmt: skip
        acted = min(found + timedelta(seconds=int(chance.integers(-600, 9_000))), changed) if outcome else None
        received = found if chance.random() < 0.7 else None
        number = factories.request(batch, received, **kind | {"notified_at": found, "actioned_at": acted})
        if changed == later and chance.random() < 0.5:
            factories.event(batch, number, later, outcome)
    batch.write(connection)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with transaction(engine) as connection:
        scatter(connection)
        yield connection


SPLITS: dict[str, tuple[Rollup, tuple[str, ...]]] = {
    "content": (CONTENT, ("service_id", "theme_id", "source_id", "technique_id", "province_code")),
    "request": (REQUEST, ("service_id", "theme_id", "source_id", "province_code")),
    "issue": (ISSUE, ("theme_id",)),
    "issue content": (ISSUE_CONTENT, ("issue_id",)),
}


def chosen(codes: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(codes), unique=True, max_size=2).map(lambda values: tuple(sorted(values)))


@st.composite
def windows(draw: st.DrawFn) -> Filters:
    """Any window to the second within two weeks of NOW, whole hours half of the time, narrowed anyhow."""
    since = NOW - timedelta(seconds=draw(st.integers(1, 14 * 86_400)))
    length = draw(st.integers(1, 12 * 86_400))
    if draw(st.booleans()):
        since, length = since.replace(minute=0, second=0), (length // 3_600 + 1) * 3_600
    narrowed = {
        "services": draw(chosen(["facebook", "tiktok", "unknown", "nowhere"])),
        "provinces": draw(chosen(["11", "32", "tanpa"])),
        "themes": draw(chosen(["sara", "participation"])),
        "sources": draw(chosen(["automatic", "public"])),
    }
    kept = {name: codes for name, codes in narrowed.items() if draw(st.integers(0, 2)) == 0}
    until, fixed = since + timedelta(seconds=length), draw(st.booleans())
    return Filters(since=since, until=until, as_of=NOW, pinned=fixed, **kept)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), filters=windows(), name=st.sampled_from(list(SPLITS)))
def test_the_roll_up_answers_as_the_facts_do_now_and_as_they_were_known(
    connection: Connection, data: st.DataObject, filters: Filters, name: str
) -> None:
    rollup, axes = SPLITS[name]
    by = data.draw(chosen(list(axes)), label="by")
    grain = data.draw(st.sampled_from([None, *([DAY] if name == "issue content" else [HOUR, DAY])]), label="grain")
    answers = [kind(rollup, filters, ids(connection), by, grain).sums() for kind in (Asked, FromFacts)]
    cube, facts = (answer.rows(connection) for answer in answers)
    assert without_zeros(cube, by, grain) == without_zeros(facts, by, grain)


def without_zeros(rows: Any, by: tuple[str, ...], grain: Grain | None) -> list[tuple[Any, ...]]:
    n_keys = len(by) + (grain is not None)
    return [tuple(row) for row in rows if any(row[n_keys:])]


def test_a_window_that_a_cube_holds_never_reads_facts_but_at_its_edges(connection: Connection) -> None:
    live = Asked(CONTENT, asked(window="7d"), ids(connection)).sums()
    assert (live.uses_facts, live.bounded_since) == (False, None)
    assert " content " not in str(live.statement)


def test_a_combination_that_no_cube_holds_is_cut_to_its_last_part_and_says_so(connection: Connection) -> None:
    filters = asked(window="90d", themes=("sara",), sources=("public",))
    answer = Asked(CONTENT, filters, ids(connection)).sums()
    assert answer.attrs == {"uses_facts": True, "bounded_since": filters.until - FACTS_WINDOW}


def test_only_the_wanted_buckets_are_read_from_the_cube(connection: Connection) -> None:
    window = replace(asked(window="7d"), until=at("2026-03-04 12:00"))
    every = Asked(CONTENT, window, ids(connection), grain=HOUR, measures=("n_found",)).sums().rows(connection)
    wanted = tuple(row.bucket for row in every[::3])
    some = Asked(CONTENT, window, ids(connection), grain=HOUR, measures=("n_found",), within=wanted)
    assert some.sums().rows(connection) == every[::3]


def test_most_gives_the_largest_first_and_only_so_many(connection: Connection) -> None:
    window = asked(window="30d")
    every = Asked(CONTENT, window, ids(connection), ("service_id",), measures=("n_found",)).sums().rows(connection)
    most = Asked(CONTENT, window, ids(connection), ("service_id",), measures=("n_found",), most=3).sums()
    assert most.rows(connection) == sorted(every, key=lambda row: (-row.n_found, row.service_id))[:3]


def test_a_fixed_link_costs_a_cube_and_what_changed_since(connection: Connection) -> None:
    live = asked(window="7d")
    both = [Asked(CONTENT, filters, ids(connection)).sums() for filters in (live, pinned(live))]
    assert [answer.uses_facts for answer in both] == [False, False]
    found = [answer.rows(connection)[0].n_found for answer in both]
    assert found[1] < found[0]


def test_every_grain_starts_its_buckets_at_wib_midnight_or_on_the_hour() -> None:
    assert {grain.offset % 3_600 for grain in GRAINS.values()} == {0}
    assert (int(at("2026-03-04 00:00").timestamp()) + DAY.offset) % DAY.width == 0
