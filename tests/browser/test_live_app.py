"""What only a real browser shows: push, restart, a lost database, a blocked stream, nothing from outside."""

import http.client
import re
import shutil
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from dashboard.language import words
from dashboard.screens import SCREENS
from data import schema
from data.engine import writer
from tests import postgres
from tests.browser.conftest import Serve, Shared, Visitor
from tests.dashboard.conftest import bump

pytestmark = pytest.mark.browser

COMMITS = 10
LAST_GOOD = re.compile("DATA BAIK TERAKHIR")  # as the mark of a panel writes it; the banner says it in small letters
NUMBER = '[data-testid="stMetricValue"]'
BANNER = ".banner"
SHOWS = """want => new Promise(done => {
  const look = () => {
    const shown = document.querySelector('[data-testid="stMetricValue"]')?.innerText.replace(/[^0-9]/g, '');
    if (shown === want) done(Date.now() / 1000); else requestAnimationFrame(look);
  };
  look();
})"""


on_sqlite = pytest.mark.parametrize("shared", ["sqlite"], indirect=True)
"""For tests in which the kind of the database plays no part."""


def made(path: Path) -> Engine:
    """Return a writing engine on a new file with all tables."""
    engine = writer(str(path))
    schema.create(engine)
    return engine


def shown_at(page: Page, total: int) -> float:
    """Return when (seconds since 1970) the page shows this number; it is already awaited when it is not there yet."""
    return float(page.evaluate(SHOWS, str(total)))


def wait_for_number(page: Page, total: int, seconds: float) -> None:
    """Wait until the page shows this number."""
    expect(page.locator(NUMBER)).to_have_text(re.compile(f"^{total}$"), timeout=seconds * 1_000)


def test_a_commit_is_on_the_page_within_a_second(shared: Shared, visitor: Visitor) -> None:
    visitor.open(f"{shared.served.address}/layar")
    wait_for_number(visitor.page, bump(shared.engine), 10)
    delays = []
    for _ in range(COMMITS):
        visitor.page.wait_for_timeout(300)
        committed = time.time()
        delays.append(shown_at(visitor.page, bump(shared.engine)) - committed)
    delays.sort()
    print(f"commit to number: median {statistics.median(delays):.3f} s, slowest {delays[-1]:.3f} s")  # noqa: T201
    assert delays[round(0.95 * (COMMITS - 1))] < 1.0


@on_sqlite
def test_where_the_event_stream_is_blocked_the_page_asks(shared: Shared, visitor: Visitor) -> None:
    visitor.page.route("**/posko/events", lambda route: route.abort())
    visitor.open(f"{shared.served.address}/layar")
    expect(visitor.page.locator(NUMBER)).to_be_visible()
    wait_for_number(visitor.page, bump(shared.engine), 12)
    expect(visitor.page.locator(BANNER)).to_be_hidden()


@on_sqlite
def test_every_page_asks_only_this_machine_and_its_console_is_quiet(shared: Shared, visitor: Visitor) -> None:
    for language, place in (("id", 0), ("en", 1)):
        visitor.open(f"{shared.served.address}/?bahasa={language}")
        for screen in SCREENS:
            visitor.page.get_by_role("link", name=words("shell")[f"page_{screen.key}"][place]).click()
            question = words("shell")[f"question_{screen.key}"][place]
            expect(visitor.page.locator("h1")).to_have_text(question)
            text = visitor.page.inner_text("body")
            assert not re.search(r"Traceback|site-packages|SELECT |sqlite:", text)
    assert visitor.outside == []
    assert visitor.complaints == []


