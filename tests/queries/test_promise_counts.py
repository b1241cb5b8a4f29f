"""Of the hour that is partly over one side is read, and its sums: the same counts as of both sides read."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import Connection

from data.rollups.clocks import LABELLED, OPEN, REJECTED, REMOVED, WITHDRAWN
from queries import promise_counts, takedowns
from queries.dimensions import ids
from queries.filters import Choice
from tests.queries import factories
from tests.queries.factories import FACEBOOK, NOW, TIKTOK, WHATSAPP

OUTCOMES = (OPEN, REMOVED, REMOVED, LABELLED, REJECTED, WITHDRAWN)


@pytest.mark.parametrize("minutes", [0, 7, 34, 41, 55])
@pytest.mark.parametrize("window", ["6h", "24h", "today"])
def test_the_shorter_side_of_the_hour_gives_the_counts_of_both(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, minutes: int, window: str
) -> None:
    now, chance, batch = NOW + timedelta(minutes=minutes), Random(minutes), factories.Batch()
    due = now - timedelta(hours=1)
    starts = [due + timedelta(seconds=off) for off in (-1, 0, 1, 2)]
    starts += [now - timedelta(seconds=chance.randrange(12_000)) for _ in range(120)]
    for start in starts:
        given = {"service_id": chance.choice((FACEBOOK, TIKTOK, WHATSAPP))}
        outcome, precision = chance.choice(OUTCOMES), chance.choice(("second", "second", "day"))
        if outcome == OPEN:
            factories.request(batch, start, time_precision=precision, **given)
        else:
            factories.ended(batch, start, chance.randrange(90), outcome, time_precision=precision, **given)
    batch.write(connection)
    filters = Choice(window=window).resolve(now)
    stretches = promise_counts._stretches(filters, ids(connection))
    assert len(stretches) == (4 if (due + timedelta(seconds=1)).timestamp() % 3_600 else 2)
    found = takedowns.within_promise(connection, filters)
    monkeypatch.setattr(promise_counts, "HOUR", None)
    assert len(promise_counts._stretches(filters, ids(connection))) == 2
    assert found.equals(takedowns.within_promise(connection, filters))
    assert found["n_requests"].max() == len(starts)
    assert found["n_due"].max() > 10
