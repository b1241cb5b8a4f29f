"""The command `posko`: what it says, how it ends, and that nothing secret or frightening is ever printed."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from typer.testing import CliRunner, Result

from dashboard.command_line import app
from dashboard.command_line.choices import free_port
from dashboard.command_line.exits import Exit, Misuse, told
from data import demonstrations, reference, schema
from data.engine import snapshot, writer
from data.errors import DatabaseBusy
from data.tables import content, issue, takedown_request
from tests.loading import NOW, rows

SHEET = "judul,tautan,dilaporkan,diturunkan\nA,https://x.com/a/1,19/11/2025 08.15,19/11/2025 09.00\nB,,x,\n"
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def _no_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POSKO_DATABASE_URL", "POSKO_FOLDER", "POSKO_DEBUG"):
        monkeypatch.delenv(name, raising=False)


def posko(*words: object, given: str | None = None) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(word) for word in words], input=given, catch_exceptions=False)


def commands() -> list[list[str]]:
    groups = [["demo"], ["serve"], ["load"], ["simulate"], ["wall"], ["db"]]
    return [*groups, *(["db", name] for name in ("init", "upgrade", "status", "verify", "rebuild", "schema", "grant"))]


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_helps_with_an_example_or_names_its_exit_codes(command: list[str]) -> None:
    answer = posko(*command, "--help")
    assert answer.exit_code == Exit.DONE
    assert "Example" in answer.output or "Exit codes" in answer.output


def test_without_a_command_the_help_is_shown() -> None:
    assert "demo" in posko().output


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "posko.db"
    assert posko("db", "init", "--database", path).exit_code == Exit.DONE
    return path


def test_a_file_loads_and_the_summary_says_what_became_of_it(database: Path, tmp_path: Path) -> None:
    (tmp_path / "laporan.csv").write_text(SHEET)
    answer = posko("load", tmp_path / "laporan.csv", "--database", database)
    assert answer.exit_code == Exit.DONE
    assert "2 rows read, format office" in answer.stdout
    assert re.search(r"rows of the file +1 +0 +0 +1", answer.stdout)
    assert "laporan.csv.rejects.csv" in answer.stdout
    assert rows(writer(str(database)), content, "title") == ["A"]


def test_a_dry_run_changes_nothing(database: Path, tmp_path: Path) -> None:
    (tmp_path / "laporan.csv").write_text(SHEET)
    answer = posko("load", tmp_path / "laporan.csv", "--database", database, "--dry-run")
    assert "nothing was changed" in answer.stdout
    assert rows(writer(str(database)), content, "title") == []


def test_a_bad_file_keeps_no_good_one_out_and_the_gravest_exit_code_counts(database: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("")
    (tmp_path / "b.csv").write_text(SHEET)
    answer = posko("load", tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "c.csv", "--database", database)
    assert answer.exit_code == Exit.MISUSE
    assert "a.csv is empty." in answer.stderr
    assert "c.csv: there is no such file" in answer.stderr
    assert rows(writer(str(database)), content, "title") == ["A"]


def test_a_file_of_which_every_row_is_refused_ends_with_1(database: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("judul,tautan,tanggal\nA,https://x.com/a,31/31/2025\n")
    assert posko("load", tmp_path / "a.csv", "--database", database).exit_code == Exit.NOT_RIGHT


def test_rows_come_from_standard_input_too(database: Path) -> None:
    assert posko("load", "-", "--database", database, given=SHEET).exit_code == Exit.DONE
    assert rows(writer(str(database)), issue, "title") == ["A"]


def test_mapping_and_choices_reach_the_loader(database: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("apa;kapan\nA;03/04/2025 08.00\n")
    (tmp_path / "m.toml").write_text('[columns]\ntitle = "apa"\nat = "kapan"\n')
    words = ["load", tmp_path / "a.csv", "--database", database, "--map", tmp_path / "m.toml"]
    assert posko(*words, "--date-order", "mdy", "--zone", "WIT", "--simulated").exit_code == Exit.DONE
    (found,) = rows(writer(str(database)), content, "title", "detected_at", "is_simulated")
    assert (found[0], found[1].isoformat(), found[2]) == ("A", "2025-03-03T23:00:00+00:00", True)


def test_maps_and_reports_load_by_their_kinds(database: Path, tmp_path: Path) -> None:
    outlines = Path(reference.__file__).parent / "provinces.geojson"
    answer = posko("load", outlines, "--as", "map", "--database", database)
    assert answer.exit_code == Exit.DONE
    assert "38 rows read, format map" in answer.stdout
    (tmp_path / "a.csv").write_text("tanggal,kanal,jangkauan\n2024-10-14,TV,1000\n")
    answer = posko("load", tmp_path / "a.csv", "--as", "reach", "--database", database)
    assert "1 rows read, format reach" in answer.stdout
    assert posko("load", tmp_path / "a.csv", "--as", "map", "--database", database).exit_code == Exit.MISUSE


MISUSES: dict[str, tuple[list[str], str]] = {
    "no database": (["load", "x.csv"], "Set POSKO_DATABASE_URL or give --database"),
    "as-of without offset": (["load", "x.csv", "--as-of", "2025-01-01", "--database", "x.db"], "with its offset"),
    "another engine": (["db", "status", "--database", "mysql://u:rahasia@h/x"], "neither SQLite nor PostgreSQL"),
}


@pytest.mark.parametrize("what", MISUSES)
def test_misuse_is_a_sentence_and_exit_code_2(what: str) -> None:
    words, said = MISUSES[what]
    answer = posko(*words)
    assert answer.exit_code == Exit.MISUSE
    assert said in answer.stderr
    assert "rahasia" not in answer.output


def test_a_database_that_is_not_there_is_exit_code_3_without_its_address(tmp_path: Path) -> None:
    for address in (str(tmp_path / "rahasia.db"), "postgresql://budi:rahasia@127.0.0.1:1/rahasia"):
        answer = posko("db", "status", "--database", address)
        assert answer.exit_code == Exit.DATABASE
        assert "rahasia" not in answer.output
        assert "Traceback" not in answer.output


def test_a_database_without_tables_names_the_command_that_makes_them(tmp_path: Path) -> None:
    import sqlite3

    sqlite3.connect(tmp_path / "kosong.db").execute("CREATE TABLE x (y)")
    answer = posko("load", "-", "--database", tmp_path / "kosong.db", given=SHEET)
    assert answer.exit_code == Exit.DATABASE
    assert "posko db init" in answer.stderr


def test_the_database_commands_tell_prove_and_mend(database: Path) -> None:
    version = ".".join(map(str, schema.VERSION))
    assert f"version {version} (current)" in posko("db", "status", "--database", database).stdout
    assert "Every sum equals its recount" in posko("db", "verify", "--database", database).stdout
    assert "rollup_content" in posko("db", "rebuild", "--database", database).stdout
    assert posko("db", "upgrade", "--database", database).exit_code == Exit.DONE
    assert "takedown_request" in posko("db", "schema").stdout
    assert posko("db", "grant", "pembaca", "--database", database).exit_code == Exit.DATABASE


def test_a_wrong_sum_is_shown_with_exit_code_1_and_rebuilt(database: Path, tmp_path: Path) -> None:
    (tmp_path / "laporan.csv").write_text(SHEET)
    posko("load", tmp_path / "laporan.csv", "--database", database)
    with writer(str(database)).begin() as connection:
        connection.exec_driver_sql("UPDATE rollup_content SET n_found = n_found + 1")
    wrong = posko("db", "verify", "--database", database)
    assert wrong.exit_code == Exit.NOT_RIGHT
    assert "posko db rebuild" in wrong.stdout
    posko("db", "rebuild", "--database", database)
    assert posko("db", "verify", "--database", database).exit_code == Exit.DONE


def test_the_walls_addresses_are_printed() -> None:
    lines = posko("wall", "--base", "https://posko.example/", "--every", "20").stdout.splitlines()
    assert lines[0].startswith("https://posko.example/layar?scenes=situasi,")
    assert lines[0].endswith("every=20")
    assert "https://posko.example/layar?scenes=wilayah" in lines


FAULTS: dict[type[BaseException], Exit] = {
    Misuse: Exit.MISUSE,
    DatabaseBusy: Exit.DATABASE,
    KeyboardInterrupt: Exit.STOPPED,
    OSError: Exit.NOT_RIGHT,
    ZeroDivisionError: Exit.NOT_RIGHT,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_ends_as_a_sentence(fault: type[BaseException], capsys: pytest.CaptureFixture[str]) -> None:
    @told
    def command() -> None:
        raise fault("/rahasia/posko.db")

    import typer

    with pytest.raises(typer.Exit) as ended:
        command()
    assert ended.value.exit_code == FAULTS[fault]
    said = capsys.readouterr().err
    assert said.startswith("posko: ")
    assert "Traceback" not in said


def test_a_taken_port_is_passed_by_unless_it_was_asked_for() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        taken = holder.getsockname()[1]
        with pytest.raises(Misuse, match=f"Port {taken} is taken"):
            free_port("127.0.0.1", taken)
    assert free_port("127.0.0.1", None) >= 8501


def test_a_season_stopped_while_it_is_made_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "demo.db"
    demonstrations.make(path, 100, NOW)
    before = demonstrations.standing(writer(str(path)))
    assert before.requests > 50
    assert not before.has_own_rows

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demonstrations.make(path, 500, NOW, stopped)
    assert demonstrations.standing(writer(str(path))) == before
    assert [each.name for each in tmp_path.iterdir() if ".part" in each.name] == []


def test_an_old_season_is_made_anew_but_never_one_with_rows_of_your_own(tmp_path: Path) -> None:
    from dashboard.command_line.demonstrations import ready

    path = tmp_path / "demo.db"
    demonstrations.make(path, 100, NOW)
    own = tmp_path / "a.csv"
    own.write_text(SHEET)
    with writer(str(path)).begin() as connection:
        connection.exec_driver_sql("UPDATE feed SET written_at = 1700000000")
    first = rows(writer(str(path)), takedown_request, "content_id")
    ready(path, 300, fresh=False)
    assert len(rows(writer(str(path)), takedown_request, "content_id")) > len(first)
    posko("load", own, "--database", path)
    with writer(str(path)).begin() as connection:
        connection.exec_driver_sql("UPDATE feed SET written_at = 1700000000")
    ready(path, 100, fresh=False)
    assert "A" in rows(writer(str(path)), content, "title")
    ready(path, 100, fresh=True)
    assert "A" not in rows(writer(str(path)), content, "title")


def test_a_season_of_an_earlier_version_keeps_its_rows(tmp_path: Path) -> None:
    from dashboard.command_line.demonstrations import ready

    path = tmp_path / "demo.db"
    demonstrations.make(path, 100, datetime.now(UTC))
    before = rows(writer(str(path)), takedown_request, "content_id")
    with writer(str(path)).begin() as connection:
        connection.exec_driver_sql("UPDATE schema_version SET major = 0")
    ready(path, 300, fresh=False)
    assert rows(writer(str(path)), takedown_request, "content_id") == before
    with snapshot(writer(str(path))) as connection:
        schema.require(connection)


def test_a_damaged_season_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    from dashboard.command_line.demonstrations import ready

    path = tmp_path / "demo.db"
    path.write_bytes(b"not a database" * 1_000)
    ready(path, 100, fresh=False)
    assert rows(writer(str(path)), takedown_request, "content_id")
    assert (tmp_path / "demo.db.damaged").read_bytes().startswith(b"not a database")


def awaited(condition: Callable[[], bool], seconds: float = 90) -> bool:
    """Ask until the condition holds; false when it never does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.2)
    return False


def answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def is_running(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


@pytest.fixture
def demonstration(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A real `posko demo` in a process of its own, with its port."""
    port = free_port("127.0.0.1", None)
    words = ["demo", "--folder", str(tmp_path), "--requests", "300", "--port", str(port), "--rate", "600"]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-m", "dashboard", *words], cwd=tmp_path, env=surroundings, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process, port
        process.kill()


def child_of(process: subprocess.Popen[str]) -> int:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return int(listed[0])


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "kill -9"])
def test_a_demonstration_serves_moves_and_leaves_nothing_running(
    demonstration: tuple[subprocess.Popen[str], int], tmp_path: Path, ending: signal.Signals
) -> None:
    process, port = demonstration
    assert awaited(lambda: answers(port)), "the dashboard did not answer"
    simulator = child_of(process)
    engine = writer(str(tmp_path / "demo.db"))
    before = len(rows(engine, content, "content_id"))
    assert awaited(lambda: len(rows(engine, content, "content_id")) > before), "the numbers do not move"
    process.send_signal(ending)
    process.wait(60)
    assert awaited(lambda: not is_running(simulator)), "the simulator outlived the demonstration"
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()
