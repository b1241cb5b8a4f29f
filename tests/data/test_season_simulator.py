"""The live simulator on a clock that the test moves: it goes on with the season, late and corrected rows included."""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, Table, func, select, update

from data import recording, tables
from data.engine import transaction
from data.errors import DatabaseBusy
from data.rollups import recount
from data.rollups.clocks import OPEN, REMOVED
from data.season import followed, generate, memory, petitions, reports, write
from data.season.simulator import Simulator, run

NOW = datetime(2026, 11, 21, 11, tzinfo=UTC)
content, request, issue, feed = tables.content, tables.takedown_request, tables.issue, tables.feed


@pytest.fixture
def season(engine: Engine) -> Engine:
    write(engine, generate(11, 1_500, now=NOW))
    return engine


def stepped(simulator: Simulator, minutes: float, step: float = 10, start: datetime = NOW) -> datetime:
    """Step to that many minutes later and return that moment."""
    for number in range(1, round(minutes / step) + 1):
        simulator.step(start + timedelta(minutes=step * number))
    return start + timedelta(minutes=minutes)


def count(engine: Engine, table: Table, *conditions: Any) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def open_requests(engine: Engine) -> set[tuple[int, int]]:
    with engine.connect() as connection:
        asked = select(request.c.content_id, request.c.request_no).where(request.c.outcome_id == OPEN)
        return {tuple(row) for row in connection.execute(asked.order_by(request.c.content_id, request.c.request_no))}


