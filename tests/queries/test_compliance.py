"""Each deadline for its own class, as it held when the clock started, once it has passed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, text, update

from data.engine import transaction
from data.rollups.clocks import LABELLED, OPEN, REMOVED, WITHDRAWN
from data.tables import deadline
from queries import compliance, takedowns
from queries.filters import Filters
from queries.shares import wilson
from tests.queries import factories
from tests.queries.factories import FACEBOOK, NOW, TIKTOK, WHATSAPP, ago, asked, at, pinned


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with transaction(engine) as connection:
        yield connection


def lines(frame: pd.DataFrame) -> dict[str, dict[str, int]]:
    names = [name for name in frame if name.startswith("n_")]
    return {row["code"]: {name[2:]: row[name] for name in names if row[name]} for row in frame.to_dict("records")}


def test_every_request_is_judged_by_the_rule_of_its_class(connection: Connection) -> None:
    """Hoaxes: 30 minutes, 20 hours and 30 hours. Urgent: 3 hours, 5 hours, and one open for 6."""
    for minutes in (30, 20 * 60, 30 * 60):
        factories.ended(connection, ago(days=3), minutes, REMOVED)
    for minutes in (180, 300):
        factories.ended(connection, ago(days=3), minutes, REMOVED, urgency="urgent")
    factories.request(connection, ago(hours=6), urgency="urgent")
    found = lines(compliance.by_deadline(connection, asked(window="7d")))
    assert found == {
        "promise_60": {"due": 6, "within": 1, "removed_late": 4, "open_late": 1},
        "rule_urgent_4": {"due": 3, "within": 1, "removed_late": 1, "open_late": 1},
        "rule_hoax_24": {"due": 3, "within": 2, "removed_late": 1},
    }


@pytest.mark.parametrize(("seconds", "kept"), [(14_400, 1), (14_401, 0)])
def test_the_last_second_of_a_deadline_keeps_it(connection: Connection, seconds: int, kept: int) -> None:
    factories.ended(connection, ago(days=1), seconds / 60, REMOVED, urgency="urgent")
    frame = compliance.by_deadline(connection, asked(window="7d")).set_index("code")
    assert (frame.loc["rule_urgent_4", "n_due"], frame.loc["rule_urgent_4", "n_within"]) == (1, kept)


def test_only_what_has_passed_is_due_and_the_rest_stands_beside(connection: Connection) -> None:
    factories.request(connection, ago(hours=3))  # past the hour, not the day
    factories.request(connection, ago(minutes=10))
    factories.ended(connection, ago(hours=2), 5, REMOVED)  # joins the 24 hours tomorrow
    found = lines(compliance.by_deadline(connection, asked()))
    assert found["promise_60"] == {"due": 2, "within": 1, "open_late": 1, "not_yet_due": 1}
    assert found["rule_hoax_24"] == {"not_yet_due": 2, "ended_early": 1}


def test_other_ends_stay_in_the_denominator_and_what_measures_nothing_out_of_it(connection: Connection) -> None:
    factories.ended(connection, ago(hours=5), 10, LABELLED)
    factories.ended(connection, ago(hours=5), 10, WITHDRAWN)
    factories.ended(connection, ago(hours=5), 100, WITHDRAWN)
    factories.ended(connection, ago(hours=5), 10, REMOVED, time_precision="day")
    factories.ended(connection, ago(hours=5), -10, REMOVED)
    factories.ended(connection, ago(hours=5), 10, REMOVED, service_id=WHATSAPP)
    assert lines(compliance.by_deadline(connection, asked()))["promise_60"] == {"due": 2, "ended_otherwise": 2}


def test_a_stopped_clock_is_not_late(connection: Connection) -> None:
    factories.request(connection, ago(hours=6), urgency="urgent", stopped_at=ago(hours=5))
    factories.ended(connection, ago(hours=8), 300, REMOVED, urgency="urgent", stopped_seconds=3_600)
    found = lines(compliance.by_deadline(connection, asked()))["rule_urgent_4"]
    assert found == {"due": 1, "within": 1, "not_yet_due": 1}


def test_deadlines_hold_between_their_dates(connection: Connection) -> None:
    """The 4 hours end at midnight of 3 March; requests after it are judged by no rule for urgent ones."""
    changed = update(deadline).where(deadline.c.code == "rule_urgent_4")
    connection.execute(changed.values(valid_to=at("2026-03-03 00:00")))
    for day in ("2026-03-02 12:00", "2026-03-03 12:00"):
        factories.ended(connection, at(day), 60, REMOVED, urgency="urgent")
    assert lines(compliance.by_deadline(connection, asked(window="7d")))["rule_urgent_4"] == {"due": 1, "within": 1}
    assert "rule_urgent_4" not in lines(compliance.by_deadline(connection, asked(window="24h")))


def test_the_promise_is_the_share_of_the_page(connection: Connection) -> None:
    for minutes in (20, 59, 61, 200):
        factories.ended(connection, ago(hours=9), minutes, REMOVED)
        factories.ended(connection, ago(hours=9), minutes, LABELLED, service_id=TIKTOK)
    for minutes in (5, 50, 70, 400):
        factories.request(connection, ago(minutes=minutes))
    whole = takedowns.within_promise(connection, asked()).iloc[-1]
    row = compliance.by_deadline(connection, asked()).set_index("code").loc["promise_60"]
    for name in ("due", "not_yet_due"):
        assert row[f"n_{name}"] == whole[f"n_{name}"]
    assert (row["n_within"], row["share"], row["low"]) == (whole["n_within_60"], whole["share"], whole["low"])
    assert (row["low"], row["high"]) == wilson(2, 10)


def test_cohorts_of_a_rule_stand_by_the_start_of_the_clock_and_the_young_are_filling(connection: Connection) -> None:
    factories.ended(connection, ago(hours=30), 60, REMOVED, urgency="urgent")
    factories.ended(connection, ago(hours=29), 600, REMOVED, urgency="urgent")
    factories.ended(connection, ago(hours=29), 60, REMOVED)
    factories.ended(connection, ago(hours=2), 60, REMOVED, urgency="urgent")
    frame = compliance.over_time(connection, asked(window="7d"), "urgent")
    kept = frame[frame["n_due"] > 0]
    assert list(zip(kept["n_due"], kept["n_within_60"], strict=True)) == [(1, 1), (1, 0)]
    assert kept["started_at"].tolist() == [at("2026-03-03 06:00"), at("2026-03-03 07:00")]
    assert frame["is_filling"].sum() == 5  # the hours from 08 to 12: the last of 08 is due only at 13
    assert len(frame) == len(takedowns.within_promise_over_time(connection, asked(window="7d")))


def test_a_fixed_link_judges_what_was_known_then(connection: Connection) -> None:
    told = factories.ended(connection, ago(hours=6), 30, REMOVED, urgency="urgent", updated_at=NOW + timedelta(hours=1))
    factories.event(connection, told, NOW + timedelta(hours=1), REMOVED)
    found = lines(compliance.by_deadline(connection, pinned(asked())))
    assert found["rule_urgent_4"] == {"due": 1, "open_late": 1}
    assert lines(compliance.by_deadline(connection, asked()))["rule_urgent_4"] == {"due": 1, "within": 1}


def test_a_long_window_is_judged_whole_where_sums_know_the_class(connection: Connection) -> None:
    factories.ended(connection, ago(days=80), 20, REMOVED)
    frame = compliance.by_deadline(connection, asked(window="90d"))
    assert frame.attrs == {"uses_facts": False, "bounded_since": None}
    assert lines(frame)["promise_60"] == {"due": 1, "within": 1}
    narrowed = compliance.by_deadline(connection, asked(window="90d", provinces=("11",)))
    assert narrowed.attrs["uses_facts"]
    assert narrowed.attrs["bounded_since"] is not None
    assert narrowed["n_due"].sum() == 0


def test_sums_by_class_judge_as_the_requests_themselves_do(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule that begins and one that ends within an hour, stopped clocks, and classes told otherwise by plain SQL."""
    chance = Random(4)
    for number in range(150):
        start = NOW - timedelta(seconds=chance.randrange(3 * 86_400))
        about = {"service_id": chance.choice((FACEBOOK, FACEBOOK, TIKTOK, WHATSAPP)),
                 "urgency": chance.choice(("hoax", "urgent", "other")),
                 "stopped_seconds": chance.choice((0, 0, 0, 3_000)),
                 "time_precision": "day" if number % 20 == 0 else "second"}  # fmt: skip
        outcome = chance.choice((OPEN, OPEN, REMOVED, REMOVED, LABELLED, WITHDRAWN))
        if outcome == OPEN:
            factories.request(connection, start, stopped_at=start if number % 9 == 0 else None, **about)
        else:
            factories.ended(connection, start, chance.choice((-5, 10, 60, 61, 240, 1_440, 1_500)), outcome, **about)
    connection.execute(text("UPDATE takedown_request SET urgency = 'urgent' WHERE content_id % 7 = 0"))
    moved = update(deadline).where(deadline.c.code == "rule_hoax_24")
    connection.execute(moved.values(valid_from=ago(hours=30, seconds=77), valid_to=ago(hours=5, seconds=1_801)))
    for narrow in ({}, {"services": ("tiktok",)}, {"services": ("facebook", "whatsapp")}):
        for window in ("24h", "7d"):
            filters = replace(asked(window=window, **narrow), as_of=NOW + timedelta(seconds=1_234))
            monkeypatch.undo()
            summed = _judged(connection, filters)
            assert not summed[0].attrs["uses_facts"]
            monkeypatch.setattr(compliance, "is_summed", lambda *_: False)
            for ours, facts in zip(summed, _judged(connection, filters), strict=True):
                pd.testing.assert_frame_equal(ours, facts)


def _judged(connection: Connection, filters: Filters) -> list[pd.DataFrame]:
    rules = [compliance.over_time(connection, filters, name) for name in ("hoax", "urgent")]
    return [compliance.by_deadline(connection, filters), *rules]


def test_only_so_many_requests_are_judged_the_newest(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compliance, "JUDGED_REQUESTS", 3)
    for hours in (2, 3, 3, 5, 9):
        factories.ended(connection, ago(hours=hours), 20, REMOVED)
    monkeypatch.setattr(compliance, "is_summed", lambda *_: False)
    frame = compliance.by_deadline(connection, asked())
    assert lines(frame)["promise_60"] == {"due": 3, "within": 3}
    assert frame.attrs["bounded_since"] == at("2026-03-04 08:00")
