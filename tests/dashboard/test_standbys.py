"""One address for a primary and two standbys: whichever dies, freezes or stops following, screens stay right and quick.

What is measured is what a page is shown through the one door, by a role that `posko db grant` made, while somebody
writes ten times a second; the age of a figure is the time since a newer one was acknowledged.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, text

from dashboard import door, source, watcher
from dashboard.hub import hub
from data import hosts
from data.deadlines import GRACE_SECONDS, PING_SECONDS, QUERY_SECONDS
from data.engine import Standing, follow, reader, snapshot, writer
from data.errors import DatabaseUnreachable
from data.hosts import Hosts
from queries.filters import Choice, Filters
from tests import postgres
from tests.clusters import BEAT_SECONDS, PATIENCE_SECONDS, Beating, Cluster, Looking, eventually, port_of, repeated
from tests.screens import Point, opened, point_at, status

__all__ = ["point_at"]

logger = logging.getLogger(__name__)

PROMISE_SECONDS = 5.0
"""Reads are back, and show what was written meanwhile, within this time after a server dies or freezes."""

SLACK_SECONDS = 3.0
"""What the work itself may take on a busy machine; measured beside a load of 12 on two cores: 0.2 to 0.7 s."""

KILLED_SECONDS = SLACK_SECONDS
"""A dead server refuses at once: none of our time limits passes."""

FROZEN_SECONDS = watcher.POLL_SECONDS + PING_SECONDS + hosts.GRACE_SECONDS + SLACK_SECONDS
"""The watcher notices at its next look; then the other servers are asked, and the frozen one does not answer."""

FROZEN_IN_A_QUESTION_SECONDS = QUERY_SECONDS + GRACE_SECONDS + hosts.GRACE_SECONDS + SLACK_SECONDS
"""The question itself is given up by the client; meanwhile all others have gone on."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    if postgres.binaries() is None:
        pytest.skip(postgres.MISSING)
    cluster = Cluster.started()
    yield cluster
    cluster.stop()


@pytest.fixture
def beating(cluster: Cluster) -> Iterator[Beating]:
    """Somebody who writes through the address of all three servers, until told to be silent."""
    beating = Beating(writer(cluster.address("postgres")))
    with repeated(lambda: None if beating.is_silent else beating.beat(), BEAT_SECONDS):
        yield beating
    beating.engine.dispose()


