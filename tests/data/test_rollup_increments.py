"""What changed rows add to the sums: one increment a cell, none where nothing counts otherwise."""

from typing import Any

from data.rollups.increments import Increments, increments
from data.tables import content, issue

AT = 1_709_285_400
"""2024-03-01 09:30 UTC: hour 474801, day 19783 (WIB)."""


def row(**columns: Any) -> dict[str, Any]:
    return {
        "content_id": 1, "issue_id": None, "service_id": 1, "theme_id": 2, "source_id": 3, "technique_id": 4,
        "province_code": None, "detected_at": AT, "verified_at": None, "clarified_at": None, "requested_at": None,
        "outcome_id": 0, "views": None, "time_precision": "second", **columns,
    }  # fmt: skip


def made(found: Increments, cube: int) -> list[dict[str, Any]]:
    size = len(found.columns["cube"])
    cells = [{name: column[place] for name, column in found.columns.items()} for place in range(size)]
    return [cell for cell in cells if cell["cube"] == cube]


def test_new_rows_of_one_cell_are_one_increment() -> None:
    (found,) = increments(content, [], [row(), row(outcome_id=1), row(province_code="31")])
    assert found.measures == ("n_found", "n_removed", "n_open")
    assert made(found, 1) == [
        {"cube": 1, "service_id": 1, "theme_id": -1, "source_id": -1, "bucket": 474_801, "technique_id": -1,
         "province_code": "*", "n_found": 3, "n_removed": 1, "n_open": 2},
    ]  # fmt: skip
    assert {cell["province_code"]: cell["n_found"] for cell in made(found, 11)} == {"": 2, "31": 1}


def test_a_row_that_counts_as_before_adds_nothing() -> None:
    assert list(increments(content, [row()], [row(title="x", harm_id=3)])) == []
    assert list(increments(content, [row(detected_at=None)], [row(detected_at=None, service_id=5)])) == []
    assert list(increments(content, [], [])) == []


def test_only_measures_that_change_are_named() -> None:
    (found,) = increments(content, [row()], [row(outcome_id=1)])
    assert found.measures == ("n_removed", "n_open")
    assert [(cell["n_removed"], cell["n_open"]) for cell in made(found, 12)] == [(1, -1)]


def test_a_row_that_moves_leaves_one_cell_and_enters_another() -> None:
    (found,) = increments(content, [row()], [row(service_id=6)])
    assert [(cell["service_id"], cell["n_found"]) for cell in made(found, 6)] == [(1, -1), (6, 1)]
    assert made(found, 16) == []


def test_sums_beyond_64_bits_are_not_cut() -> None:
    many = 2**63 - 1
    _, found = increments(content, [], [row(issue_id=9, views=many), row(issue_id=9, views=many)])
    assert [cell["n_views"] for cell in made(found, 1)] == [2 * many]


def test_issues_count_by_theme() -> None:
    was = {"issue_id": 1, "theme_id": 2, "first_seen_at": AT, "clarified_at": None, "status": "new", "closed_at": None}
    found, closed = increments(issue, [was], [was | {"status": "closed", "clarified_at": AT, "closed_at": AT}])
    assert found.measures == ("n_clarified", "n_closed")
    assert [cell["bucket"] for cell in made(found, 2)] == [19_783]
    assert closed.rollup.table.name == "rollup_issue_closed"
    assert closed.measures == ("n_closed",)
