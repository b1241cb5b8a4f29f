"""What `posko bench` fails on: each target once, at the sizes it speaks of, and by how much it was missed."""

import ast
from pathlib import Path

import pandas as pd
import pytest

from queries import benchmark_targets as targets
from queries.benchmark_exactness import Exactness, miscounted, quantile, quantile_errors
from queries.benchmark_questions import PAGES, QUESTIONS, SINGLES
from queries.benchmark_targets import TARGETS, TEN_MILLION, Benched, missed
from queries.benchmarks import Cost, Measured

QUICK, SLOW = 0.1, 500.0


def costing(name: str, window: str, ms: float, naive_ms: float = 900.0, is_same: bool | None = True) -> Measured:
    return Measured(name, window, Cost([ms] * 20, [ms] * 20), Cost([naive_ms], [naive_ms]), is_same=is_same)


def benched(requests: int, ms: float = QUICK, *, is_postgres: bool = False) -> Benched:
    return Benched(
        "x",
        is_postgres,
        requests,
        {(name, "24h"): costing(name, "24h", ms) for name in QUESTIONS},
        {(page, "24h"): Cost([ms] * 20, [ms] * 20) for page in PAGES},
        {one.name: costing(one.name, one.window, ms) for one in SINGLES},
        {"24h": Exactness(0.004, 6, 0)},
    )


def names(found: list[targets.Missed]) -> set[str]:
    return {one.target.what for one in found}


def test_a_quick_exact_database_misses_nothing() -> None:
    assert missed([benched(1_000_000), benched(TEN_MILLION)]) == []


def test_milliseconds_are_held_against_ten_million_only() -> None:
    assert missed([benched(1_000_000, SLOW)]) == []
    late = missed([benched(TEN_MILLION, SLOW)])
    assert {one.target.unit for one in late} == {"ms"}
    assert names(late) == {target.what for target in TARGETS if target.unit == "ms"}
    assert {one.times for one in late if one.target.what.startswith("Q1")} == {250.0}


def test_each_engine_has_its_own_limit() -> None:
    one, other = benched(TEN_MILLION, 3.5), benched(TEN_MILLION, 3.5, is_postgres=True)
    assert any(each.target.what.startswith("Q1") for each in missed([one]))
    assert not any(each.target.what.startswith("Q1") for each in missed([other]))


def test_growth_is_that_of_ten_times_the_data_on_one_engine() -> None:
    grown = missed([benched(1_000_000), benched(TEN_MILLION, 1.4 * QUICK)])
    assert names(grown) == {"growth with ten times the data"}
    assert len(grown) == len(SINGLES)
    assert missed([benched(1_000_000, is_postgres=True), benched(TEN_MILLION, 1.4 * QUICK)]) == []
    assert missed([benched(100_000), benched(TEN_MILLION, 1.4 * QUICK)]) == []


def test_the_naive_form_must_not_be_cheaper() -> None:
    database = benched(100_000)
    name = SINGLES[0].name
    database.singles[name] = costing(name, "24h", ms=5.0, naive_ms=4.0)
    (found,) = missed([database])
    assert (found.figure.of, found.times) == (name, 1.25)
    database.requests = 99_999
    assert missed([database]) == []


@pytest.mark.parametrize(
    ("exact", "what"),
    [
        (Exactness(0.011, 3, 0), "error of quantiles"),
        (Exactness(0.0, 3, 1), "share within the hour is exact"),
        (Exactness(float("nan"), 0, 0), None),
    ],
)
def test_exactness_is_held_at_every_size(exact: Exactness, what: str | None) -> None:
    database = benched(1_000)
    database.exactness["24h"] = exact
    assert names(missed([database])) == ({what} if what else set())


def test_an_answer_that_differs_from_the_facts_is_named() -> None:
    database = benched(1_000)
    database.questions["issues.top", "24h"] = costing("issues.top", "24h", QUICK, is_same=False)
    (found,) = missed([database])
    assert found.figure.of == "issues.top, 24h"
    assert found.times == float("inf")


def durations(**seconds: list[int]) -> pd.DataFrame:
    rows = [(service, "removed", value, 300) for service, values in seconds.items() for value in values]
    return pd.DataFrame(rows, columns=["service", "end", "seconds", "n"])


def test_quantiles_are_compared_where_there_are_enough_removals() -> None:
    exact, ours = durations(a=[100, 1_000], b=[7]), durations(a=[100, 1_008], b=[70])
    assert [quantile(exact[exact.service == "a"], share) for share in (0.5, 0.51)] == [100, 1_000]
    assert quantile_errors(ours, exact) == pytest.approx([0, 0.008, 0.008])


def test_requests_counted_elsewhere_are_counted() -> None:
    ours = pd.DataFrame({"service": ["a", "b"], "n_within": [3, 4], "share": [0.1, 0.2]})
    exact = pd.DataFrame({"service": ["b", "c"], "n_within": [6, 1], "share": [0.9, 0.9]})
    assert miscounted(ours, exact) == 3 + 2 + 1


@pytest.mark.parametrize("page", PAGES)
def test_every_question_of_a_page_is_measured(page: str) -> None:
    """What a page's file takes from `queries` and hands to a panel stands in the list of its questions."""
    tree = ast.parse(Path(f"pages/{page}.py").read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "queries"]
    modules = {name.name for node in imports for name in node.names}
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)]
    used = {f"{node.value.id}.{node.attr}" for node in names if isinstance(node.value, ast.Name)}
    used = {name for name in used if name.split(".")[0] in modules}
    asked = {name for name in used if name.split(".")[1].islower()}
    measured = {name.partition(" by ")[0] for name in PAGES[page]}
    assert asked - measured == set()
    assert set(PAGES[page]) <= set(QUESTIONS)
