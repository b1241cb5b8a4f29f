"""The app in a test: pointed at a database, opened through its entry script, put back as it was."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import door, language, moments, settings, source, watcher
from dashboard.hub import hub
from dashboard.screens import BY_KEY

ENTRY = Path(door.__file__).with_name("main.py")
PATIENCE_SECONDS = 30
Point = Callable[[str], None]


@pytest.fixture
def point_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Point]:
    """A function that points the dashboard of this process at an address, as a start of the server does."""

    def point(address: str) -> None:
        forget_everything()
        monkeypatch.setenv("POSKO_DATABASE_URL", address)
        settings.current.cache_clear()

    yield point
    forget_everything()
    settings.current.cache_clear()


def forget_everything() -> None:
    """End the watcher, close the engines and empty the caches of this process."""
    watcher.end()
    source.forget()
    door.forget()
    moments.forget()
    hub.health = type(hub.health)("starting", hub.health.since)
    language.use("id")


def opened(key: str = "ringkasan", **query: str) -> AppTest:
    """Open a page by its key through the entry script, with these parameters in its address, and run it."""
    app = AppTest.from_file(str(ENTRY), default_timeout=PATIENCE_SECONDS)
    set_query(app, query)
    app.run()
    if key != "ringkasan":
        app.switch_page(str(BY_KEY[key].path))
        set_query(app, query)
        app.run()
    return app


def set_query(app: AppTest, query: dict[str, str]) -> None:
    """Put these parameters into the address of the page, and no others."""
    app.query_params.clear()
    app.query_params.update(query)


def texts(app: AppTest) -> str:
    """Return everything a reader can read on the page, one element a line, without charts and tables."""
    kinds = (
        "title",
        "header",
        "subheader",
        "markdown",
        "caption",
        "text",
        "error",
        "warning",
        "info",
        "metric",
        "code",
    )
    shown = [str(element.value) for kind in kinds for element in app.get(kind)]
    labels = [str(widget.label) for kind in ("selectbox", "multiselect", "button") for widget in app.get(kind)]
    return "\n".join([*shown, *labels])


def status(app: AppTest) -> dict[str, Any]:
    """Return what the status bar of the page was told."""
    (told,) = (one for one in components(app) if "feeds" in one)
    return told


def components(app: AppTest) -> list[dict[str, Any]]:
    """Return what each component of ours on the page was told."""
    return [json.loads(one.proto.json) for one in app.get("bidi_component")]
