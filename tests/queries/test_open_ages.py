"""How many open requests started before a moment, from sums and the shorter side of an hour: as counted one by one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, event

from data.engine import snapshot
from data.rollups.clocks import REMOVED
from data.rollups.shapes import DAY, HOUR
from queries import backlog, bad_times, takedowns
from queries.dimensions import ids
from queries.filters import Choice
from queries.open_ages import DATED, STARTLESS, UNDATED, _side, before, odd_ones
from tests.queries import factories
from tests.queries.factories import JAKARTA, NOW, TIKTOK, WEST_JAVA, ago, asked, pinned

MOMENTS = [timedelta(days=2), timedelta(hours=20), timedelta(minutes=60), timedelta(minutes=45), -timedelta(seconds=61)]


def drawn(batch: factories.Batch, starts: list[datetime]) -> None:
    """Each start as a request that was received, one that was only sent, an ended one, and one of another province."""
    for start in starts:
        factories.request(batch, start, province_code=WEST_JAVA)
        factories.request(batch, None, notified_at=start, province_code=WEST_JAVA, service_id=TIKTOK)
        factories.ended(batch, start, 5, REMOVED, province_code=WEST_JAVA)
        factories.request(batch, start, province_code=JAKARTA)


@pytest.mark.parametrize("choice", [{}, {"provinces": ("32",)}, {"themes": ("sara",)}, {"services": ("tiktok",)}])
@pytest.mark.parametrize("minutes", [0, 12, 48])
def test_what_started_before_a_moment_is_counted_to_the_second(
    connection: Connection, choice: Mapping[str, tuple[str, ...]], minutes: int
) -> None:
    now, chance, batch = NOW + timedelta(minutes=minutes), Random(minutes), factories.Batch()
    edges = [now - age for age in MOMENTS]
    near = [edge + timedelta(seconds=off) for edge in edges for off in (-1, 0, 1)]
    starts = near + [now - timedelta(seconds=chance.randrange(-7_200, 300_000)) for _ in range(40)]
    drawn(batch, starts)
    batch.write(connection)
    filters = Choice(window="24h", **choice).resolve(now)
    found = before(connection, filters, ids(connection), [int(edge.timestamp()) for edge in edges])
    of_each = {"provinces": (1, 1), "services": (0, 1)}.get(next(iter(choice), ""), (2, 1))
    expected = [sum(start < edge for start in starts) for edge in edges] + [len(starts)]
    assert found is not None
    assert found[:, 1:].sum(axis=0).tolist() == [n * sum(of_each) for n in expected]
    by_service = dict(zip(found[:, 0].tolist(), found[:, 1:].tolist(), strict=True))
    assert by_service[TIKTOK] == expected


def test_the_shorter_side_is_read_and_what_is_yet_to_come_takes_no_time() -> None:
    hour, day = HOUR.width, DAY.width
    assert _side(10 * hour + 600, 20 * hour, HOUR) == (10 * hour, 10 * hour + 600)
    assert _side(10 * hour + 3_000, 20 * hour, HOUR) == (10 * hour + 3_000, 11 * hour)
    assert _side(10 * hour + 1_500, 10 * hour + 2_000, HOUR) == (10 * hour + 1_500, 11 * hour)
    start = 5 * day - DAY.offset
    assert _side(start + 20 * hour, start + 21 * hour, DAY) == (start + 20 * hour, start + day)


def test_a_combination_that_no_sum_holds_and_a_fixed_link_are_left_to_others(connection: Connection) -> None:
    numbered, moments = ids(connection), [int(NOW.timestamp())]
    assert before(connection, asked(provinces=("32",), themes=("sara",)), numbered, moments) is None
    assert before(connection, pinned(asked()), numbered, moments) is None


def test_odd_requests_are_told_apart_by_what_they_lack(connection: Connection) -> None:
    factories.request(connection, ago(minutes=90), stopped_seconds=600)
    factories.request(connection, ago(days=3), time_precision="day")
    factories.request(connection, None, time_precision="day")
    factories.request(connection, None)
    factories.request(connection, ago(minutes=90))
    found = odd_ones(connection, asked(), ids(connection))
    assert sorted(found[:, 1].tolist()) == [STARTLESS, STARTLESS, UNDATED, DATED]
    dated = found[found[:, 1] == DATED]
    assert dated[:, 2:].tolist() == [[int(ago(minutes=90).timestamp()), 80 * 60]]


def test_a_page_reads_the_odd_ones_once(engine: Engine) -> None:
    statements: list[str] = []
    with snapshot(engine) as connection:
        ids(connection)
        event.listen(connection, "before_cursor_execute", lambda *found: statements.append(found[2]))
        for question in (takedowns.now_open, takedowns.within_promise, backlog.by_age, bad_times.counts):
            question(connection, asked(window="24h"))
    odd = [words for words in statements if "stopped_seconds > 0" in words and "UNION" not in words]
    assert len(odd) == 1


def test_a_clock_that_stood_still_is_moved_from_the_class_of_its_start(connection: Connection) -> None:
    for minutes, stood in ((50, 10), (90, 40), (60 * 30, 60 * 29), (60 * 30, 1)):
        factories.request(connection, ago(minutes=minutes), stopped_seconds=stood * 60)
    frame = backlog.by_age(connection, asked(window="1h"))
    whole = frame[frame["is_total"]].set_index("age")["n"]
    assert whole[whole > 0].to_dict() == {"30-45": 1, "45-60": 2, "1440+": 1}
    assert np.array_equal(whole.to_numpy(), frame[~frame["is_total"]].groupby("age", sort=False)["n"].sum().to_numpy())
