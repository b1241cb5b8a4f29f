"""Fixtures for all tests: a fresh database of each kind, filled with the reference rows, in a few milliseconds."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine

from data import schema
from data.engine import reader, writer
from tests import postgres
from tests.statements import watch, watch_prepared

settings.register_profile("usual", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile("explore" if os.environ.get("POSKO_EXPLORE") else "usual")
# The usual run draws the same examples each time: a new one that fails is a find of its own, not of whoever comes next.

watch_prepared()

MAIN = sys.modules["__main__"]


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Put back the main module: Streamlit makes it the page it ran, and a new process would begin with that."""
    sys.modules["__main__"] = MAIN


KINDS = ("sqlite", "postgresql")
Templates = Callable[[str, schema.Rollups], str]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """One PostgreSQL server for the whole run; skips when its binaries are not installed."""
    if postgres.binaries() is None:
        pytest.skip(postgres.MISSING)
    server = postgres.Server.started()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """A function that gives the path or name of a created database of one kind, made once a run, to be copied."""
    made: dict[tuple[str, schema.Rollups], str] = {}

    def template_of(kind: str, rollups: schema.Rollups) -> str:
        if (kind, rollups) not in made:
            made[kind, rollups] = _make_template(request, tmp_path_factory, kind, rollups)
        return made[kind, rollups]

    return template_of


def _make_template(
    request: pytest.FixtureRequest, folders: pytest.TempPathFactory, kind: str, rollups: schema.Rollups
) -> str:
    if kind == "sqlite":
        name = address = str(folders.mktemp("template") / f"{rollups}.db")
    else:
        server = request.getfixturevalue("postgres_server")
        name = server.new_database()
        address = server.address(name)
    engine = writer(address)
    schema.create(engine, rollups)
    engine.dispose()
    return name


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each kind of database in turn: a test that uses it runs on both."""
    kind = str(request.param)
    if kind == "postgresql" and postgres.binaries() is None:
        pytest.skip(postgres.MISSING)
    return kind


@pytest.fixture(params=["triggers", "recorded"])
def both_ways(request: pytest.FixtureRequest) -> schema.Rollups:
    """Each way of keeping roll-ups in turn: a test that names this fixture gets its `engine` once for each."""
    return "recorded" if request.param == "recorded" else "triggers"


@pytest.fixture
def rollups(request: pytest.FixtureRequest) -> schema.Rollups:
    """Who keeps the roll-ups of `engine`: triggers, unless the test names `both_ways`."""
    named = "both_ways" in request.fixturenames
    return request.getfixturevalue("both_ways") if named else "triggers"


@pytest.fixture
def database_for(
    request: pytest.FixtureRequest, template: Templates, database_kind: str, tmp_path: Path
) -> Iterator[Callable[[schema.Rollups], str]]:
    """A function that gives the address of a fresh database whose roll-ups are kept in the given way."""
    dropped: list[Callable[[], None]] = []

    def fresh(rollups: schema.Rollups) -> str:
        source = template(database_kind, rollups)
        if database_kind == "sqlite":
            path = tmp_path / f"posko-{len(list(tmp_path.iterdir()))}.db"
            shutil.copyfile(source, path)
            return f"sqlite:///{path}"
        server = request.getfixturevalue("postgres_server")
        name = server.new_database(source)
        dropped.append(lambda: server.drop(name))
        return str(server.address(name))

    yield fresh
    for drop in dropped:
        drop()


@pytest.fixture
def database_url(database_for: Callable[[schema.Rollups], str], rollups: schema.Rollups) -> str:
    """The address of a fresh database with all tables, reference rows and triggers."""
    return database_for(rollups)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A writing engine on a fresh database, once on SQLite and once on PostgreSQL; it refuses unportable statements."""
    engine = watch(writer(database_url))
    yield engine
    engine.dispose()


@pytest.fixture
def reading_engine(database_url: str) -> Iterator[Engine]:
    """A reading engine on the same database as `engine`, as the dashboard has it."""
    engine = watch(reader(database_url))
    yield engine
    engine.dispose()


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table; the SQLite file does not exist yet."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = server.new_database()
    yield server.address(name)
    server.drop(name)
