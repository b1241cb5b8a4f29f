"""The rows behind a number are those it counted, all of them, each once."""

from collections.abc import Callable
from datetime import timedelta

import pandas as pd
import pytest
from sqlalchemy import Connection

from data.rollups.clocks import REMOVED
from queries import contents, issues, rows, takedowns
from queries.filters import Filters
from queries.limits import ROWS_PAGE
from queries.reading import DTYPES
from tests.queries import factories
from tests.queries.factories import NOW, TIKTOK, WEST_JAVA, ago, asked, pinned

KINDS = [(rows.contents, rows.CONTENTS), (rows.requests, rows.REQUESTS), (rows.issues, rows.ISSUES)]
Rows = Callable[..., pd.DataFrame]


def every(question: Rows, connection: Connection, filters: Filters) -> list[str]:
    """Return the ids of all pages, in order."""
    found, after = [], None
    while True:
        page = question(connection, filters, after)
        assert len(page) <= ROWS_PAGE
        found += page.iloc[:, 1].tolist()
        after = page.attrs["after"]
        if after is None:
            return found


@pytest.mark.parametrize(("question", "columns"), KINDS)
def test_without_rows_there_is_one_empty_page_of_the_declared_types(
    connection: Connection, question: Rows, columns: dict[str, str]
) -> None:
    page = question(connection, asked())
    assert page.empty
    assert page.attrs["after"] is None
    assert {name: str(dtype) for name, dtype in page.dtypes.items()} == {n: DTYPES[kind] for n, kind in columns.items()}


def test_pages_hold_every_row_once_even_those_of_one_second(connection: Connection) -> None:
    batch = factories.Batch()
    for number in range(2 * ROWS_PAGE + 30):
        moment = ago(hours=3, seconds=number // 90)
        factories.content(batch, moment)
        factories.issue(batch, moment)
        factories.request(batch, moment if number % 3 else None, notified_at=moment)
    batch.write(connection)
    for question, _ in KINDS:
        found = every(question, connection, asked())
        assert len(found) == len(set(found)) == 2 * ROWS_PAGE + 30


def test_the_rows_are_those_the_figures_counted(connection: Connection) -> None:
    for service, place in ((TIKTOK, WEST_JAVA), (TIKTOK, None), (factories.X, WEST_JAVA)):
        claim = factories.issue(connection, ago(hours=3))
        factories.content(connection, ago(hours=3), service_id=service, province_code=place, issue_id=claim)
        factories.request(connection, ago(hours=3), service_id=service, province_code=place)
        factories.content(connection, ago(hours=30), service_id=service, province_code=place)
    for filters in (asked(), asked(services=("tiktok",)), asked(services=("tiktok",), provinces=("32",))):
        assert len(rows.contents(connection, filters)) == contents.totals(connection, filters)["n_found"].sum()
        assert len(rows.issues(connection, filters)) == issues.counts(connection, filters)["n_new"].sum()
        promise = takedowns.within_promise(connection, filters)
        assert len(rows.requests(connection, filters)) == promise.loc[promise["is_total"], "n_requests"].sum()


def test_a_row_shows_codes_not_numbers_and_times_not_seconds(connection: Connection) -> None:
    claim = factories.issue(connection, ago(hours=3))
    factories.content(
        connection, ago(hours=3), issue_id=claim, technique_id=factories.DEEPFAKE, outcome_id=REMOVED, title="Judul"
    )
    row = rows.contents(connection, asked()).iloc[0]
    shown = ["service", "province", "theme", "technique", "source", "outcome", "title", "url"]
    assert row[shown].tolist() == ["facebook", "tanpa", "sara", "deepfake", "automatic", "removed", "Judul", ""]
    assert (row["at"], row["issue_id"]) == (ago(hours=3), str(claim))
    factories.ended(connection, ago(hours=2), 9, REMOVED)
    row = rows.requests(connection, asked()).iloc[0]
    assert row[["service", "outcome", "request_no"]].tolist() == ["facebook", "removed", 1]
    assert row["actioned_at"] - row["received_at"] == timedelta(minutes=9)


def test_a_fixed_link_leaves_out_what_was_recorded_later(connection: Connection) -> None:
    factories.content(connection, ago(hours=3))
    factories.content(connection, ago(hours=3), recorded_at=NOW + timedelta(hours=1))
    assert len(rows.contents(connection, pinned(asked()))) == 1
