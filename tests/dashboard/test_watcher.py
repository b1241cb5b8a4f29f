"""The watcher: sees every commit soon, says why the database is lost, and comes back by itself."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from dashboard import hub as hubs
from dashboard import moments, watcher
from dashboard.hub import EVERYTHING, Hub, hub
from data import schema
from data.engine import transaction, writer
from data.errors import DatabaseUnreachable
from data.tables import schema_version
from tests.dashboard.conftest import bump, eventually
from tests.screens import Point


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The topics of every version published."""
    found: list[list[str]] = []
    publish = Hub.publish

    def note(self: Hub, topics: list[str]) -> None:
        found.append(list(topics))
        publish(self, topics)

    monkeypatch.setattr(Hub, "publish", note)
    return found


def test_a_commit_is_seen_within_a_second_with_its_topic(app_engine: Engine, told: list[list[str]]) -> None:
    bump(app_engine, "ais")
    assert eventually(lambda: ["content"] in told, 1.0)
    bump(app_engine, "aduan")
    assert eventually(lambda: ["complaint"] in told, 1.0)


def test_nothing_is_told_while_nothing_changes(app_engine: Engine, told: list[list[str]]) -> None:
    before = hub.version
    assert not eventually(lambda: hub.version != before, 0.8)
    assert told == []


def test_time_that_passes_is_a_version_too(
    app_engine: Engine, told: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "TIME_SECONDS", 0.3)
    assert eventually(lambda: [EVERYTHING] in told, 5.0)


def test_time_passes_for_every_screen_while_one_feed_goes_on(
    app_engine: Engine, told: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "TIME_SECONDS", 1.0)

    def goes_on() -> bool:
        bump(app_engine, "aduan")
        return ["complaint"] in told and [EVERYTHING] in told

    assert eventually(goes_on, 10.0), "a chart of another feed would stand still for ever"


def test_a_database_that_comes_later_is_found(point_at: Point, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "PAUSES_SECONDS", (0.1,))
    path = tmp_path / "late.db"
    point_at(str(path))
    watcher.ensure()
    assert hub.health.problem == "unreachable"
    assert not path.exists()
    engine = writer(str(path))
    schema.create(engine)
    assert eventually(lambda: hub.health.is_good)
    engine.dispose()


def test_a_file_put_in_its_place_is_read_from_then_on(
    point_at: Point, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("posko.db", "restored.db"):
        engine = writer(str(tmp_path / name))
        schema.create(engine)
        engine.dispose()
    restored = writer(str(tmp_path / "restored.db"))
    total = bump(restored, "aduan")
    restored.dispose()
    point_at(str(tmp_path / "posko.db"))
    watcher.ensure()
    before = hub.version
    (tmp_path / "restored.db").replace(tmp_path / "posko.db")
    assert eventually(lambda: hub.version != before)
    assert hub.health.is_good
    moment = moments.latest()
    assert moment is not None
    assert moment.feeds["seq"].sum() == total


@pytest.mark.parametrize(
    ("version", "problem"),
    [
        ((0, 9), "schema_older"),
        ((schema.VERSION[0] + 1, 0), "schema_newer"),
        ((schema.VERSION[0], schema.VERSION[1] + 1), None),
    ],
)
def test_other_versions_of_the_tables(
    engine: Engine, database_url: str, point_at: Point, version: tuple[int, int], problem: str | None
) -> None:
    with transaction(engine) as connection:
        connection.execute(schema_version.update().values(major=version[0], minor=version[1]))
    point_at(database_url)
    watcher.ensure()
    assert hub.health.problem == problem


def test_an_empty_database_says_so(empty_url: str, database_kind: str, point_at: Point) -> None:
    point_at(empty_url)
    watcher.ensure()
    assert hub.health.problem == ("unreachable" if database_kind == "sqlite" else "schema_missing")


def test_a_mistake_of_ours_does_not_kill_the_watcher(
    app_engine: Engine, monkeypatch: pytest.MonkeyPatch, told: list[list[str]]
) -> None:
    monkeypatch.setattr(watcher, "PAUSES_SECONDS", (0.1,))

    def fail(_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(watcher.feeds, "version", fail)
        assert eventually(lambda: hub.health.problem == "broken")
    assert eventually(lambda: hub.health.is_good)
    assert [hubs.EVERYTHING, hubs.STATE] in told


def test_a_line_that_is_cut_once_is_not_a_lost_database(
    app_engine: Engine, monkeypatch: pytest.MonkeyPatch, told: list[list[str]]
) -> None:
    version, cut = watcher.feeds.version, threading.Event()

    def cut_once(connection: Connection) -> tuple[tuple[str, int], ...]:
        if not cut.is_set():
            cut.set()
            raise DatabaseUnreachable
        return version(connection)

    monkeypatch.setattr(watcher.feeds, "version", cut_once)
    assert eventually(lambda: [hubs.EVERYTHING] in told)
    assert [hubs.EVERYTHING, hubs.STATE] not in told


def test_the_pauses_grow_to_fifteen_seconds_and_spread() -> None:
    shortest = [1, 2, 4, 8, 15, 15]
    for failures, base in enumerate(shortest, start=1):
        found = {watcher.pause_seconds(failures) for _ in range(20)}
        assert len(found) > 1
        assert all(base <= pause <= base * 1.2 for pause in found)


def test_whoever_looks_at_a_lost_screen_shortens_the_wait(
    point_at: Point, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "PAUSES_SECONDS", (60,))
    monkeypatch.setattr(watcher, "POKE_SECONDS", 0.0)
    point_at(str(tmp_path / "late.db"))
    watcher.ensure()
    engine = writer(str(tmp_path / "late.db"))
    schema.create(engine)
    watcher.poke()
    assert eventually(lambda: hub.health.is_good)
    engine.dispose()