@pytest.fixture
def looking(cluster: Cluster, beating: Beating, point_at: Point) -> Iterator[Looking]:
    """Somebody who looks at a screen that shows what is written, read from the first standby."""
    looking = Looking()
    point_at(cluster.address())
    watcher.ensure()
    with repeated(looking.look, 0.05):
        eventually(lambda: is_live(looking, beating))
        eventually(lambda: reads_a_standby(cluster))
        yield looking


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A standby that stopped following is found sooner than in earnest: the heartbeat has whole seconds."""
    monkeypatch.setattr(hosts, "BEHIND_SECONDS", 2.0)
    monkeypatch.setattr(hosts, "CONFIRM_SECONDS", 1.0)
    monkeypatch.setattr(hosts, "PAUSES_SECONDS", (0.5, 1.0))


def is_live(looking: Looking, beating: Beating) -> bool:
    """Say whether the screen shows what was written within the last second."""
    newest = beating.newest
    return newest > 0 and looking.newest >= newest - 1 / BEAT_SECONDS and hub.health.is_good


def servers_of(engine: Engine) -> Hosts:
    found = engine.get_execution_options()["posko_hosts"]
    assert isinstance(found, Hosts)
    return found


def in_use(cluster: Cluster) -> postgres.Server:
    """Return the server that the screens are read from."""
    return cluster.at(port_of(source.engine()))


def reads_a_standby(cluster: Cluster) -> bool:
    """Say whether a standby is read; on a slow machine it may have answered too late, and is asked again."""
    if in_use(cluster) in cluster.standbys:
        return True
    source.forget()
    return False


def back(looking: Looking, beating: Beating) -> float:
    """Wait until the screen shows what was written from now on; return how many seconds that took."""
    before = beating.newest
    return eventually(lambda: looking.newest > before + 1 and looking.shown[-1][1] == "fresh")


def tell(event: str, looking: Looking, beating: Beating, since: float) -> float:
    """Print what a row of the matrix says, and return the greatest age of what was shown."""
    oldest = looking.oldest(beating, since)
    errors = looking.not_fresh(since)
    logger.info(
        "%s: %d answers not fresh, greatest age %.2f s, %d errors of the writer", event, errors, oldest, beating.errors
    )
    return oldest


def test_the_standby_in_use_is_killed(cluster: Cluster, looking: Looking, beating: Beating) -> None:
    standby, since = in_use(cluster), time.monotonic()
    standby.kill()
    back(looking, beating)
    assert tell("standby killed", looking, beating, since) <= KILLED_SECONDS
    eventually(lambda: reads_a_standby(cluster))
    assert looking.not_fresh(since) == 0
    standby.start()
    assert in_use(cluster) is not standby, "who comes back is not read at once: it may have to catch up"


def test_the_standby_in_use_freezes(cluster: Cluster, looking: Looking, beating: Beating) -> None:
    standby, since = in_use(cluster), time.monotonic()
    with ExitStack() as thawed:
        thawed.callback(standby.thaw)
        standby.freeze()
        back(looking, beating)
        assert in_use(cluster) is not standby
        assert tell("standby frozen", looking, beating, since) <= FROZEN_SECONDS <= PROMISE_SECONDS
    assert looking.not_fresh(since) == 0


slept, asked_twice = threading.Event(), threading.Event()


def slow_once(connection: Connection, _: Filters) -> pd.DataFrame:
    """Return the port asked; the first time it goes on until something happens to the standby."""
    connection.execute(text("SELECT count(*) FROM theme")).scalar_one()
    if slept.is_set():
        asked_twice.set()
    else:
        slept.set()
        asked_twice.clear()
        for _ in range(int(PATIENCE_SECONDS / 0.2)):
            connection.execute(text("SELECT pg_sleep(0.2)"))
    return pd.DataFrame({"port": [connection.execute(text("SHOW port")).scalar_one()]})


def test_the_standby_in_use_freezes_in_the_middle_of_a_question(
    cluster: Cluster, looking: Looking, beating: Beating
) -> None:
    standby, answers = in_use(cluster), []
    slept.clear()

    def ask() -> None:
        answers.append(door.answers("slow", {"port": slow_once}, Choice())["port"])

    asking = threading.Thread(target=ask)
    with ExitStack() as thawed:
        thawed.callback(standby.thaw)
        asking.start()
        assert slept.wait(PATIENCE_SECONDS)
        since = time.monotonic()
        standby.freeze()
        asking.join()
        took = time.monotonic() - since
        logger.info("frozen in mid question: answered after %.2f s", took)
        back(looking, beating)
        assert tell("beside it", looking, beating, since) <= FROZEN_IN_A_QUESTION_SECONDS
    assert answers[0].state == "fresh"
    assert int(answers[0].frame["port"].iloc[0]) != standby.port
    assert took <= FROZEN_IN_A_QUESTION_SECONDS


def test_a_question_that_a_change_of_tables_ends_is_asked_again(
    cluster: Cluster, looking: Looking, beating: Beating
) -> None:
    """A standby ends whoever reads a table that the primary has changed, so that it can go on following."""
    since, answers = time.monotonic(), []
    slept.clear()
    asking = threading.Thread(target=lambda: answers.append(door.answers("c", {"port": slow_once}, Choice())["port"]))
    asking.start()
    assert slept.wait(PATIENCE_SECONDS)
    cluster.primary.administer("ALTER TABLE theme ALTER COLUMN code SET DEFAULT 'x'")
    asking.join()
    logger.info("ended by a change of tables: answered after %.2f s", time.monotonic() - since)
    assert answers[0].state == "fresh"
    assert asked_twice.is_set()
    cluster.primary.administer("ALTER TABLE theme ALTER COLUMN code DROP DEFAULT")
    back(looking, beating)
    assert looking.not_fresh(since) == 0


def test_both_standbys_are_killed(
    cluster: Cluster, looking: Looking, beating: Beating, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "RETURN_SECONDS", 0.5)
    since = time.monotonic()
    for standby in cluster.standbys:
        standby.kill()
    back(looking, beating)
    assert in_use(cluster) is cluster.primary
    assert tell("both standbys killed", looking, beating, since) <= KILLED_SECONDS
    assert looking.not_fresh(since) == 0
    cluster.standbys[1].start()
    took = eventually(lambda: in_use(cluster) is cluster.standbys[1])
    logger.info("back from the primary to a standby after %.2f s", took)
    cluster.standbys[0].start()
    assert looking.not_fresh(since) == 0


def test_both_standbys_freeze(cluster: Cluster, looking: Looking, beating: Beating) -> None:
    since = time.monotonic()
    with ExitStack() as thawed:
        for standby in cluster.standbys:
            thawed.callback(standby.thaw)
            standby.freeze()
        back(looking, beating)
        assert in_use(cluster) is cluster.primary
        assert tell("both standbys frozen", looking, beating, since) <= FROZEN_SECONDS
    assert looking.not_fresh(since) == 0


def test_a_standby_that_stops_following_is_left_for_one_that_follows(
    cluster: Cluster, impatient: None, looking: Looking, beating: Beating
) -> None:
    standby, since = in_use(cluster), time.monotonic()
    standby.administer("SELECT pg_wal_replay_pause()")
    try:
        eventually(lambda: in_use(cluster) is not standby)
        back(looking, beating)
        oldest = tell("replay paused", looking, beating, since)
        whole_seconds = 1.0
        assert oldest <= hosts.BEHIND_SECONDS + hosts.CONFIRM_SECONDS + whole_seconds + PROMISE_SECONDS
        assert not hub.has_stopped
        assert looking.not_fresh(since) == 0
        eventually(lambda: beating.newest - looking.newest <= 1 / BEAT_SECONDS)
        fresh = reader(cluster.address())
        assert port_of(fresh) != standby.port, "nor does a new process begin with it"
        fresh.dispose()
    finally:
        standby.administer("SELECT pg_wal_replay_resume()")


def test_a_connection_of_a_snapshot_serves_other_reads_of_a_standby(cluster: Cluster) -> None:
    """What is set back to read-write after a read-only transaction would be refused by a standby."""
    engine = reader(f"{cluster.address()}?target_session_attrs=standby")
    for _ in range(2):
        with snapshot(engine) as connection:
            number = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with engine.connect() as connection:
            assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() == number
    engine.dispose()


def test_silent_writers_are_no_reason_to_move(
    cluster: Cluster, impatient: None, looking: Looking, beating: Beating
) -> None:
    before = in_use(cluster)
    looks = count_looks(source.engine())
    beating.is_silent = True
    eventually(lambda: len(looks) >= 3)
    assert in_use(cluster) is before
    assert not hub.has_stopped
    beating.is_silent = False
    back(looking, beating)


def count_looks(engine: Engine) -> list[float]:
    """Return a list that grows with each finished look at the other servers."""
    servers, looks = servers_of(engine), list[float]()
    look_around: Callable[..., None] = servers._look_around

    def counted(*arguments: Any) -> None:
        look_around(*arguments)
        looks.append(time.monotonic())

    servers._look_around = counted  # type: ignore[method-assign]
    return looks


def test_standbys_that_alone_may_be_read_say_that_they_have_stopped(
    cluster: Cluster, impatient: None, beating: Beating
) -> None:
    eventually(lambda: beating.newest > 0)
    engine = reader(f"{cluster.address()}?target_session_attrs=standby")
    for standby in cluster.standbys:
        standby.administer("SELECT pg_wal_replay_pause()")
    try:
        with engine.connect() as connection:
            eventually(partial(stands, connection, Standing.STOPPED))
            for standby in cluster.standbys:
                standby.administer("SELECT pg_wal_replay_resume()")
            eventually(partial(stands, connection, Standing.CURRENT))
    finally:
        for standby in cluster.standbys:
            standby.administer("SELECT pg_wal_replay_resume()")
        engine.dispose()


def stands(connection: Connection, standing: Standing) -> bool:
    found = follow(connection)
    connection.rollback()
    return found is standing


def test_the_primary_dies_and_a_standby_takes_its_place(
    cluster: Cluster, impatient: None, looking: Looking, beating: Beating
) -> None:
    """The last of this module: the old primary stays dead, as fencing demands."""
    read, since = in_use(cluster), time.monotonic()
    cluster.primary.kill()
    took = eventually(lambda: hub.has_stopped)
    logger.info("primary dead: said on the screen after %.2f s (behind after %.0f s)", took, hosts.BEHIND_SECONDS)
    assert looking.not_fresh(since) == 0
    page = opened()
    assert not page.exception
    assert status(page)["problem"].startswith("DATA USANG")
    assert beating.errors > 0
    with pytest.raises(DatabaseUnreachable):
        port_of(reader(f"{cluster.address()}?target_session_attrs=primary"))

    promoted = next(standby for standby in cluster.standbys if standby is not read)
    asked = time.monotonic()
    promoted.administer("SELECT pg_promote()")
    acknowledged = beating.newest
    eventually(lambda: looking.newest > acknowledged)
    shown = time.monotonic()
    written = min(at for number, at in beating.acknowledged.copy().items() if number > acknowledged)
    logger.info("promoted: writes after %.2f s, on the screen %.2f s later", written - asked, shown - written)
    eventually(lambda: not hub.has_stopped)
    assert in_use(cluster) is read, "the other standby follows the new primary by itself"
    assert looking.not_fresh(since) == 0
    assert shown - written <= PROMISE_SECONDS
