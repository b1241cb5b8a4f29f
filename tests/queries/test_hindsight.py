"""As known then beside as known now: a small bitemporal room, each difference one request of a known kind.

At the moment of the link (12.34.50) the room knew four requests of the last day: one removed in 20 minutes, one
removed in 90, one still open that had been removed unseen after 30 minutes, one still open that came down later.
Since then: a fifth, received before, was told; the unseen removal was told; the open one came down; and the 90
minutes were corrected to 40.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine

from data.engine import transaction
from data.rollups.clocks import REMOVED
from queries import hindsight
from queries.filters import Filters
from tests.queries import factories
from tests.queries.factories import NOW, TIKTOK, ago, asked, pinned

LATER = NOW + timedelta(hours=5)
OPENED = NOW + timedelta(days=10)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with transaction(engine) as connection:
        yield connection


@pytest.fixture
def then(connection: Connection) -> Filters:
    """The fixed link of NOW over the room of this module."""
    _room(connection)
    return pinned(asked())


def _told(connection: Connection, content_id: int, kind: str, *values: tuple[object, object]) -> None:
    before: dict[str, str] = {}
    for value, recorded_at in values:
        told = {"kind": kind, "value": str(value)} | before
        factories.event(connection, content_id, recorded_at, 0, **told)  # type: ignore[arg-type]
        before = {"value_before": str(value)}


def _room(connection: Connection) -> None:
    factories.ended(connection, ago(hours=5), 20, REMOVED)
    received = ago(hours=6)
    first, second = (int((received + timedelta(minutes=m)).timestamp()) for m in (90, 40))
    corrected = factories.ended(connection, received, 40, REMOVED, updated_at=LATER)
    _told(connection, corrected, "outcome_id", (REMOVED, received + timedelta(minutes=90)))
    _told(connection, corrected, "actioned_at", (first, received + timedelta(minutes=90)), (second, LATER))
    unseen = factories.ended(connection, ago(hours=4), 30, REMOVED, updated_at=LATER)
    _told(connection, unseen, "outcome_id", (REMOVED, LATER))
    _told(connection, unseen, "actioned_at", (int(ago(hours=3.5).timestamp()), LATER))
    since = factories.ended(connection, ago(hours=3), 60 * 4, REMOVED, updated_at=LATER)
    _told(connection, since, "outcome_id", (REMOVED, LATER))
    _told(connection, since, "actioned_at", (int((NOW + timedelta(hours=1)).timestamp()), LATER))
    factories.request(connection, ago(hours=2), service_id=TIKTOK, recorded_at=LATER, updated_at=LATER)


def _received_later(connection: Connection) -> int:
    """Put in a request that was sent a minute before the moment and received a minute after it; return its content."""
    received, sent = NOW + timedelta(minutes=1), ago(minutes=1)
    content_id = factories.request(connection, received, notified_at=sent, recorded_at=sent, updated_at=received)
    _told(connection, content_id, "received_at", (int(received.timestamp()), received))
    return content_id


def test_each_figure_stands_as_known_then_beside_as_known_now(connection: Connection, then: Filters) -> None:
    row = hindsight.beside(connection, then, OPENED).iloc[-1]
    assert (row["n_requests_then"], row["n_due_then"], row["n_within_60_then"], row["n_open_then"]) == (4, 4, 1, 2)
    assert (row["n_requests_now"], row["n_due_now"], row["n_within_60_now"], row["n_open_now"]) == (5, 5, 3, 1)
    assert (row["share_then"], row["share_now"]) == (0.25, 0.6)
    # then: events at 20 and 90, censored at 180 and 240: S(20)=3/4, S(90)=3/4*2/3=1/2
    assert row["median_minutes_then"] == 90
    # now: 20, 30, 40, 240 and one that has run for ten days
    assert row["median_minutes_now"] == pytest.approx(40, rel=0.01)


def test_services_stand_apart_and_a_new_one_had_nothing_then(connection: Connection, then: Filters) -> None:
    frame = hindsight.beside(connection, then, OPENED).set_index("service")
    assert (frame.loc["tiktok", "n_requests_then"], frame.loc["tiktok", "n_requests_now"]) == (0, 1)
    assert (frame.loc["facebook", "n_requests_then"], frame.loc["facebook", "n_requests_now"]) == (4, 4)


def test_the_difference_is_explained_in_rows(connection: Connection, then: Filters) -> None:
    _received_later(connection)
    counts = hindsight.changes(connection, then)
    assert dict(zip(counts["kind"], counts["n"], strict=True)) == dict.fromkeys(hindsight.KINDS, 1)
    rows = hindsight.changed(connection, then).set_index("kind")
    assert sorted(rows.index) == sorted(hindsight.KINDS)
    assert rows.loc["corrected", "ended_then"] - rows.loc["corrected", "ended_now"] == timedelta(minutes=50)
    assert (rows.loc["told_late", "outcome_then"], rows.loc["told_late", "outcome_now"]) == ("open", "removed")
    assert (rows.loc["came_late", "outcome_then"], rows.loc["came_late", "outcome_now"]) == ("", "open")
    assert rows.loc["ended_since", "ended_now"] == NOW + timedelta(hours=1)


def test_the_rows_add_up_to_the_difference(connection: Connection, then: Filters) -> None:
    row = hindsight.beside(connection, then, OPENED).iloc[-1]
    counts = dict(zip(*(hindsight.changes(connection, then)[name] for name in ("kind", "n")), strict=True))
    assert row["n_requests_now"] - row["n_requests_then"] == counts["came_late"]
    # of the late ones all are open still, so what left the open ones is what ended since or was told late
    assert row["n_open_then"] + counts["came_late"] - row["n_open_now"] == counts["ended_since"] + counts["told_late"]


def test_a_clock_that_starts_after_the_moment_now_is_named_as_moved(connection: Connection) -> None:
    """Then its clock ran from sending, within the window; now it runs from receipt, after it."""
    content_id = _received_later(connection)
    row = hindsight.beside(connection, pinned(asked()), OPENED).iloc[-1]
    assert (row["n_requests_then"], row["n_requests_now"]) == (1, 0)
    rows = hindsight.changed(connection, pinned(asked()))
    assert rows[["kind", "content_id"]].to_numpy().tolist() == [["moved", str(content_id)]]


def test_a_stop_that_was_corrected_is_a_difference(connection: Connection) -> None:
    content_id = factories.ended(connection, ago(hours=5), 20, REMOVED, updated_at=LATER, stopped_seconds=600)
    _told(connection, content_id, "stopped_seconds", (0, ago(hours=4)), (600, LATER))
    assert hindsight.changed(connection, pinned(asked()))["kind"].tolist() == ["corrected"]


def test_filters_hold_on_both_sides(connection: Connection, then: Filters) -> None:
    only = pinned(asked(services=("tiktok",)))
    row = hindsight.beside(connection, only, OPENED).iloc[-1]
    assert (row["n_requests_then"], row["n_requests_now"]) == (0, 1)
    assert hindsight.changed(connection, only)["kind"].tolist() == ["came_late"]
    assert then.services == ()


def test_what_did_not_change_is_no_difference(connection: Connection) -> None:
    factories.ended(connection, ago(hours=5), 20, REMOVED, updated_at=LATER)
    assert hindsight.changed(connection, pinned(asked())).empty


def test_another_clock_is_compared_on_that_clock(connection: Connection) -> None:
    """Down before the moment and known so, checked down after it: only the clock that waits for the check differs."""
    content_id = factories.ended(
        connection, ago(hours=5), 20, REMOVED, updated_at=LATER, confirmed_down_at=NOW + timedelta(hours=1)
    )
    _told(connection, content_id, "outcome_id", (REMOVED, ago(hours=4)))
    _told(connection, content_id, "actioned_at", (int(ago(hours=5, minutes=-20).timestamp()), ago(hours=4)))
    assert hindsight.changed(connection, pinned(asked())).empty
    checked = hindsight.changed(connection, pinned(asked(clock="received_confirmed")))
    assert checked["kind"].tolist() == ["ended_since"]


def test_a_live_view_has_nothing_to_compare(connection: Connection) -> None:
    for question in (hindsight.beside, hindsight.changes, hindsight.changed):
        assert question(connection, asked()).empty
