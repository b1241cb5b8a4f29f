"""Closed messaging: from the report to the clarification; never a platform latency."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine

from data.engine import transaction
from queries import closed_messaging, takedowns
from tests.queries import factories
from tests.queries.factories import NOW, WHATSAPP, ago, asked, pinned


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with transaction(engine) as connection:
        yield connection


def test_reports_are_timed_to_their_clarification_and_waiting_ones_count(connection: Connection) -> None:
    """Clarified after 60, 120 and 180 minutes, one waiting for 240; one was clarified before it was reported."""
    for minutes in (60, 120, 180):
        found = ago(hours=6)
        factories.content(connection, found, service_id=WHATSAPP, clarified_at=found + timedelta(minutes=minutes))
    factories.content(connection, ago(hours=4), service_id=WHATSAPP)
    factories.content(connection, ago(hours=3), service_id=WHATSAPP, clarified_at=ago(hours=9))
    factories.content(connection, ago(hours=3), clarified_at=ago(hours=2))  # Facebook: not here
    frame = closed_messaging.clarified(connection, asked()).set_index("service")
    assert list(frame.index) == ["whatsapp", "line"]
    row = frame.loc["whatsapp"]
    assert (row["n_reports"], row["n_clarified"], row["n_already"], row["n_waiting"]) == (5, 3, 1, 1)
    assert (row["median_minutes"], row["longest_minutes"]) == (120, 240)  # S: 3/4, 1/2, 1/4
    assert frame.loc["line", "n_reports"] == 0


def test_a_median_that_is_not_reached_is_not_a_number(connection: Connection) -> None:
    factories.content(connection, ago(hours=4), service_id=WHATSAPP)
    row = closed_messaging.clarified(connection, asked()).iloc[0]
    assert row.isna()["median_minutes"]
    assert row["longest_minutes"] == 240


def test_its_latency_is_not_applicable_and_never_zero(connection: Connection) -> None:
    factories.ended(connection, ago(hours=4), 5, 1, service_id=WHATSAPP)
    row = takedowns.within_promise(connection, asked()).set_index("service").loc["whatsapp"]
    assert (row["is_applicable"], row["n_due"], row["n_not_applicable"]) == (False, 0, 1)
    assert row.isna()["share"]


def test_a_fixed_link_knows_only_what_had_come(connection: Connection) -> None:
    factories.content(connection, ago(hours=4), service_id=WHATSAPP, clarified_at=NOW + timedelta(hours=1))
    row = closed_messaging.clarified(connection, pinned(asked())).iloc[0]
    assert (row["n_clarified"], row["n_waiting"]) == (0, 1)


def test_without_closed_messaging_there_are_no_rows(connection: Connection) -> None:
    assert closed_messaging.clarified(connection, asked(services=("facebook",))).empty
    assert closed_messaging.clarified(connection, asked(window="30d")).attrs["bounded_since"] is not None
