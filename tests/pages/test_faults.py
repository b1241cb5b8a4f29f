"""When something fails: the last good numbers stay and say so, a failing question spoils nothing else."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from dashboard import watcher
from dashboard.hub import hub
from data.engine import transaction
from data.tables import rollup_issue, rollup_latency
from tests.pages.reading import tiles
from tests.screens import opened, texts

Room = Callable[..., None]


@pytest.mark.parametrize("key", ["ringkasan", "isu"])
def test_the_last_good_numbers_stay_when_the_database_is_lost(
    room: Room, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    room()
    app = opened(key)
    before = tiles(app)
    watcher.end()
    monkeypatch.setattr(watcher, "ensure", lambda: None)
    hub.set_problem("unreachable")
    app.run()
    assert not app.exception
    assert tiles(app) == before
    assert "DATA BAIK TERAKHIR" in "".join(str(badge.value) for badge in app.markdown)


def test_a_failing_question_leaves_the_other_panels_alone(room: Room, engine: Engine) -> None:
    room()
    with transaction(engine) as connection:
        rollup_issue.drop(connection)
    app = opened()
    assert not app.exception
    assert tiles(app)["Konten ditemukan"] == "40"
    assert "Isu baru" not in tiles(app)
    assert "kode " in texts(app)
    page = opened("isu")
    assert not page.exception
    assert "● seimbang: 40 = " in texts(page)
    assert "no such table" not in texts(page)
    assert "rollup_issue" not in texts(page)


def test_a_table_that_no_panel_needs_is_not_missed(room: Room, engine: Engine) -> None:
    room()
    with transaction(engine) as connection:
        rollup_latency.drop(connection)
    app = opened()
    assert len(tiles(app)) == 6
    assert "kode " not in texts(app)
