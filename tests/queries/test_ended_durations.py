"""Windows put together from buckets added and taken away: always the window, and the sums of the plain cut."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random

import numpy as np
from sqlalchemy import Engine

from data.engine import snapshot, transaction
from data.rollups.clocks import LABELLED, REMOVED
from data.rollups.declarations import LATENCY
from data.rollups.shapes import BLOCK, DAY, HOUR, SIXTEEN_WEEKS, WEEK
from queries.cubes import Asked
from queries.dimensions import ids
from queries.ended_durations import BY, ROWS, cover, ended
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
    plain = sum(ROWS[DAY] * 29 + ROWS[HOUR] * 24 for _ in (0,))
    assert sum(part.cost(end) for part in parts) < plain / 3
    assert sum((part.end - part.start) // HOUR.width for part in parts if part.grain is HOUR and part.start < end) == 1


def test_ended_requests_are_those_of_the_plain_sums(engine: Engine) -> None:
    """Also where the window begins and ends within an hour, and where requests begin after it."""
    chance = Random(5)
    with transaction(engine) as connection:
        for _ in range(150):
            start = NOW - timedelta(seconds=chance.randrange(-7_200, 40 * 86_400))
            about = {"service_id": chance.choice((FACEBOOK, TIKTOK))}
            factories.ended(
                connection, start, chance.choice((0, 3, 59, 60, 700)), chance.choice((REMOVED, LABELLED)), **about
            )
    with snapshot(engine) as connection:
        numbered = ids(connection)
        for since, until in ((ago(days=30), NOW), (ago(days=6, seconds=77), ago(hours=3, seconds=5)),
                             (ago(minutes=20), ago(minutes=2)), (ago(days=40), ago(days=20))):  # fmt: skip
            for services in ((), ("tiktok",)):
                filters = replace(asked(services=services), since=since, until=until)
                rows = Asked(LATENCY, filters, numbered, by=BY).sums().numbers(connection)
                found = ended(connection, filters, numbered)
                assert found[:, 3].sum() == rows[:, 3:].sum() > (0 if since != ago(minutes=20) else -1)
                plain = Counter({(int(r[0]), int(r[1])): 0 for r in rows})
                for row in rows:
                    plain[int(row[0]), int(row[1])] += int(row[3:].sum())
                pairs, place = np.unique(found[:, :2], axis=0, return_inverse=True)
                sums = np.bincount(place.ravel(), weights=found[:, 3])
                ours = {(int(s), int(o)): int(n) for (s, o), n in zip(pairs, sums, strict=True)}
                assert ours == {pair: n for pair, n in plain.items() if n}
