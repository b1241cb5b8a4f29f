"""The countdown in a real browser: it runs, turns amber and red, and leads to the item, without the server."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from data.engine import transaction
from tests.browser.conftest import Shared, Visitor
from tests.queries import factories

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("shared", ["sqlite"], indirect=True)
def test_the_countdown_runs_by_itself_from_silent_to_amber_to_red(shared: Shared, visitor: Visitor) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    with transaction(shared.engine) as connection:
        running = factories.request(connection, now - timedelta(minutes=30))
        stopped = now - timedelta(minutes=40)
        factories.request(connection, stopped, stopped_at=stopped + timedelta(minutes=20))
    page = visitor.page
    page.clock.install()
    visitor.open(f"{shared.served.address}/latensi")
    rows = page.locator(".list tbody tr")
    expect(rows).to_have_count(2, timeout=20_000)
    first, still = rows.nth(0), rows.nth(1)
    expect(first).to_have_class("calm")
    expect(first.locator("td").first).to_contain_text("mnt")
    expect(first.get_by_role("link")).to_have_attribute("href", f"/tabel?tabel=pengajuan&butir={running}")
    page.clock.fast_forward("17:00")
    expect(first).to_have_class("nearing")
    page.clock.fast_forward("16:00")
    expect(first).to_have_class("breached")
    expect(first.locator("td").first).to_contain_text("+")
    expect(still).to_have_class("calm")  # its clock stands still
    expect(still.locator("td").first).to_have_text(re.compile(r"^40\smnt 00\sdtk$"))
