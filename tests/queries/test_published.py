"""Official figures: shown as published, balanced or not, the known slips named, ours beside them."""

from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, delete, update

from data.rollups.clocks import LABELLED, REMOVED
from data.tables import published_figure
from queries import published
from tests.queries import factories
from tests.queries.factories import TIKTOK, asked, at


def figures(connection: Connection, **choice: Any) -> pd.DataFrame:
    return published.figures(connection, asked(**choice)).set_index(["figure_set", "service"])


def change(connection: Connection, figure_set: str, measure: str, service: str, value: int) -> None:
    row = published_figure.c
    where = (row.figure_set == figure_set, row.measure == measure, row.service_code == service)
    assert connection.execute(update(published_figure).where(*where).values(value=value)).rowcount == 1


def test_the_published_sets_load_and_balance(connection: Connection) -> None:
    frame = figures(connection)
    wholes = frame[frame["is_total"]]
    assert wholes["found"].tolist() == [526, 355, 2882, 3235, 6]
    assert wholes["balance"].tolist() == ["incomplete", "balanced", "balanced", "balanced", "balanced"]
    assert wholes["services_difference"].dropna().tolist() == [0, 0, 0]
    assert (frame["balance"] != "unbalanced").all()


@pytest.mark.parametrize(
    ("figure_set", "service", "code"),
    [("A", "facebook", "two_values"), ("A", "tiktok", "misprint"), ("B", "", "issues_as_content")],
)
def test_releases_that_contradict_themselves_are_named(
    connection: Connection, figure_set: str, service: str, code: str
) -> None:
    row = figures(connection).loc[(figure_set, service)]
    assert row["slip"] == code
    assert row["slip_id"] != row["slip_en"] != ""
    assert row["note"]


def test_each_slip_as_it_was_printed_is_caught(connection: Connection) -> None:
    change(connection, "A", "found", "facebook", 454)
    assert figures(connection).loc[("A", "facebook"), ["difference", "balance"]].tolist() == [-1, "unbalanced"]
    assert figures(connection).loc[("A", ""), ["services_difference", "balance"]].tolist() == [1, "unbalanced"]
    change(connection, "A", "removed", "tiktok", 14)
    assert figures(connection).loc[("A", "tiktok"), ["difference", "balance"]].tolist() == [7, "unbalanced"]
    change(connection, "B", "found", "", 96)
    assert figures(connection).loc[("B", ""), ["difference", "balance"]].tolist() == [96 - 355, "unbalanced"]


def test_a_total_that_is_not_the_sum_of_its_parts_is_caught_and_named(connection: Connection) -> None:
    for service, value in (("", 2_179_223), ("facebook", 2_000_000), ("x", 163_183)):
        factories.row(
            connection, "published_figure", figure_set="SAMAN", measure="found", service_code=service, value=value,
            source="rilis", note="",
        )  # fmt: skip
    row = figures(connection).loc[("SAMAN", "")]
    assert row[["services_difference", "balance", "slip"]].tolist() == [16_040, "unbalanced", "sum_of_parts"]


def print_set(connection: Connection, figure_set: str, *figures: tuple[str, str, int]) -> None:
    for measure, service, value in figures:
        factories.row(
            connection, "published_figure", figure_set=figure_set, measure=measure, service_code=service, value=value,
            source="rilis", note="",
        )  # fmt: skip


def test_a_slip_is_named_by_its_figures_and_not_by_the_letter_of_its_set(connection: Connection) -> None:
    for measure, value in (("found", 40), ("removed", 30), ("open", 10)):
        change(connection, "A", measure, "facebook", value)
    row = figures(connection).loc[("A", "facebook")]
    assert row[["balance", "slip", "slip_id"]].tolist() == ["balanced", "", ""]


def test_issues_printed_as_content_are_named_in_any_set(connection: Connection) -> None:
    print_set(connection, "Z", ("isu", "", 70), ("found", "", 70), ("removed", "", 300), ("open", "", 5))
    print_set(connection, "Y", ("isu", "", 70), ("found", "", 70), ("removed", "", 65), ("open", "", 5))
    frame = figures(connection)
    assert frame.loc[("Z", ""), ["balance", "slip"]].tolist() == ["unbalanced", "issues_as_content"]
    assert frame.loc[("Y", ""), ["balance", "slip"]].tolist() == ["balanced", ""]


def test_every_part_that_can_be_loaded_counts_in_the_balance(connection: Connection) -> None:
    parts = ("removed", "restricted", "labelled", "rejected", "withdrawn", "open")
    print_set(connection, "Z", ("found", "", 21), *((name, "", n) for n, name in enumerate(parts, start=1)))
    row = figures(connection).loc[("Z", "")]
    assert row[["difference", "balance", *parts]].tolist() == [0, "balanced", 1, 2, 3, 4, 5, 6]


def test_a_release_by_category_is_summed_over_its_categories(connection: Connection) -> None:
    print_set(connection, "SAMAN", ("found", "", 2_179_223), ("found", "judi", 2_000_000), ("found", "lain", 163_183))
    row = figures(connection).loc[("SAMAN", "")]
    assert row[["services_difference", "balance", "slip"]].tolist() == [16_040, "unbalanced", "sum_of_parts"]


def test_ours_stand_beside_where_our_data_reaches_back(connection: Connection) -> None:
    assert not figures(connection)["is_covered"].any()
    factories.content(connection, at("2024-07-03 08:00"), outcome_id=LABELLED)
    factories.content(connection, at("2024-10-03 23:59"), outcome_id=REMOVED, service_id=TIKTOK)
    factories.content(connection, at("2024-10-04 00:00"))
    factories.issue(connection, at("2024-07-10 08:00"))
    frame = figures(connection)
    assert frame.loc[frame["is_covered"]].index.tolist() == [("E", "")]
    columns = ["our_issues", "our_found", "our_removed", "our_labelled", "our_open"]
    assert frame.loc[("E", ""), columns].tolist() == [1, 2, 1, 1, 0]
    assert frame.loc[("D", ""), columns].isna().all()


def test_ours_by_service_are_zero_where_we_found_none(connection: Connection) -> None:
    factories.content(connection, at("2023-07-17 08:00"))
    frame = figures(connection)
    assert frame.loc[("B", "facebook"), "our_found"] == 1
    assert frame.loc[("B", "x"), "our_found"] == 0
    assert pd.isna(frame.loc[("B", "x"), "our_issues"])


def test_a_service_filter_keeps_the_wholes_and_that_service(connection: Connection) -> None:
    services = {service for _, service in figures(connection, services=("x",)).index}
    assert services == {"", "x"}


def test_without_figures_there_are_no_rows(connection: Connection) -> None:
    connection.execute(delete(published_figure))
    assert published.figures(connection, asked()).empty