def differences(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(recount.verify(connection))


def test_new_content_comes_in_at_about_the_asked_rate(season: Engine) -> None:
    before = count(season, content)
    stepped(Simulator(season, rate_per_minute=20), minutes=20, step=2)
    assert 20 * 20 * 0.5 < count(season, content) - before < 20 * 20 * 2.5
    assert (
        count(season, content, content.c.recorded_at > NOW, content.c.is_simulated) == count(season, content) - before
    )


def test_new_content_belongs_to_issues_that_are_there(season: Engine) -> None:
    stepped(Simulator(season, rate_per_minute=20), minutes=10, step=2)
    with season.connect() as connection:
        asked = select(content.c.issue_id).where(content.c.detected_at > NOW).distinct().order_by(content.c.issue_id)
        used = set(connection.scalars(asked))
    assert used
    assert count(season, issue, issue.c.issue_id.in_(used)) == len(used)
    assert count(season, issue, issue.c.first_seen_at > NOW) > 0


def test_requests_open_before_are_ended_late(season: Engine) -> None:
    before = open_requests(season)
    stepped(Simulator(season, rate_per_minute=0), minutes=24 * 60, step=240)
    ended = before - open_requests(season)
    assert 0 < len(ended) < len(before)
    assert count(season, request, request.c.actioned_at > NOW, request.c.outcome_id == REMOVED) > 0


def test_roll_ups_equal_a_recount_after_late_removals_and_corrections(season: Engine) -> None:
    stepped(Simulator(season, rate_per_minute=40), minutes=24 * 60, step=120)
    correction = tables.correction
    with season.connect() as connection:
        asked = select(correction).where(correction.c.corrected_at > NOW, correction.c.column_name == "province_code")
        late = connection.execute(asked.order_by(correction.c.correction_id)).all()
    assert late
    assert {row.reason for row in late} == {"Wilayah keliru dicatat"}
    assert all(row.old_value != row.new_value and row.is_simulated for row in late)
    assert differences(season) == []


def test_each_request_stands_as_its_future_was_drawn(season: Engine) -> None:
    with season.connect() as connection:
        posts = memory.posts(connection, int(NOW.timestamp()))
    later = stepped(Simulator(season, rate_per_minute=0), minutes=12 * 60, step=80)
    names = ("notified_at", "received_at", "stopped_seconds", "actioned_at", "confirmed_down_at", "outcome_id")
    drawn = {
        (row["content_id"], row["request_no"]): tuple(row.get(name) for name in names)
        for each in petitions.sent(posts, int(later.timestamp()))
        for row in reports.rows(petitions.columns(each))
    }
    with season.connect() as connection:
        columns = [request.c[name] for name in ("content_id", "request_no", *names)]
        stored = {tuple(row[:2]): tuple(row[2:]) for row in connection.execute(select(*columns).order_by(*columns[:2]))}
    assert len(drawn) > 150
    assert {key: stored.get(key) for key in drawn} == drawn


def test_a_restart_goes_on_where_it_was(season: Engine) -> None:
    later = stepped(Simulator(season, rate_per_minute=30), minutes=5, step=1)
    before = {table.name: count(season, table) for table in (content, request, issue, tables.complaint)}
    unended = open_requests(season)
    Simulator(season, rate_per_minute=0).step(later + timedelta(seconds=1))
    after = {table.name: count(season, table) for table in (content, request, issue, tables.complaint)}
    assert all(before[name] <= after[name] <= before[name] + 3 for name in before)
    assert len(open_requests(season) ^ unended) <= 3


def test_a_step_that_fails_leaves_nothing_and_is_made_up_for(season: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = Simulator(season, rate_per_minute=60)
    stepped(simulator, minutes=2, step=1)
    before = count(season, content)

    def broken(*_: object, **__: object) -> None:
        raise DatabaseBusy

    with monkeypatch.context() as patched:
        patched.setattr(followed.reports, "followed", broken)
        with pytest.raises(DatabaseBusy):
            simulator.step(NOW + timedelta(minutes=3))
    assert count(season, content) == before
    simulator.step(NOW + timedelta(minutes=4))
    assert count(season, content) > before
    assert differences(season) == []


def test_a_clock_that_stands_still_changes_nothing(season: Engine) -> None:
    simulator = Simulator(season, rate_per_minute=600)
    later = stepped(simulator, minutes=1, step=1)
    before = count(season, content)
    assert not simulator.step(later)
    assert not simulator.step(later - timedelta(minutes=1))
    assert count(season, content) == before


def test_after_a_long_absence_the_gap_stays_a_gap(season: Engine) -> None:
    Simulator(season, rate_per_minute=60).step(NOW + timedelta(hours=9))
    nine_hours = content.c.detected_at.between(NOW + timedelta(minutes=1), NOW + timedelta(hours=8, minutes=50))
    assert count(season, content, nine_hours, content.c.time_precision == "second") == 0
    assert count(season, content, content.c.detected_at > NOW + timedelta(hours=8, minutes=50)) > 0


def test_rows_that_were_not_invented_are_left_alone(season: Engine) -> None:
    found = {"reference": "1", "service_id": 3, "source_id": 2, "detected_at": NOW - timedelta(hours=3)}
    asked = {"content_key": "berkas:1", "notified_at": NOW - timedelta(hours=2)}
    with transaction(season) as connection:
        recording.contents(connection, "berkas", [found], now=NOW)
        recording.takedown_requests(connection, "berkas", [asked], now=NOW)
    stepped(Simulator(season, rate_per_minute=0), minutes=48 * 60, step=720)
    with season.connect() as connection:
        real = connection.execute(select(request).where(request.c.feed_code == "berkas")).one()
    assert (real.outcome_id, real.actioned_at, real.is_simulated) == (OPEN, None, False)


def test_deleted_content_does_not_come_back(season: Engine) -> None:
    simulator = Simulator(season, rate_per_minute=1)
    later = stepped(simulator, minutes=10)
    with transaction(season) as connection:
        ids = list(connection.scalars(select(request.c.content_id).where(request.c.outcome_id == OPEN)))
        recording.delete_contents(connection, "ais", [{"content_id": each} for each in set(ids)], now=later)
    stepped(simulator, minutes=24 * 60, step=360, start=later)
    assert count(season, content, content.c.content_id.in_(ids)) == 0
    assert count(season, request, request.c.content_id.in_(ids)) == 0


def test_every_feed_beats_but_the_one_that_people_fill(engine: Engine) -> None:
    later = stepped(Simulator(engine, rate_per_minute=1), minutes=10)
    with engine.connect() as connection:
        beats = {row.code: row.written_at for row in connection.execute(select(feed).order_by(feed.c.code))}
    assert beats.pop("berkas") is None
    assert set(beats.values()) == {later}


def test_sites_measure_and_campaign_figures_of_today_grow(season: Engine) -> None:
    measured, reach = count(season, tables.qos_measurement), tables.campaign_reach
    today = int((NOW.timestamp() + 25_200) // 86_400)
    asked = select(func.sum(reach.c.impressions)).where(reach.c.day == today, reach.c.province_code == "00")
    with season.connect() as connection:
        before = connection.scalar(asked)
    stepped(Simulator(season, rate_per_minute=1), minutes=120, step=60)
    assert count(season, tables.qos_measurement) > measured + 80
    with season.connect() as connection:
        assert connection.scalar(asked) > before


def test_it_runs_until_it_is_told_to_stop_and_waits_for_a_database_that_is_away(
    season: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, steps = Event(), []

    def step(self: Simulator, now: datetime) -> None:
        steps.append(now)
        if len(steps) == 1:
            raise DatabaseBusy
        stop.set()

    monkeypatch.setattr(Simulator, "step", step)
    thread = Thread(target=run, args=(season, 1.0, stop), kwargs={"interval_seconds": 0.01})
    thread.start()
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert len(steps) == 2
    assert all(np.diff([moment.timestamp() for moment in steps]) > 0)


def test_on_an_empty_database_it_begins_by_itself(engine: Engine) -> None:
    stepped(Simulator(engine, rate_per_minute=60), minutes=5, step=1)
    assert count(engine, content, content.c.is_simulated) > 30
    with transaction(engine) as connection:
        connection.execute(update(feed).where(feed.c.code == "ais").values(label_id="AIS"))
    assert differences(engine) == []


PROGRAM = """
import sys
from data.engine import writer
from data.season.simulator import run
run(writer(sys.argv[1]), rate_per_minute=400, interval_seconds=0.01)
"""


def test_killed_at_any_moment_it_leaves_whole_steps_and_goes_on(season: Engine) -> None:
    address = season.url.render_as_string(hide_password=False)
    season.dispose()
    for _ in range(2):
        grows_and_is_killed(season, address)
        assert differences(season) == []


def grows_and_is_killed(season: Engine, address: str) -> None:
    before = count(season, content)
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, address])
    try:
        assert until(lambda: count(season, content) > before, process)
    finally:
        process.kill()
        process.wait()


def until(claim: Callable[[], bool], process: subprocess.Popen[bytes], seconds: float = 60) -> bool:
    """Whether the claim comes true while the process lives, asked ten times a second."""
    end, pause = time.monotonic() + seconds, Event()
    while time.monotonic() < end and process.poll() is None:
        if claim():
            return True
        pause.wait(0.1)
    return False
