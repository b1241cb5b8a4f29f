"""Ringkasan: tiles that a recount confirms, changes against last week, and honest words where there is nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, Select, func, select

from data.engine import transaction
from data.rollups.declarations import OPEN
from data.tables import content, feed, takedown_request
from tests.pages.conftest import FOUND, FOUND_LAST_WEEK, ago
from tests.pages.reading import alts, chart_tables, links, rows, specs, tiles
from tests.queries.factories import TIKTOK
from tests.screens import opened, texts

FOUND_TODAY = sum(items for _, _, items in FOUND)


def counted(engine: Engine, question: Select[tuple[int]]) -> int:
    """Return a count of the rows themselves, whatever the roll-ups say."""
    with engine.connect() as connection:
        return int(connection.execute(question).scalar_one())


def test_the_tiles_are_what_a_recount_says(room: Callable[..., None], engine: Engine) -> None:
    room()
    app = opened()
    assert not app.exception
    today = select(func.count()).where(content.c.detected_at > datetime.now(UTC) - timedelta(days=1))
    is_open = select(func.count()).where(takedown_request.c.outcome_id == OPEN)
    assert counted(engine, today) == FOUND_TODAY == 40
    assert counted(engine, is_open) == 7
    assert tiles(app) == {
        "Konten ditemukan": "40", "Isu baru": "2", "Pengajuan terbuka": "7", "Lewat tenggat": ":red[▲ 5]",
        "Turun dalam 60 menit": "65 %", "Jangkauan": "–",
    }  # fmt: skip
    shown = texts(app)
    assert "49–78\xa0%, n = 37" in shown  # 24 of 37 that were due, Wilson 95 %
    assert "2 belum jatuh tempo" in shown
    assert "Umpan berhenti" not in shown
    assert "◆ 1 di 45–60 mnt" in shown
    assert "belum ada laporan kanal" in shown


def test_the_change_is_against_the_same_hours_last_week(room: Callable[..., None]) -> None:
    room()
    assert (FOUND_TODAY, FOUND_LAST_WEEK) == (40, 32)
    assert "▲\xa025\xa0% dari pekan lalu, jam yang sama" in texts(opened())
    assert "▲\xa025\xa0% from last week, same hours" in texts(opened(bahasa="en"))


def test_every_number_leads_to_its_rows_with_the_same_filters(room: Callable[..., None]) -> None:
    room()
    found = links(opened(layanan="facebook", rentang="7d"))
    assert found["25 konten →"] == "rentang=7d&layanan=facebook&tabel=konten"
    assert found["5 pengajuan →"] == "rentang=7d&layanan=facebook&tabel=pengajuan&keadaan=lewat"


def test_what_stopped_feeds_would_have_told_is_unknown_not_none(room: Callable[..., None], engine: Engine) -> None:
    room()
    with transaction(engine) as connection:
        connection.execute(feed.update().where(feed.c.code == "ais").values(written_at=ago(hours=4)))
    app = opened()
    shown = texts(app)
    assert "Umpan berhenti sejak" in shown
    assert "Angka sesudahnya belum lengkap" in shown
    (gap,) = (row for table in chart_tables(app) for row in rows(table, "gap"))
    assert gap["text"].startswith("tanpa data sejak ")
    assert "Feeds silent since" in texts(opened(bahasa="en"))


def test_a_feed_beside_the_stopped_one_keeps_the_counts_known(room: Callable[..., None], engine: Engine) -> None:
    room()
    with transaction(engine) as connection:
        connection.execute(feed.update().where(feed.c.code == "ais").values(written_at=ago(hours=4)))
        connection.execute(feed.update().where(feed.c.code == "patroli_siber").values(seq=1, written_at=ago(seconds=5)))
    app = opened()
    assert "Umpan berhenti sejak" in texts(app)
    assert [row for table in chart_tables(app) for row in rows(table, "gap")] == []


def test_filters_reach_every_tile(room: Callable[..., None]) -> None:
    room()
    shown = tiles(opened(layanan="tiktok"))
    assert (shown["Konten ditemukan"], shown["Pengajuan terbuka"], shown["Lewat tenggat"]) == ("5", "1", "0")


def test_what_changed_since_the_shift_began_is_said_once(room: Callable[..., None]) -> None:
    room()
    shown = texts(opened())
    assert shown.count("Sejak gilir dimulai pukul ") == 1
    hour = (datetime.now(UTC).hour + 7) % 24  # WIB; shifts begin at 06, 14 and 22
    began = ago(hours=(hour - 6) % 8).replace(minute=0, second=0)
    broke = ago(minutes=70)  # received 130 minutes ago
    assert (":red[▲ **5** baru lewat 60 menit]" in shown) == (broke >= began)


def test_the_room_speaks_english(room: Callable[..., None]) -> None:
    room()
    app = opened(bahasa="en")
    assert set(tiles(app)) == {
        "Content found", "New issues", "Open requests", "Overdue", "Removed within 60 minutes", "Reach",
    }  # fmt: skip
    assert any(alt.startswith("40 content items found, most ") for alt in alts(app))
    assert "Nothing is scheduled. The last ones:" in texts(app)
    assert "Voting day of the regional elections" in texts(app)


def test_hostile_titles_do_nothing(room: Callable[..., None]) -> None:
    room()
    app = opened()
    shown = texts(app)
    assert r"\*\*tebal\*\* \[klik\]" in shown
    assert "](javascript:" not in shown
    assert "https://jahat" not in shown
    assert not any(element.proto.allow_html for element in app.markdown)


def test_charts_carry_no_data_in_their_specification(room: Callable[..., None]) -> None:
    room()
    app = opened()
    assert len(specs(app)) == 7
    for spec, table in zip(specs(app), chart_tables(app), strict=True):
        assert not {"data", "datasets"} & set(spec)
        assert table.num_rows > 0
    curve = next(table for table in chart_tables(app) if "is_filling" in table.column_names)
    assert sum(row["n"] for row in rows(curve, "bucket")) == FOUND_TODAY


@pytest.mark.parametrize("language", ["id", "en"])
def test_an_empty_database_says_what_is_missing(empty_room: None, language: str) -> None:
    app = opened(bahasa=language)
    shown = texts(app)
    assert not app.exception
    assert list(tiles(app).values()) == ["0", "0", "0", "0", "–", "–"]
    sentences = {
        "id": ("belum ada yang jatuh tempo", "● tidak ada yang lewat 60 menit", "belum ada laporan kanal",
               "Tidak ada isu, tema atau layanan yang melampaui biasanya", "belum ada perubahan",
               "Belum ada umpan data yang pernah menulis", "Tidak ada konten dalam rentang ini"),
        "en": ("nothing due yet", "● none past 60 minutes", "no channel has reported yet",
               "No issue, theme or service has exceeded its usual", "nothing has changed",
               "No feed has ever written", "No content in this window"),
    }  # fmt: skip
    for sentence in sentences[language]:
        assert sentence in shown
    assert "nan" not in shown.lower().split()


def test_closed_messaging_has_no_latency_and_says_so(room: Callable[..., None]) -> None:
    room()
    app = opened(layanan="whatsapp")
    assert tiles(app)["Turun dalam 60 menit"] == "n/a"
    assert "tidak berlaku: pesan tertutup" in texts(app)
    assert tiles(app)["Konten ditemukan"] == "4"


def test_few_requests_are_shown_with_their_number_and_not_judged(room: Callable[..., None], engine: Engine) -> None:
    room()
    with transaction(engine) as connection:
        ended = takedown_request.c.actioned_at.is_not(None)
        connection.execute(takedown_request.update().where(ended).values(service_id=TIKTOK))
    shown = texts(opened(layanan="facebook"))
    assert "n = 5 · terlalu sedikit untuk dinilai" in shown
