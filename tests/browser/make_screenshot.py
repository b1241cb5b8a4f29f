"""Make the picture of the README: `python -m tests.browser.make_screenshot`.

A season of its own in a temporary folder, the dashboard on it, Chromium at laptop width, and one PNG of at most 250 kB.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from data import schema, season
from data.engine import writer

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "dashboard" / "screenshots" / "ringkasan.png"
LARGEST_BYTES = 250_000
REQUESTS = 60_000
START_SECONDS = 60
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
STANDS = """() => !document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]')
    && [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')]
       .every(chart => chart.querySelector('svg, canvas'))"""


def make_season(folder: Path) -> str:
    """Write a season up to now and return the address of its database."""
    address = f"sqlite:///{folder / 'season.db'}"
    engine = writer(address)
    schema.create(engine, "triggers")
    season.write(engine, season.generate(seed=2024, n_requests=REQUESTS, now=datetime.now(UTC)))
    engine.dispose()
    return address


@contextmanager
def dashboard(database: str, folder: Path) -> Iterator[str]:
    """Serve the dashboard on a free port for the length of the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = os.environ | {"POSKO_DATABASE_URL": database, "POSKO_PORT": port, "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen([sys.executable, "-m", "dashboard", "serve"], cwd=folder, env=environment)
    try:
        wait_for(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def wait_for(address: str) -> None:
    """Wait until the server answers."""
    ends_at = time.monotonic() + START_SECONDS
    while time.monotonic() < ends_at:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the dashboard did not start")


def shot(address: str) -> bytes:
    """Return the picture of the first page once its numbers and charts stand."""
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme="dark", locale="id-ID")
        page.goto(address)
        page.get_by_test_id("stMetric").first.wait_for(timeout=30_000)
        page.get_by_test_id("stVegaLiteChart").first.wait_for(timeout=30_000)
        page.wait_for_function(STANDS, timeout=30_000)
        picture = page.screenshot(animations="disabled")
        browser.close()
    return picture


def small(picture: bytes) -> bytes:
    """Return the picture with as many colours as fit into the limit."""
    for colours in (256, 128, 64, 32):
        out = BytesIO()
        Image.open(BytesIO(picture)).convert("RGB").quantize(colours).save(out, "PNG", optimize=True)
        if out.tell() <= LARGEST_BYTES:
            return out.getvalue()
    raise ValueError("the picture does not fit into its limit")


def main() -> None:
    """Make the picture."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with dashboard(make_season(folder), folder) as address:
            PICTURE.parent.mkdir(exist_ok=True)
            PICTURE.write_bytes(small(shot(address)))


if __name__ == "__main__":
    main()
