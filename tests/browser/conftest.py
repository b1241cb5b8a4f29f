"""A real Chromium against the real server, with every request that leaves the machine refused and noted."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, sync_playwright
from sqlalchemy import Engine

from data.engine import writer
from tests import postgres
from tests.conftest import KINDS, Templates

ROOT = Path(__file__).parent.parent.parent
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
START_SECONDS = 40.0


@dataclass
class Served:
    """One running server of the dashboard."""

    database_url: str
    port: int
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def address(self) -> str:
        """Return where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        own = {"POSKO_DATABASE_URL": self.database_url, "POSKO_PORT": str(self.port), "PYTHONPATH": str(ROOT)}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.browser.serve"], cwd=ROOT, env=os.environ | own, stdout=log, stderr=log
            )
        ends_at, pause = time.monotonic() + START_SECONDS, threading.Event()
        while time.monotonic() < ends_at and self.process.poll() is None:
            if self.answers():
                return
            pause.wait(0.05)
        pytest.fail(self.log.read_text())

    def answers(self) -> bool:
        """Return whether it answers at all, in whatever health."""
        try:
            urllib.request.urlopen(f"{self.address}/posko/health", timeout=2).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """Kill it as a power cut does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        """Ask it to stop, and see that it does although tabs hold their streams."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)


Serve = Callable[[str], Served]


@dataclass
class Shared:
    """A server that several tests visit, and an engine that writes to its database."""

    served: Served
    engine: Engine


@pytest.fixture(scope="module", params=KINDS)
def shared(
    request: pytest.FixtureRequest, template: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shared]:
    """One server on each kind of database for the tests of a module that do it no harm."""
    if request.param == "postgresql" and postgres.binaries() is None:
        pytest.skip(postgres.MISSING)
    folder = tmp_path_factory.mktemp("served")
    source = template(request.param, "triggers")
    if request.param == "sqlite":
        address = shutil.copyfile(source, str(folder / "posko.db"))
    else:
        server = request.getfixturevalue("postgres_server")
        address = server.address(server.new_database(source))
    served = Served(address, free_port(), folder / "server.log")
    served.start()
    engine = writer(address)
    yield Shared(served, engine)
    engine.dispose()
    served.stop()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """A function that starts the dashboard on a database and gives the running server."""
    started: list[Served] = []

    def start(database_url: str) -> Served:
        served = Served(database_url, free_port(), tmp_path / f"server-{len(started)}.log")
        served.start()
        started.append(served)
        return served

    yield start
    for served in started:
        served.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for a module: while it is there its event loop runs, and no other test could run one of its own."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium not found; install the Debian package chromium (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """A page in Chromium, with what it asked of other hosts and what its console complained of."""

    page: Page
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        """Go to an address and wait for the title of the page."""
        self.page.goto(address, wait_until="domcontentloaded")
        self.page.wait_for_selector("h1", timeout=20_000)

    def gate(self, route: Route) -> None:
        """Let a request to this machine pass; note and refuse any other."""
        host = urlsplit(route.request.url).hostname or ""
        if host in {"127.0.0.1", "localhost"} or not route.request.url.startswith(("http", "ws")):
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()

    def listen(self, message: ConsoleMessage) -> None:
        """Note what the console calls an error, but for Streamlit's probes for its base address (404)."""
        if message.type == "error" and "404" not in message.text:
            self.complaints.append(message.text)


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh profile in a zone far from Indonesia."""
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900}, timezone_id="America/New_York", locale="id-ID", color_scheme="dark"
    )
    yield context
    context.close()


@pytest.fixture
def visitor(context: BrowserContext) -> Visitor:
    """A page that may only speak with this machine."""
    visitor = Visitor(context.new_page())
    visitor.page.route("**/*", visitor.gate)
    visitor.page.on("console", visitor.listen)
    return visitor
