"""A small room whose every number a reader can count: content, issues and requests of the last day, and a week ago."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from data.engine import transaction
from data.rollups.declarations import LABELLED, OPEN, REJECTED, REMOVED
from data.tables import feed
from tests.queries import factories
from tests.queries.factories import DEEPFAKE, FACEBOOK, LOGISTICS, PUBLIC, TIKTOK, WHATSAPP, X
from tests.screens import Point, point_at

__all__ = ["point_at"]

HOSTILE = "**tebal** [klik](javascript:alert(1)) ![x](https://jahat.example/p.png) <b>b</b> :red[awas]"

FOUND = (
    (FACEBOOK, REMOVED, 14), (FACEBOOK, LABELLED, 4), (FACEBOOK, OPEN, 7), (TIKTOK, REMOVED, 3), (TIKTOK, REJECTED, 2),
    (X, OPEN, 6), (WHATSAPP, OPEN, 4),
)  # fmt: skip
"""Service, outcome, items: 40 in all, of which 17 removed, 4 labelled, 2 rejected and 17 open."""

FOUND_LAST_WEEK = 32

Room = Callable[..., None]
Draw = factories.Batch


def ago(**parts: float) -> datetime:
    """Return a moment so long before now, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(**parts)


def _contents(batch: Draw, issue_id: int) -> None:
    place = 0
    for service, outcome, items in FOUND:
        for _ in range(items):
            given = {"technique_id": DEEPFAKE, "source_id": PUBLIC} if place % 4 == 0 else {}
            when = ago(hours=1 + place % 12, minutes=5)
            known = {"verified_at": when, "requested_at": None if service == WHATSAPP else when}
            theme = {"theme_id": LOGISTICS} if place % 3 == 0 else {}
            factories.content(
                batch, when, service_id=service, outcome_id=outcome, issue_id=issue_id, **known, **given, **theme
            )
            place += 1
    for place in range(FOUND_LAST_WEEK):
        factories.content(batch, ago(days=7, hours=1 + place % 12, minutes=5), outcome_id=REMOVED)


def _requests(batch: Draw) -> None:
    for minutes, n in ((20, 24), (90, 8)):
        for place in range(n):
            factories.ended(batch, ago(hours=3 + place % 8), minutes, REMOVED)
    for _ in range(5):
        factories.request(batch, ago(hours=2, minutes=10))
    factories.request(batch, ago(minutes=50))
    factories.request(batch, ago(minutes=5), service_id=TIKTOK)


def fill(engine: Engine, **odd: Any) -> None:
    """Fill the room: 40 content items today and 32 a week ago, 2 issues, 39 requests; then what is `odd`."""
    batch = Draw()
    first = factories.issue(batch, ago(hours=13), title=HOSTILE)
    factories.issue(batch, ago(hours=2), status="closed", clarified_at=ago(hours=1), closed_at=ago(hours=1))
    _contents(batch, first)
    _requests(batch)
    for outcome, items in odd.get("outcomes", {}).items():
        for _ in range(items):
            factories.content(batch, ago(hours=2), outcome_id=outcome)
    with transaction(engine) as connection:
        batch.write(connection)
        written = {"seq": feed.c.seq + 1, "written_at": ago(seconds=5), "watermark_at": ago(seconds=30)}
        connection.execute(feed.update().where(feed.c.code == "ais").values(**written, is_simulated=True))


@pytest.fixture
def room(engine: Engine, database_url: str, point_at: Point) -> Room:
    """A function that fills the database and points the dashboard at it."""

    def filled(**odd: Any) -> None:
        fill(engine, **odd)
        point_at(database_url)

    return filled


@pytest.fixture
def empty_room(engine: Engine, database_url: str, point_at: Point) -> None:
    """The dashboard on a database with reference rows only."""
    assert engine is not None
    point_at(database_url)
