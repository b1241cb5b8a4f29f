"""The database full or gone in the middle of a load: a sentence, an exit code, what was acknowledged stays."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import typer
from sqlalchemy import Engine, event

from dashboard.command_line import loads
from data import schema
from data.engine import writer
from data.errors import DatabaseFull, DatabaseUnreachable
from data.loaders import Summary, load
from data.loaders.writing import ROWS_A_BATCH
from data.rollups.recount import verify
from tests import postgres
from tests.data.killed_commands import Command
from tests.data.test_load_killed import ROWS as SHEET_ROWS
from tests.data.test_load_killed import counts, loading, sheet
from tests.loading import OPTIONS, draw

ROWS = 5 * ROWS_A_BATCH
Done = list[Summary]


def rows_of(first: int, number: int) -> str:
    lines = [f"Judul {n};https://x.com/a/{n};01/10/2025 08.{n % 60:02};01/10/2025 09.30" for n in range(first, number)]
    return "\n".join(["judul;tautan;dilaporkan;diturunkan", *lines])


def assert_whole(engine: Engine, rows: int) -> None:
    """Whole batches of content with its request and isu are there, and the sums are theirs."""
    with engine.connect() as connection:
        assert verify(connection) == []
    assert counts(engine) == (rows, rows, rows)


def after_batches(engine: Engine, number: int, act: Callable[[], None]) -> None:
    """Act once after that many committed batches."""
    left = [number]

    @event.listens_for(engine, "commit")
    def committed(_connection: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            act()


@pytest.fixture
def file_engine(tmp_path: Path) -> Iterator[tuple[Engine, Path]]:
    path = tmp_path / "posko.db"
    engine = writer(str(path))
    schema.create(engine)
    yield engine, path
    engine.dispose()


def fill(engine: Engine) -> None:
    """Leave no room in the file for any further page."""
    limit = "PRAGMA max_page_count = 1"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(limit))


def test_the_command_says_that_the_same_line_goes_on(
    file_engine: tuple[Engine, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    engine, path = file_engine
    sheet = tmp_path / "laporan.csv"
    sheet.write_text(rows_of(0, 2 * ROWS_A_BATCH))
    monkeypatch.setattr(loads, "writer", lambda _: engine)
    monkeypatch.setattr(loads, "spare_the_collector", lambda: None)
    after_batches(engine, 1, partial(fill, engine))
    with pytest.raises(typer.Exit) as ended:
        loads.load_files([str(sheet)], database=str(path))
    said = " ".join(capsys.readouterr().err.split())
    assert ended.value.exit_code == 3
    assert said.endswith(f"make room and repeat it. {loads.GOES_ON}")


def test_a_full_disk_keeps_what_was_acknowledged_and_the_same_line_goes_on(
    file_engine: tuple[Engine, Path], tmp_path: Path
) -> None:
    engine, _ = file_engine
    source = draw(tmp_path, rows_of(0, ROWS))

    after_batches(engine, 2, partial(fill, engine))
    with pytest.raises(DatabaseFull, match="The disk of the database is full") as fault:
        load(engine, source, OPTIONS)
    assert str(tmp_path) not in str(fault.value)
    engine.dispose()
    roomy = writer(engine.url)
    assert_whole(roomy, 2 * ROWS_A_BATCH)
    (summary,) = load(roomy, source, OPTIONS)
    assert (summary.rows.new, summary.rows.unchanged) == (ROWS - 2 * ROWS_A_BATCH, 2 * ROWS_A_BATCH)
    assert_whole(roomy, ROWS)
    roomy.dispose()


@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_a_file_that_is_gone_is_not_written_on(file_engine: tuple[Engine, Path], tmp_path: Path, how: str) -> None:
    engine, path = file_engine
    source, kept = draw(tmp_path, rows_of(0, ROWS)), tmp_path / "kept.db"

    def lose() -> None:
        path.rename(kept)
        if how == "replaced":
            other = writer(str(path))
            schema.create(other)
            other.dispose()

    after_batches(engine, 2, lose)
    with pytest.raises(DatabaseUnreachable, match="removed or replaced") as fault:
        load(engine, source, OPTIONS)
    assert str(tmp_path) not in str(fault.value)
    assert path.exists() == (how == "replaced")
    if how == "replaced":
        assert counts(engine) == (0, 0, 0)


@pytest.fixture
def own_server() -> Iterator[postgres.Server]:
    """A server of its own that keeps what it acknowledged, to be killed."""
    if postgres.binaries() is None:
        pytest.skip(postgres.MISSING)
    server = postgres.Server.started({"synchronous_commit": "on"})
    yield server
    server.stop()


def wait_until(is_so: Callable[[], bool], command: Command) -> None:
    while not is_so():
        assert command.is_running, command.said()
        time.sleep(0.02)


@pytest.mark.slow
def test_a_server_that_dies_in_the_middle_of_a_load(own_server: postgres.Server, tmp_path: Path) -> None:
    address = own_server.loopback_address(own_server.new_database())
    engine = writer(address)
    schema.create(engine)
    path = sheet(tmp_path)
    command = loading(path, address)
    wait_until(lambda: counts(engine)[0] > 0, command)
    engine.dispose()
    own_server.kill()
    assert command.ended(120) == 3, command.said()
    said = command.said()
    assert "cannot be reached" in said
    assert not [
        secret for secret in (own_server.password, str(own_server.port), "127.0.0.1", "Traceback") if secret in said
    ]
    own_server.start({"synchronous_commit": "on"})
    stored = counts(engine)[0]
    assert stored % ROWS_A_BATCH == 0
    assert_whole(engine, stored)
    last = loading(path, address)
    assert last.ended(300) == 0, last.said()
    assert_whole(engine, SHEET_ROWS)
    engine.dispose()
