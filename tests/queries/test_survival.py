"""Kaplan–Meier and Aalen–Johansen against the reference vector of the domain and against scipy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from queries.survival import cumulative_incidence, grouped, kaplan_meier

TIMES = [3, 5, 6, 7, 8, 10, 12, 12]
ENDED = [1, 0, 1, 1, 0, 1, 1, 0]


def test_reference_vector() -> None:
    curve = kaplan_meier(*grouped(TIMES, ENDED))
    for moment, expected in ((3, 0.875), (6, 0.7292), (7, 0.5833), (10, 0.3889)):
        assert curve.at(moment)[0] == pytest.approx(expected, abs=5e-5)
    assert curve.quantile(0.5) == 10
    assert np.median([t for t, e in zip(TIMES, ENDED, strict=True) if e]) == 7


def test_median_not_reached_has_a_bound_and_no_value() -> None:
    curve = kaplan_meier(*grouped([60, 11_520, 11_520], [1, 0, 0]))
    assert curve.quantile(0.5) is None
    assert curve.last_time == 11_520


def test_no_items() -> None:
    curve = kaplan_meier(*grouped([], []))
    assert curve.last_time is None
    assert curve.quantile(0.5) is None
    assert curve.at(60) == (1.0, 1.0, 1.0)


items = st.lists(st.tuples(st.integers(0, 5_000), st.booleans()), min_size=1, max_size=200)


@given(items)
@settings(max_examples=300, deadline=None)
def test_equals_scipy(rows: list[tuple[int, bool]]) -> None:
    seconds, ended = [r[0] for r in rows], [r[1] for r in rows]
    curve = kaplan_meier(*grouped(seconds, ended))
    known = [t for t, e in rows if e]
    open_ones = [t for t, e in rows if not e]
    reference = ecdf(CensoredData(uncensored=np.array(known, float), right=np.array(open_ones, float))).sf
    assert curve.survival == pytest.approx(reference.evaluate(curve.times))


@given(items, st.integers(0, 10_000))
@settings(max_examples=300, deadline=None)
def test_an_open_item_never_lowers_the_median(rows: list[tuple[int, bool]], age: int) -> None:
    before = kaplan_meier(*grouped([r[0] for r in rows], [r[1] for r in rows])).quantile(0.5)
    more = [*rows, (age, False)]
    after = kaplan_meier(*grouped([r[0] for r in more], [r[1] for r in more])).quantile(0.5)
    assert after is None or (before is not None and after >= before)


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 3)), min_size=1, max_size=120))
@settings(max_examples=300, deadline=None)
def test_ways_of_ending_sum_to_one_minus_survival(rows: list[tuple[int, int]]) -> None:
    seconds, way = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    times = np.unique(seconds)
    by_way = np.array([[np.sum((seconds == t) & (way == k)) for t in times] for k in (1, 2, 3)])
    censored = np.array([np.sum((seconds == t) & (way == 0)) for t in times])
    incidence = cumulative_incidence(times, by_way, censored)
    assert incidence.sum(axis=0) == pytest.approx(1 - kaplan_meier(times, by_way.sum(axis=0), censored).survival)
    assert (np.diff(incidence, axis=1) >= -1e-12).all()


def test_without_censoring_incidence_is_a_plain_share() -> None:
    incidence = cumulative_incidence([10, 20, 30], [[1, 0, 1], [0, 2, 0]], [0, 0, 0])
    assert incidence[:, -1] == pytest.approx([2 / 4, 2 / 4])
