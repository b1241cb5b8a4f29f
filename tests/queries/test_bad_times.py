"""Times that measure nothing: each request under one kind, the sum is what the shares leave out."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine

from data.engine import transaction
from data.rollups.clocks import REMOVED
from queries import bad_times, takedowns
from queries.filters import Filters
from tests.queries import factories
from tests.queries.factories import NOW, TIKTOK, ago, asked, pinned


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with transaction(engine) as connection:
        yield connection


def found(connection: Connection, filters: Filters) -> dict[str, int]:
    frame = bad_times.counts(connection, filters)
    assert frame["kind"].tolist() == list(bad_times.KINDS)
    return {kind: n for kind, n in zip(frame["kind"], frame["n"], strict=True) if n}


def test_every_kind_is_counted_once_and_left_out_of_the_figures(connection: Connection) -> None:
    factories.ended(connection, ago(hours=3), 20, REMOVED)
    factories.ended(connection, ago(hours=3), -5, REMOVED)
    factories.ended(connection, ago(hours=3), -5, REMOVED, time_precision="day")
    factories.request(connection, ago(hours=3), outcome_id=REMOVED)
    factories.request(connection, ago(hours=3), time_precision="day")
    factories.request(connection, None)
    factories.request(connection, NOW + timedelta(days=2))
    expected = {"negative": 1, "without_end": 1, "day_only": 2, "without_start": 1, "future": 1}
    assert found(connection, asked()) == expected
    whole = takedowns.within_promise(connection, asked()).iloc[-1]
    assert whole["n_unmeasurable"] == 4
    assert (whole["n_due"], whole["n_within_60"]) == (1, 1)


def test_what_ended_without_ever_starting_is_counted_where_it_ended(connection: Connection) -> None:
    told = {"outcome_id": REMOVED, "updated_at": ago(hours=3)}
    factories.request(connection, None, actioned_at=ago(hours=3), **told)
    factories.request(connection, None, actioned_at=ago(days=3), **told)
    factories.request(connection, None, actioned_at=ago(hours=3), service_id=TIKTOK, **told)
    factories.ended(connection, ago(hours=3), 20, REMOVED)
    assert found(connection, asked()) == {"without_start": 2}
    assert found(connection, asked(services=("facebook",))) == {"without_start": 1}
    assert found(connection, asked(window="7d")) == {"without_start": 3}


def test_a_date_without_a_time_is_never_zero_minutes(connection: Connection) -> None:
    factories.ended(connection, ago(hours=3), 0, REMOVED, time_precision="day")
    assert takedowns.within_promise(connection, asked()).iloc[-1]["n_due"] == 0
    assert found(connection, asked()) == {"day_only": 1}


def test_filters_window_and_clock_hold(connection: Connection) -> None:
    factories.ended(connection, ago(hours=3), -5, REMOVED, service_id=TIKTOK)
    factories.ended(connection, ago(days=3), -5, REMOVED)
    assert found(connection, asked(services=("facebook",))) == {}
    assert found(connection, asked()) == {"negative": 1}
    assert found(connection, asked(clock="detected")) == {}


def test_a_fixed_link_counts_what_was_known_then(connection: Connection) -> None:
    factories.ended(connection, ago(hours=3), -5, REMOVED)
    told = factories.ended(connection, ago(hours=3), -5, REMOVED, updated_at=NOW + timedelta(hours=1))
    factories.event(connection, told, NOW + timedelta(hours=1), REMOVED)
    assert found(connection, pinned(asked())) == {"negative": 1}
    assert found(connection, asked()) == {"negative": 2}
