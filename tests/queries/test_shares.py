"""Shares and their intervals."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from queries.shares import relative_change, share, wilson


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"), [(6, 6, 61, 100), (0, 11, 0, 26), (10, 17, 36, 78), (332, 455, 69, 77)]
)
def test_wilson_gives_the_intervals_of_the_domain(part: int, whole: int, low: int, high: int) -> None:
    limits = wilson(part, whole)
    assert [round(float(limit) * 100) for limit in limits] == [low, high]


@given(st.integers(1, 10_000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_wilson_agrees_with_scipy(pair: tuple[int, int]) -> None:
    part, whole = pair
    other = binomtest(part, whole).proportion_ci(method="wilson")
    low, high = wilson(part, whole)
    assert (float(low), float(high)) == pytest.approx((other.low, other.high), abs=1e-9)


def test_a_share_of_nothing_is_not_a_number_and_never_zero() -> None:
    low, high = wilson(0, 0)
    assert math.isnan(float(share(0, 0)))
    assert math.isnan(float(low))
    assert math.isnan(float(high))
    assert math.isnan(relative_change(5, 0))


def test_relative_change_is_against_what_was_before() -> None:
    assert relative_change(15, 10) == 0.5
    assert relative_change(0, 10) == -1
