"""Windows put together from buckets added and taken away: always the window, and the sums of the plain cut."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random

import numpy as np
import pytest
from sqlalchemy import Engine, func, select

from data.engine import snapshot, transaction
from data.rollups import folding, keeping
from data.rollups.clocks import LABELLED, REMOVED
from data.rollups.declarations import LATENCY
from data.rollups.latency import upper_bounds
from data.rollups.shapes import BLOCK, DAY, HOUR, SIXTEEN_WEEKS, WEEK
from data.tables import takedown_request
from queries.dimensions import ids
from queries.duration_places import LOOKED_UP, MIDDLES, added_up, bucket_of
from queries.ended_durations import SIZES, cover, ended, services_of
from tests.queries import factories
from tests.queries.factories import FACEBOOK, NOW, TIKTOK, ago, asked

GRAINS = (HOUR, DAY, WEEK, BLOCK, SIXTEEN_WEEKS)
FIRST = 482_000 * HOUR.width


def test_what_is_added_and_taken_away_is_the_window() -> None:
    chance = Random(2)
    for _ in range(60):
        start = FIRST + chance.randrange(3_000) * HOUR.width
        end = start + chance.choice((1, 5, 25, 170, 745, 2_200, 8_900)) * HOUR.width
        hours: Counter[int] = Counter()
        for part in cover(start, end, GRAINS, end - chance.choice((0, 1, 24, 900)) * HOUR.width):
            assert (part.start + part.grain.offset) % part.grain.width == 0
            assert (part.end - part.start) % part.grain.width == 0
            for hour in range(part.start, part.end, HOUR.width):
                hours[hour] += part.sign
        assert {hour: n for hour, n in hours.items() if n} == dict.fromkeys(range(start, end, HOUR.width), 1)


def test_a_month_is_few_buckets_when_nothing_has_begun_after_it() -> None:
    """From the second hour of a day to now: a day less an hour, not twenty-three hours; today is one bucket as well."""
    start = FIRST // DAY.width * DAY.width - DAY.offset + HOUR.width
    end = start + 720 * HOUR.width
    parts = cover(start, end, GRAINS, end)
    assert sum(part.cost(end) for part in parts) < (SIZES[DAY] * 29 + SIZES[HOUR] * 24) / 2
    assert sum((part.end - part.start) // HOUR.width for part in parts if part.grain is HOUR and part.start < end) == 1


@pytest.mark.parametrize("waiting", ["all", "some", "none"])
def test_ended_requests_are_those_that_ended(engine: Engine, waiting: str) -> None:
    """Also where the window begins and ends within an hour, where requests begin after it, and whatever waits."""
    chance = Random(5)
    with transaction(engine) as connection:
        for number in range(150):
            start = NOW - timedelta(seconds=chance.randrange(-7_200, 40 * 86_400))
            about = {"service_id": chance.choice((FACEBOOK, TIKTOK))}
            factories.ended(
                connection, start, chance.choice((0, 3, 59, 60, 700)), chance.choice((REMOVED, LABELLED)), **about
            )
            if waiting == "none" or (waiting == "some" and number % 40 == 39):
                keeping.take_gate(connection)
                folding.fold(connection, LATENCY)
        waits = connection.execute(select(func.count()).select_from(LATENCY.table)).scalar_one()
    assert (waits > 100, 0 < waits < 60, waits == 0)[("all", "some", "none").index(waiting)]
    with snapshot(engine) as connection:
        numbered = ids(connection)
        asked_of = connection.execute(select(*(takedown_request.c[name] for name in COLUMNS))).all()
        for since, until in ((ago(days=30), NOW), (ago(days=6, seconds=77), ago(hours=3, seconds=5)),
                             (ago(minutes=20), ago(minutes=2)), (ago(days=40), ago(days=20))):  # fmt: skip
            for services in ((), ("tiktok",)):
                filters = replace(asked(services=services), since=since, until=until)
                services_here = services_of(filters, numbered)
                sums = added_up(ended(connection, filters, numbered, services_here), len(services_here))
                ours = Counter(
                    {
                        (services_here[service], end, int(MIDDLES[bucket])): int(sums[service, end, bucket])
                        for service, end, bucket in np.argwhere(sums).tolist()
                    }
                )
                plain = Counter(
                    (row.service_id, row.outcome_id, middle((row.actioned_at - row.received_at).total_seconds()))
                    for row in asked_of
                    if since <= row.received_at < until and (not services or row.service_id == TIKTOK)
                )
                assert ours == plain
                assert plain or since == ago(minutes=20)


COLUMNS = ("service_id", "outcome_id", "received_at", "actioned_at")


def middle(seconds: float) -> int:
    """Return the middle of the histogram bucket of a duration."""
    return int(MIDDLES[np.searchsorted(upper_bounds(), int(seconds))])


def test_a_bucket_that_is_looked_up_is_the_one_that_would_be_found() -> None:
    seconds = np.concatenate(
        [np.arange(0, 20_000), np.arange(LOOKED_UP - 3_000, LOOKED_UP + 3_000), 10 ** np.arange(1, 12)]
    )
    assert (bucket_of(seconds) == np.searchsorted(upper_bounds(), seconds)).all()