@on_sqlite
def test_the_clock_is_that_of_the_room_and_a_phone_needs_no_sideways_scroll(shared: Shared, visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    visitor.open(f"{shared.served.address}/layar")
    expect(visitor.page.locator(".WITA")).to_have_text(re.compile(r"^\d\d\.\d\d$"))
    now = datetime.now(UTC)
    allowed = [(now + timedelta(hours=8, seconds=s)).strftime("%H.%M") for s in (-2, 0, 2)]
    assert visitor.page.inner_text(".WITA") in allowed
    assert not visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")


@on_sqlite
def test_the_server_answers_only_its_own_names_and_pages(shared: Shared) -> None:
    assert _asked(shared, "/_stcore/metrics") == 404
    assert _asked(shared, "/_stcore/agent/interact") == 404
    assert _asked(shared, "/latensi", host="evil.example") == 421
    assert _asked(shared, "/latensi") == 200
    stream = f"ws://127.0.0.1:{shared.served.port}/_stcore/stream"
    with pytest.raises(InvalidStatus, match="403"):
        connect(stream, subprotocols=[Subprotocol("streamlit")], origin=Origin("http://evil.example"))
    with connect(stream, subprotocols=[Subprotocol("streamlit")], origin=Origin(shared.served.address)) as opened:
        assert opened.subprotocol == "streamlit"


def _asked(shared: Shared, path: str, host: str = "localhost") -> int:
    """Return the status of a request that names this host."""
    connection = http.client.HTTPConnection("127.0.0.1", shared.served.port, timeout=5)
    connection.request("GET", path, headers={"Host": host})
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_killed_server_is_said_and_the_page_comes_back_with_its_filters(
    serve: Serve, visitor: Visitor, tmp_path: Path
) -> None:
    engine = made(tmp_path / "posko.db")
    served = serve(str(tmp_path / "posko.db"))
    address = f"{served.address}/layar?layanan=facebook&rentang=7d"
    visitor.open(address)
    wait_for_number(visitor.page, bump(engine), 10)
    served.kill()
    expect(visitor.page.locator(BANNER)).to_contain_text("Sambungan ke server terputus sejak", timeout=10_000)
    assert "Connection error" not in visitor.page.inner_text("body")
    served.start()
    wait_for_number(visitor.page, bump(engine), 10)
    engine.dispose()
    expect(visitor.page.locator(BANNER)).to_be_hidden(timeout=5_000)
    assert visitor.page.url == address
    expect(visitor.page.locator('[data-testid="stMultiSelect"]').first).to_contain_text("Facebook")


def test_a_lost_file_leaves_the_last_good_numbers_marked_until_it_is_back(
    serve: Serve, visitor: Visitor, tmp_path: Path
) -> None:
    path = tmp_path / "posko.db"
    engine = made(path)
    served = serve(str(path))
    visitor.open(f"{served.address}/layar")
    total = bump(engine)
    wait_for_number(visitor.page, total, 10)
    engine.dispose()
    path.rename(tmp_path / "away.db")
    _says_lost(visitor.page, total)
    (tmp_path / "away.db").rename(path)
    total = bump(engine)
    _is_back(visitor.page, total)
    engine.dispose()
    assert str(tmp_path) not in visitor.page.content()


def test_a_stopped_postgresql_leaves_the_last_good_numbers_marked_until_it_is_back(
    serve: Serve, visitor: Visitor
) -> None:
    if postgres.binaries() is None:
        pytest.skip(postgres.MISSING)
    server = postgres.Server.started()
    try:
        address = server.address(server.new_database())
        engine = writer(address)
        schema.create(engine)
        served = serve(address)
        visitor.open(f"{served.address}/layar")
        total = bump(engine)
        wait_for_number(visitor.page, total, 10)
        engine.dispose()
        server.kill()
        _says_lost(visitor.page, total)
        server.start()
        total = bump(engine)
        _is_back(visitor.page, total)
        engine.dispose()
    finally:
        server.stop()


def _says_lost(page: Page, total: int) -> None:
    expect(page.locator(BANNER)).to_contain_text("Basis data tidak terjangkau, mencoba lagi.", timeout=6_000)
    expect(page.get_by_text(LAST_GOOD)).to_be_visible(timeout=6_000)
    wait_for_number(page, total, 1)


def _is_back(page: Page, total: int) -> None:
    wait_for_number(page, total, 8)
    expect(page.locator(BANNER)).to_be_hidden(timeout=2_000)
    expect(page.get_by_text(LAST_GOOD)).to_be_hidden()


def test_the_app_starts_before_its_database_and_comes_alive(serve: Serve, visitor: Visitor, tmp_path: Path) -> None:
    path = tmp_path / "late.db"
    served = serve(str(path))
    visitor.page.goto(f"{served.address}/layar")
    expect(visitor.page.get_by_text("Basis data tidak terjangkau, mencoba lagi")).to_be_visible(timeout=6_000)
    made(tmp_path / "made.db").dispose()
    shutil.copyfile(tmp_path / "made.db", path)
    expect(visitor.page.locator(NUMBER)).to_be_visible(timeout=15_000)
