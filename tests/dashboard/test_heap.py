"""The frozen heap: everything a page loads is in it, and what ends later can still go."""

import asyncio
import gc
import sys
import weakref

import pytest

from dashboard import heap


@pytest.fixture(autouse=True)
def thawed_afterwards() -> object:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_every_module_of_the_pages_is_loaded_before_the_first_visit() -> None:
    heap.fill()
    assert {"dashboard.shell", "dashboard.charts.chart", "queries.contents", "pydeck", "altair"} <= set(sys.modules)


def test_what_ended_goes_although_it_was_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    class Session:
        """Something that holds itself, as a session of Streamlit does."""

        def __init__(self) -> None:
            self.me = self

    monkeypatch.setattr(heap, "FREEZE_SECONDS", 0.01)
    monkeypatch.setattr(heap, "THAW_EVERY", 2)
    session = Session()
    gone = asyncio.Event()
    remembered = weakref.ref(session, lambda _: gone.set())

    async def story() -> None:
        freezing = asyncio.create_task(heap.keep_frozen())
        await asyncio.sleep(0.05)
        assert gc.get_freeze_count() > 0
        nonlocal session
        session = Session()
        async with asyncio.timeout(5):
            await gone.wait()
        freezing.cancel()

    asyncio.run(story())
    assert remembered() is None
