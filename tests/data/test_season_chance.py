"""Chance that belongs to a row, and time as the crowd lives it."""

from datetime import UTC, datetime

import numpy as np
import pytest

from data.season import chance
from data.season.issues import plan
from data.season.posts import cascade
from data.season.rhythm import Pace, activity, calendar, hour_of_week, midnight, wib_day

IDS = np.random.default_rng(1).integers(0, 2**63 - 1, 20_000)


def test_a_draw_belongs_to_its_id_whatever_stands_beside_it() -> None:
    drawn = chance.uniform(IDS, "label")
    assert np.array_equal(chance.uniform(IDS[::-1], "label")[::-1], drawn)
    assert chance.uniform(IDS[77:78], "label")[0] == drawn[77]


def test_draws_fill_the_interval_evenly_and_labels_do_not_echo() -> None:
    one, two = chance.uniform(IDS, "one"), chance.uniform(IDS, "two")
    assert 0 < one.min() < 0.001
    assert 0.999 < one.max() < 1
    assert np.histogram(one, 10, (0, 1))[0].std() < 100
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.03


def test_neighbouring_ids_draw_as_differently_as_any() -> None:
    drawn = chance.uniform(np.arange(10_000), "label")
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.04


def test_normal_and_lognormal_draws() -> None:
    drawn = chance.normal(IDS, "label")
    assert abs(drawn.mean()) < 0.03
    assert drawn.std() == pytest.approx(1, abs=0.03)
    assert np.median(chance.lognormal(IDS, "label", 30, 1.0)) == pytest.approx(30, rel=0.05)


def test_picks_follow_the_weights_of_all_or_of_each() -> None:
    shares = np.bincount(chance.pick(IDS, "label", [1, 0, 3]), minlength=3) / IDS.size
    assert shares[0] == pytest.approx(0.25, abs=0.02)
    assert shares[1] == 0
    own = np.where(np.arange(IDS.size)[:, None] % 2 == 0, [[1, 0]], [[0, 1]])
    assert np.array_equal(chance.pick(IDS, "label", own), np.arange(IDS.size) % 2)


def test_hours_of_the_week_start_on_monday_midnight_in_jakarta() -> None:
    monday = int(datetime(2024, 2, 11, 17, tzinfo=UTC).timestamp())
    assert hour_of_week(np.array([monday, monday - 1])).tolist() == [0, 167]
    assert midnight(np.array([monday + 5_000])).tolist() == [monday]
    assert wib_day(np.array([monday - 1, monday])).tolist() == [19_764, 19_765]


def test_activity_is_one_on_average_over_a_week() -> None:
    week = np.arange(168) * 3_600
    assert activity(week).mean() == pytest.approx(1)


def test_the_calendar_rises_to_the_vote_and_falls_after_the_count() -> None:
    vote = (datetime(2024, 2, 14, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).days
    before, day, after = calendar(np.array([vote - 100, vote, vote + 90]))
    assert after < before < day


def test_lived_time_runs_forward_and_back_to_the_same_moment() -> None:
    start = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
    pace = Pace.between(start, start + 30 * 86_400)
    times = np.sort(np.random.default_rng(2).integers(start, start + 29 * 86_400, 500))
    lived = pace.lived_at(times)
    assert (np.diff(lived) >= 0).all()
    assert np.abs(pace.time_of(lived) - times).max() <= 1


def test_a_cascade_starts_with_its_issue_and_goes_on() -> None:
    sizes = np.array([1, 5, 300])
    hours = cascade(np.random.default_rng(3), sizes, np.array([1.0, 1.0, 1.0]))
    assert hours.size == 306
    assert hours[[0, 1, 6]].tolist() == [0, 0, 0]
    assert (np.delete(hours, [0, 1, 6]) > 0).all()
    assert np.median(hours[6:]) > 3


def test_a_plan_has_the_content_that_was_asked_for_and_its_bursts() -> None:
    since, until = 1_700_000_000, 1_790_000_000
    found = plan(np.random.default_rng(4), 10_000, since, until)
    assert 10_000 <= found.size[found.burst == 0].sum() < 10_900
    assert (found.burst > 0).sum() == 2
    assert (until - found.start[found.burst > 0] < 3 * 86_400).all()
    recent = (found.start > until - 56 * 86_400) & (found.burst == 0)
    assert 0.12 < found.size[recent].sum() / found.size.sum() < 0.32
    assert found.size[recent].max() <= 150
