"""Every page, in both languages, whatever the database: words of the right language, no traceback, no secret."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from streamlit.testing.v1 import AppTest

from dashboard import door, moments, source
from dashboard.language import words
from dashboard.screens import BY_KEY, SCREENS
from data import schema
from data.engine import transaction
from data.tables import feed, schema_version
from tests.dashboard.conftest import is_of_the_watcher
from tests.screens import Point, opened, set_query, status, texts

LANGUAGES = ("id", "en")
LEAKS = re.compile(r"Traceback|sqlite:|postgresql:|SELECT |File \"|/site-packages/|\.py\b")


def expected(key: str, language: str) -> str:
    """Return a word of the frame in a language."""
    return words("shell")[key][LANGUAGES.index(language)]


def visited(language: str) -> Iterator[tuple[str, AppTest]]:
    """Yield every page by its key, opened one after the other by one visitor."""
    app = opened(bahasa=language)
    for screen in SCREENS:
        app.switch_page(str(screen.path))
        set_query(app, {"bahasa": language})
        yield screen.key, app.run()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_on_an_empty_database(app_engine: Engine, language: str) -> None:
    for key, app in visited(language):
        assert not app.exception, key
        assert app.title[0].value == expected(f"question_{key}", language)
        assert not LEAKS.search(texts(app))
        told = status(app)
        assert (told["problem"], told["simulated"]) == ("", "")
        assert told["feeds"]
        assert all(row["at"] is None for row in told["feeds"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_without_its_database(point_at: Point, tmp_path: Path, language: str) -> None:
    point_at(str(tmp_path / "secret-folder" / "posko.db"))
    for key, app in visited(language):
        assert not app.exception, key
        assert expected("refuse_unreachable", language) in texts(app)
        assert not LEAKS.search(texts(app))
        assert "secret-folder" not in texts(app)


@pytest.mark.parametrize(
    ("version", "word", "command"),
    [
        ((0, 1), "schema_older", "posko db upgrade"),
        ((schema.VERSION[0] + 1, 0), "schema_newer", None),
        (None, "schema_missing", None),
    ],
)
def test_tables_of_another_version_are_refused_with_the_mend(
    engine: Engine, database_url: str, point_at: Point, version: tuple[int, int] | None, word: str, command: str | None
) -> None:
    with transaction(engine) as connection:
        if version is None:
            connection.execute(schema_version.delete())
        else:
            connection.execute(schema_version.update().values(major=version[0], minor=version[1]))
    point_at(database_url)
    app = opened("isu")
    assert not app.exception
    assert expected(f"refuse_{word}", "id") in texts(app)
    if command:
        assert command in texts(app)


def test_no_database_named_shows_how_to_name_one(point_at: Point) -> None:
    point_at("")
    assert "POSKO_DATABASE_URL=" in texts(opened())


def test_an_address_of_another_engine_is_refused(point_at: Point) -> None:
    point_at("mysql://dash:hunter2@db/hoax")
    app = opened()
    assert expected("refuse_address", "id") in texts(app)
    assert "hunter2" not in texts(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_simulated_data_says_so_on_every_page(app_engine: Engine, language: str) -> None:
    with transaction(app_engine) as connection:
        connection.execute(feed.update().where(feed.c.code == "ais").values(is_simulated=True, seq=feed.c.seq + 1))
    for key, app in visited(language):
        assert status(app)["simulated"] == expected("simulated", language), key


def test_every_page_links_to_every_other_with_the_filters(app_engine: Engine) -> None:
    app = opened("latensi", layanan="facebook", bahasa="en")
    links = {link.proto.page: link.proto.query_string for link in app.get("page_link")}
    assert {screen.key for screen in SCREENS[1:]} <= set(links)
    assert set(links.values()) == {"layanan=facebook&bahasa=en"}
    assert BY_KEY["isu"].title  # the menu speaks the language of the page
    assert expected("page_isu", "en") in [link.proto.label for link in app.get("page_link")]


def test_a_lost_database_keeps_the_page_and_says_so(app_engine: Engine, lose: Callable[[], None]) -> None:
    app = opened("latensi")
    lose()
    app.run()
    assert not app.exception
    assert app.title[0].value == expected("question_latensi", "id")
    assert status(app)["problem"].startswith(expected("banner_unreachable", "id"))


@contextmanager
def failing(at: int | None) -> Iterator[list[str]]:
    """List the statements of the questions; the one at this place fails, as a disk or a server may at any time."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if is_of_the_watcher() or not statement.startswith(("SELECT", "WITH")):
            return
        seen.append(statement)
        if len(seen) - 1 == at:
            raise sqlite3.OperationalError("injected: secret-folder/posko.db")

    reading = source.engine()
    event.listen(reading, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(reading, "before_cursor_execute", note)


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("key", ["ringkasan", "isu"])
def test_any_one_statement_may_fail(app_engine: Engine, database_kind: str, key: str) -> None:
    app = opened(key)
    with failing(None) as seen:
        _anew(app)
    assert len(seen) > 10
    for place in range(len(seen)):
        with failing(place):
            _anew(app)
        assert not app.exception, seen[place]
        assert not LEAKS.search(texts(app)), seen[place]
        assert "secret-folder" not in texts(app), seen[place]
        assert re.search(r"kode [0-9a-f]{8}|Posko gagal membaca basis data", texts(app)), seen[place]


def _anew(app: AppTest) -> None:
    """Run the page as if nothing had been asked before."""
    door.forget()
    moments.forget()
    app.run()
