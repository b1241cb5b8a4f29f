"""Spikes against the same hour of the week: the rule as stated."""

from datetime import timedelta

import numpy as np
import pytest
from scipy.stats import median_abs_deviation
from sqlalchemy import Connection

from queries import spikes
from queries.baselines import RISING, SPIKE, Rule
from tests.queries import factories
from tests.queries.factories import NOW, TIKTOK, ago, asked, at

WEEK = timedelta(days=7)


def test_the_threshold_is_that_of_the_stated_rule() -> None:
    earlier = [2, 4, 4, 5, 7, 9, 30, 31]
    usual, threshold, known = SPIKE.usual(earlier)
    width = max(1.4826 * median_abs_deviation(earlier), np.sqrt(6), 1)
    assert (float(usual), float(threshold), int(known)) == (6, pytest.approx(6 + 4 * width), 8)
    for language in ("id", "en"):
        assert "4 ×" in SPIKE.text(language)
        assert "3 ×" in RISING.text(language)


def test_unknown_weeks_are_left_out_and_too_few_give_no_judgement() -> None:
    nothing = np.nan
    usual, threshold, known = SPIKE.usual([[nothing, 3], [nothing, 3], [5, 3], [5, 3], [5, 3], [nothing, 3]])
    assert known.tolist() == [3, 6]
    assert usual.tolist() == [pytest.approx(nothing, nan_ok=True), 3]
    assert np.isnan(threshold).tolist() == [True, False]


def test_a_count_below_the_least_is_never_out_of_the_ordinary() -> None:
    rule = Rule(times=1, least=10, fewest=1, text_id="", text_en="")
    assert float(rule.usual([[0]])[1][0]) == 9


def weekly(connection: Connection, weeks: range, hour: str, n: int, **given: object) -> None:
    batch = factories.Batch()
    for week in weeks:
        for _ in range(n):
            factories.content(batch, at(hour) - week * WEEK, **given)
    batch.write(connection)


def test_an_hour_far_above_its_hour_of_the_week_is_a_spike(connection: Connection) -> None:
    weekly(connection, range(1, 9), "2026-03-04 09:30", 3)
    weekly(connection, range(1), "2026-03-04 09:30", 12)
    weekly(connection, range(9, 10), "2026-03-04 00:00", 1)
    frame = spikes.series(connection, asked(window="6h")).set_index("started_at")
    row = frame.loc[at("2026-03-04 09:00")]
    assert row[["n_found", "usual", "n_weeks", "is_spike"]].tolist() == [12, 3, 8, True]
    assert row["threshold"] == pytest.approx(max(3 + 4 * np.sqrt(3), 9))
    others = frame.drop(at("2026-03-04 09:00"))
    assert not others["is_spike"].any()
    assert others["has_baseline"].all()
    assert (others["usual"] == 0).all()
    assert frame["is_filling"].tolist() == [False] * 6 + [True]


def test_with_less_than_four_weeks_of_data_nothing_is_called_a_spike(connection: Connection) -> None:
    weekly(connection, range(1, 4), "2026-03-04 09:30", 1)
    weekly(connection, range(1), "2026-03-04 09:30", 50)
    frame = spikes.series(connection, asked(window="6h")).set_index("started_at")
    row = frame.loc[at("2026-03-04 09:00")]
    assert row[["n_weeks", "has_baseline", "is_spike"]].tolist() == [2, False, False]
    assert np.isnan(row["threshold"])


def test_a_week_counts_when_it_lies_wholly_after_the_first_content(connection: Connection) -> None:
    weekly(connection, range(4, 5), "2026-03-04 09:00", 1)
    frame = spikes.series(connection, asked(window="6h")).set_index("started_at")
    assert frame["n_weeks"].tolist() == [3, 3, 3, 4, 4, 4, 4]


def test_beyond_31_days_the_rule_is_applied_by_wib_day(connection: Connection) -> None:
    weekly(connection, range(1, 9), "2026-03-03 09:30", 2)
    weekly(connection, range(1), "2026-03-03 23:59", 20)
    frame = spikes.series(connection, asked(window="90d")).set_index("started_at")
    assert len(frame) == 91
    row = frame.loc[at("2026-03-03 00:00")]
    assert row[["n_found", "usual", "is_spike"]].tolist() == [20, 2, True]
    assert frame["is_spike"].sum() == 1


def test_spikes_follow_the_filters(connection: Connection) -> None:
    weekly(connection, range(9), "2026-03-04 09:30", 1)
    weekly(connection, range(1), "2026-03-04 10:30", 15, service_id=TIKTOK)
    assert spikes.series(connection, asked(window="6h"))["is_spike"].sum() == 1
    assert spikes.series(connection, asked(window="6h", services=("facebook",)))["is_spike"].sum() == 0
    assert spikes.series(connection, asked(window="7d", services=("tiktok",)))["is_spike"].sum() == 1


def test_the_series_is_that_of_the_found_content(connection: Connection) -> None:
    for hours in (1, 2, 30, 100):
        factories.content(connection, ago(hours=hours))
    for window, n in (("6h", 2), ("24h", 2), ("7d", 4), ("365d", 4)):
        assert spikes.series(connection, asked(window=window))["n_found"].sum() == n
    assert ago(hours=1) < NOW
