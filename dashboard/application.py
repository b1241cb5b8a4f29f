"""The application: Streamlit's own, with our lifespan, event stream, health route, headers and errors.

`dashboard.server.start` runs Streamlit's command line on this file; `app` is what it looks for in it.
"""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from dashboard import heap, journal, settings, watcher
from dashboard.hub import Hub, hub
from dashboard.language import t
from dashboard.screens import SCREENS
from dashboard.security import Guard

HERE = Path(__file__).parent

BEAT_SECONDS = 2.5
"""A tab hears from us at least this often; after 8 s of silence it says that the server is lost."""


def message(topics: list[str]) -> dict[str, Any]:
    """Return what a tab is told: the version, the topics that changed, and how many tabs listen. Never data."""
    return {"v": hub.version, "t": topics, "n": hub.tabs}


async def stream(of: Hub) -> AsyncIterator[str]:
    """Give one tab its events: at once where we stand, then every new version, and a beat in between."""
    listener = of.listen()
    try:
        yield f"retry: 1000\ndata: {json.dumps(message(['*']))}\n\n"
        while not of.closing:
            try:
                async with asyncio.timeout(BEAT_SECONDS):
                    await listener.woken.wait()
            except TimeoutError:
                yield f"data: {json.dumps(message([]))}\n\n"
            else:
                yield f"data: {json.dumps(message(listener.take()))}\n\n"
    finally:
        of.leave(listener)


async def events(_: Request) -> Response:
    """Answer the event stream of one tab."""
    quiet = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream(hub), media_type="text/event-stream", headers=quiet)


async def version(_: Request) -> Response:
    """Answer the running version to a tab whose event stream is blocked."""
    return JSONResponse(message([]), headers={"Cache-Control": "no-store"})


async def health(_: Request) -> Response:
    """Answer 200 while numbers are fresh, 503 while the database is lost, for a proxy or a supervisor."""
    state = {"database": hub.health.problem or "ok", "since": hub.health.since.isoformat(timespec="seconds")}
    return JSONResponse(state, status_code=200 if hub.health.is_good else 503, headers={"Cache-Control": "no-store"})


async def first_page(request: Request) -> Response:
    """Send the first page's name to its address, the root."""
    return RedirectResponse(str(request.url.replace(path=_base() + "/", netloc="", scheme="")) or "/", 307)


def routes() -> list[Route]:
    """Return our routes beside Streamlit's."""
    own = {"/posko/events": events, "/posko/version": version, "/posko/health": health}
    return [Route(_base() + path, answer) for path, answer in {**own, f"/{SCREENS[0].key}": first_page}.items()]


def _base() -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


def on_script_error(error: Exception) -> bool:
    """Log an error of a page and show its id, nothing else of it."""
    error_id = journal.failure("script", error)
    st.error(t("shell.script_failed", id=error_id), icon=":material/error:")
    return True


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Load what every page needs, start the watcher, then freeze the heap."""
    heap.fill()
    hub.bind(asyncio.get_running_loop())
    _end_streams_on_signal()
    await asyncio.to_thread(watcher.ensure, 2.0)
    heap.freeze()
    freezing = asyncio.create_task(heap.keep_frozen())
    journal.event("started", version=hub.version, database=hub.health.problem or "ok")
    try:
        yield
    finally:
        freezing.cancel()
        hub.close()
        await asyncio.to_thread(watcher.end)


def _end_streams_on_signal() -> None:
    """Close the event streams when the server is told to stop: it waits for open answers, and these never end."""
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def stop(received: int, frame: FrameType | None, before: Any = before) -> None:
            hub.close()
            if callable(before):
                before(received, frame)

        signal.signal(number, stop)


journal.start()
app = st.App(
    HERE / "main.py",
    lifespan=lifespan,
    routes=routes(),
    middleware=[
        Middleware(
            Guard,
            hosts=(settings.current().address, *settings.current().allowed_hosts),
            frame_ancestors=settings.current().frame_ancestors,
        )
    ],
    on_script_error=on_script_error,
)
