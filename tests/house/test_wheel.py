"""The wheel works without the checkout: installed elsewhere, started from another folder, with theme and map."""

import http.client
import os
import socket
import subprocess
import sys
import sysconfig
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from tests.house.tree import ROOMS, ROOT, files

START_SECONDS = 60
FILES = """
import dashboard, data, pages, queries
from pathlib import Path
for room in (dashboard, data, pages, queries):
    print(Path(room.__file__).parent)
"""


def outside(folder: Path, **variables: str) -> dict[str, str]:
    """Return the environment of a user who has no checkout."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("POSKO_", "STREAMLIT_", "PYTHON"))}
    return own | {"HOME": str(folder), "POSKO_DATABASE_URL": f"sqlite:///{folder / 'room.db'}"} | variables


def run(*command: str | Path, folder: Path) -> str:
    """Run a command in another folder and return what it printed."""
    done = subprocess.run(command, cwd=folder, env=outside(folder), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment with our wheel; the libraries are those of this one, so nothing is fetched."""
    folder = tmp_path_factory.mktemp("wheel")
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        folder,
        ROOT,
        folder=folder,
    )
    (wheel,) = folder.glob("posko-*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", "environment", folder=folder)
    programs = folder / "environment" / "bin"
    pip = [sys.executable, "-m", "pip", "--python", programs / "python"]
    run(*pip, "install", "-q", "--no-deps", "--no-index", wheel, folder=folder)
    (libraries,) = (folder / "environment" / "lib").glob("*/site-packages")
    (libraries / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return programs


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that has nothing to do with the checkout."""
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture(scope="module")
def address(installed: Path, elsewhere: Path) -> Iterator[str]:
    """The address of the installed dashboard, started from another folder on a new database."""
    run(installed / "posko", "db", "init", folder=elsewhere)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with (elsewhere / "log").open("wb") as log:
        server = subprocess.Popen(
            [installed / "posko", "serve"],
            cwd=elsewhere,
            env=outside(elsewhere, POSKO_PORT=port),
            stdout=log,
            stderr=log,
        )
    try:
        wait_for(f"127.0.0.1:{port}", server, elsewhere / "log")
        yield f"127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers; fail with its log when it does not."""
    ends_at = time.monotonic() + START_SECONDS
    while time.monotonic() < ends_at and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://{address}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(log.read_text())


def first_messages(address: str) -> Iterator[ForwardMsg]:
    """Yield what the server tells a browser that opens the first page."""
    hello = BackMsg()
    hello.rerun_script.query_string = ""
    with connect(f"ws://{address}/_stcore/stream", subprotocols=["streamlit"], origin=f"http://{address}") as browser:  # type: ignore[list-item,arg-type]
        browser.send(hello.SerializeToString())
        while True:
            yield ForwardMsg.FromString(browser.recv(timeout=20))  # type: ignore[arg-type]


def test_all_four_rooms_come_from_the_wheel(installed: Path, elsewhere: Path) -> None:
    folders = run(installed / "python", "-c", FILES, folder=elsewhere).split()
    assert len(folders) == 4
    assert all(folder.startswith(str(installed.parent)) for folder in folders)


def test_the_map_and_the_other_reference_files_are_in_the_wheel(installed: Path) -> None:
    (libraries,) = (installed.parent / "lib").glob("*/site-packages")
    wanted = [path for path in files() if path.parts[0] in ROOMS and path.parts[:2] != ("dashboard", "screenshots")]
    assert [str(path) for path in wanted if not (libraries / path).exists()] == []
    assert (libraries / "data" / "reference" / "provinces.geojson").stat().st_size > 10_000


def test_the_first_page_answers(address: str) -> None:
    with urllib.request.urlopen(f"http://{address}/", timeout=10) as answer:
        assert answer.status == 200
        assert b'<div id="root">' in answer.read()


def test_the_theme_is_ours(address: str) -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
    first = next(message for message in first_messages(address) if message.HasField("new_session"))
    assert first.new_session.custom_theme.dark.primary_color == theme["dark"]["primaryColor"]


@pytest.mark.parametrize(
    "path",
    [
        "/static/../../../../../../etc/passwd",
        "/static/..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/app/static/..%2f..%2f.streamlit%2fconfig.toml",
        "/media/..%252f..%252f..%252fetc%252fpasswd",
        "/component/x/..%5c..%5c..%5cetc%5cpasswd",
        "/_stcore/bidi-components/x/%2fetc%2fpasswd",
    ],
)
def test_no_path_leads_out_of_the_server(address: str, path: str) -> None:
    connection = http.client.HTTPConnection(address, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status in {400, 404}
    assert b"root:" not in body
