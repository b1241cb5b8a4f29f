"""Latensi & Kepatuhan: figures a recount confirms, six items shown with honour, one clock named everywhere."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from dashboard.hub import EVERYTHING
from dashboard.live import REGISTER
from data.engine import transaction
from data.rollups.clocks import LABELLED, REMOVED
from queries import newest
from tests.pages.conftest import HOSTILE, ago
from tests.pages.reading import alts, chart_tables, countdown, links, rows, sheets, specs, tiles
from tests.queries import factories
from tests.queries.factories import FACEBOOK, PUBLIC, TIKTOK, WHATSAPP
from tests.screens import Point, opened, set_query, texts

Room = Callable[..., None]


def services(app: AppTest) -> dict[str, dict[str, Any]]:
    """Return the rows of the shares by service, by name, in the order in which they stand."""
    table = next(table for table in chart_tables(app) if "remark" in table.column_names)
    found = sorted(rows(table, "row"), key=lambda row: row["middle"])
    return {row["name"]: {name: text(value) for name, value in row.items()} for row in found}


def text(value: object) -> object:
    return value.replace("\xa0", " ") if isinstance(value, str) else value


@pytest.fixture
def six(engine: Engine, database_url: str, point_at: Point) -> None:
    """The Pilkada case: six hoaxes, all taken down within the hour, on two services."""
    with transaction(engine) as connection:
        for place in range(6):
            service = FACEBOOK if place < 4 else TIKTOK
            factories.ended(connection, ago(hours=3 + place), 20, REMOVED, service_id=service)
    point_at(database_url)


@pytest.mark.parametrize(
    ("language", "measure", "curve", "why"),
    [
        ("id", "Turun dalam 60 menit", "6 pengajuan: terlalu sedikit", "urut abjad, tidak diperingkat: ada layanan"),
        ("en", "Removed within 60 minutes", "6 requests: too few", "alphabetical, not ranked: some services"),
    ],
)
def test_six_of_six_is_shown_with_its_interval_and_ranks_nothing(
    six: None, language: str, measure: str, curve: str, why: str
) -> None:
    app = opened("latensi", bahasa=language)
    assert not app.exception
    assert tiles(app)[measure] == "100 %"
    shown = texts(app)
    assert "61–100\xa0%, n = 6" in shown
    assert {"id": "belum turun selama dipantau", "en": "not down while watched"}[language] not in shown
    assert why in shown
    assert any(title.startswith(curve) for title in alts(app))
    found = services(app)
    assert found["Facebook"]["value"] == "4/4 = 100 % (51–100 %)"
    assert found["TikTok"]["value"] == "2/2 = 100 % (34–100 %)"
    assert all(row["is_few"] for row in found.values())


def test_the_tiles_are_what_a_reader_counts(room: Room) -> None:
    room()
    found = tiles(opened("latensi", provinsi="tanpa"))  # from the rows: exact to the second
    assert found["Turun dalam 60 menit"] == "65 %"  # 24 of the 37 that are due
    assert found["Median waktu turun"] == "20 m"
    assert found["p90 waktu turun"] in (
        "> 2 j 9 m",
        "> 2 j 10 m",
    )  # as_of is whole 5 seconds; 32 of 39 came down: nine in ten never reached
    assert found["Lewat tenggat"] == ":red[▲ 5]"
    shown = texts(opened("latensi"))
    assert "49–78\xa0%, n = 37" in shown
    assert "2 belum jatuh tempo" in shown


def test_errors_stand_as_large_as_removals(room: Room, engine: Engine) -> None:
    room()
    with transaction(engine) as connection:
        for number, result in enumerate(("upheld", "dismissed", "open"), 1):
            filed = ago(hours=2)
            factories.row(
                connection, "appeal", content_id=number, request_no=1, appeal_no=1, service_id=FACEBOOK, result=result,
                filed_at=filed, decided_at=None if result == "open" else ago(hours=1), reinstated_at=None,
            )  # fmt: skip
    app = opened("latensi")
    found = tiles(app)
    assert (found["Keberatan masuk"], found["Penurunan dinyatakan keliru"], found["Keberatan belum dijawab"]) == (
        "3", "1", "1",
    )  # fmt: skip
    assert "1 dikabulkan · 1 ditolak · 1 terbuka" in texts(app)


def test_the_clock_is_kept_in_the_link_and_named_on_the_page(room: Room) -> None:
    room()
    app = opened("latensi", jam="detected")
    (clock,) = [box for box in app.selectbox if box.label == "Jam yang dipakai"]
    assert clock.value == "detected"
    assert tiles(app)["Turun dalam 60 menit"] == "–"  # the rows of this room have no time of detection
    assert "paling lama 60 menit pada jam sejak ditemukan" in texts(app)
    assert "selalu memakai jam sejak diterima layanan" in texts(app)
    clock.set_value("notified").run()
    assert app.query_params["jam"] in ("notified", ["notified"])
    assert tiles(app)["Turun dalam 60 menit"] == "65 %"
    set_query(app, {"jam": "tebakan"})
    assert not app.run().exception


def test_the_countdown_names_the_next_and_its_title_does_nothing(room: Room, engine: Engine) -> None:
    room()
    with transaction(engine) as connection:
        content_id = factories.content(connection, ago(minutes=58), title=HOSTILE)
        received = ago(minutes=57)
        factories.request(connection, received, content_id=content_id, service_id=TIKTOK)
    app = opened("latensi")
    told = countdown(app)
    assert told["live"]
    dues = [row["due"] for row in told["rows"]]
    assert (len(dues), sorted(dues), dues[0]) == (3, dues, received.timestamp() + 3_600)
    service, province, _, title = told["rows"][0]["cells"]
    assert (service, province) == ("TikTok", "tanpa wilayah")
    assert "hxxps://jahat[.]example" in title
    assert told["rows"][0]["href"] == f"/tabel?tabel=pengajuan&butir={content_id}"
    assert HOSTILE not in texts(app)
    assert "▲ 5 sudah lewat 60 menit" in texts(app)


def test_a_fixed_link_shows_queue_and_backlog_of_its_moment_and_no_time_runs(room: Room) -> None:
    """Half an hour ago: three that are now 50 minutes and older, one of them just over, and 5 of two hours ten."""
    room()
    moment = ago(minutes=30)
    pin = {"sejak": ago(hours=24).isoformat(), "hingga": moment.isoformat(), "per": moment.isoformat()}
    app = opened("latensi", **pin)
    told = countdown(app)
    assert (told["live"], told["now"]) == (False, moment.timestamp())
    assert [round(row["left"] / 60) for row in told["rows"]] == [40]
    assert set(app.session_state[REGISTER].values()) == {frozenset(), frozenset({EVERYTHING})}  # the status bar alone
    assert "time does not run on a fixed link" in texts(opened("latensi", bahasa="en", **pin))
    assert "seperti diketahui saat itu; apa pun rentangnya" in texts(app)
    table = next(table for table in chart_tables(app) if "left" in table.column_names
                 and "state" in table.column_names)  # fmt: skip
    assert {row["name"]: int(row["n"]) for row in rows(table, "age") if row["n"]} == {"15–30": 1, "> 60 m": 5}


def test_a_fixed_link_stands_beside_what_is_known_now_and_names_what_changed(room: Room, engine: Engine) -> None:
    """Half an hour ago one removal was not yet told and one request had not come."""
    room()
    moment = ago(minutes=34)
    with transaction(engine) as connection:
        told = factories.ended(connection, ago(hours=2), 30, REMOVED, updated_at=ago(minutes=1))
        factories.event(connection, told, ago(minutes=1), REMOVED)
        ended = int((ago(hours=2) + timedelta(minutes=30)).timestamp())
        factories.event(connection, told, ago(minutes=1), 0, kind="actioned_at", value=str(ended))
        late = dict.fromkeys(("recorded_at", "updated_at"), ago(minutes=2))
        factories.request(connection, ago(hours=4), service_id=TIKTOK, **late)
    pin = {"sejak": ago(hours=24).isoformat(), "hingga": moment.isoformat(), "per": moment.isoformat()}
    app = opened("latensi", bahasa="en", **pin)
    assert not app.exception
    shown = texts(app).replace("\xa0", " ")
    assert "63 % (47–77 %), n = 38" in shown  # 24 of the 37 that were due, and the one that had come down unseen
    assert "64 % (48–77 %), n = 39" in shown  # 25 now that it is told, and the one that came late
    assert "**1** came late · **1** had ended" in shown
    changed = next(found for found in sheets(app) if found and "Why" in found[0])
    assert f"butir={told}" in changed[0]["Item"]
    assert len(changed) == 2
    assert "keadaan=berubah" in " ".join(links(app).values())


def test_a_live_page_offers_the_way_to_an_earlier_moment(room: Room) -> None:
    room()
    app = opened("latensi", skala="linear")
    assert "datang terlambat" not in texts(app)
    next(button for button in app.button if button.label == "Tampilkan").click().run()
    assert {"sejak", "hingga", "per", "skala"} <= set(app.query_params)
    assert "seperti diketahui saat itu" in texts(app)


def test_scale_cohort_and_deadline_live_in_the_address(room: Room) -> None:
    room()
    app = opened("latensi", skala="linear", kohort="hari")
    scales = {group.label: group.value for group in app.get("button_group")}
    assert scales["Skala waktu"] == "linear"
    x = next(spec for spec in specs(app) if "curve" in str(spec) and "line" in str(spec))
    assert '"type": "linear"' in json.dumps(x)
    next(box for box in app.selectbox if box.label == "Rentang waktu").set_value("7d").run()
    assert app.query_params["skala"] in ("linear", ["linear"])
    assert not opened("latensi", skala="tebakan", kohort="x", tenggat="y").exception


def test_a_rule_is_shown_for_its_class_with_every_deadline_in_numbers(room: Room, engine: Engine) -> None:
    room()
    with transaction(engine) as connection:
        for minutes in (180, 300):
            factories.ended(connection, ago(hours=9), minutes, REMOVED, urgency="urgent")
    app = opened("latensi", tenggat="4j", kohort="hari", rentang="7d")
    assert not app.exception
    found = next(found for found in sheets(app) if found and "Berlaku" in found[0])
    urgent = next(row for row in found if row["Tenggat"] == "Aturan 4 jam (mendesak)")
    assert (urgent["Jatuh tempo"], urgent["tepat waktu"], urgent["turun terlambat"]) == ("2", "1", "1")
    trend = next(table for table in chart_tables(app) if "cohort" in table.column("kind").to_pylist())
    assert sum(int(row["due"]) for row in rows(trend, "cohort")) == 2
    assert len(rows(trend, "cohort")) in (7, 8)  # days


def test_the_declaration_is_drawn_on_the_axis_when_in_range(room: Room, engine: Engine) -> None:
    room()
    with transaction(engine) as connection:
        for day in (1, 5):
            factories.ended(connection, factories.at(f"2024-10-0{day} 09:00"), 20, REMOVED)
    app = opened("latensi", sejak="2024-09-30", hingga="2024-10-06")
    trend = next(table for table in chart_tables(app) if "cohort" in table.column("kind").to_pylist())
    assert "Deklarasi Pilkada Damai 2024" in [row["text"] for row in rows(trend, "event")]


@pytest.mark.parametrize(
    ("language", "share", "slow", "unranked"),
    [
        ("id", "24 dari 62 pengajuan jatuh tempo (39 %) turun dalam satu jam; kita yakin 95 %: 28–51 %",
         "hampir pasti kurang dari separuh turun dalam satu jam: **X** (bukan penanda tangan; 0–13 %, n = 25)",
         "Siapa paling lambat **tidak dapat dikatakan**: sumber temuan berbeda"),
        ("en", "24 of 62 due requests (39 %) came down within an hour; we are 95 % sure of 28–51 %",
         "almost surely less than half came down within an hour: **X** (not a signatory; 0–13 %, n = 25)",
         "Who is slowest **cannot be said**: detection sources differ"),
    ],
)  # fmt: skip
def test_the_page_answers_first_and_refuses_to_name_a_slowest_where_it_cannot(
    room: Room, engine: Engine, language: str, share: str, slow: str, unranked: str
) -> None:
    room()
    with transaction(engine) as connection:
        for _ in range(25):
            factories.request(connection, ago(hours=4), service_id=factories.X, source_id=PUBLIC)
    shown = texts(opened("latensi", bahasa=language, layanan="facebook,x")).replace("\xa0", " ")
    for sentence in (share, slow, unranked):
        assert sentence in shown


def test_the_slowest_is_named_where_nothing_stands_against_it(room: Room, engine: Engine) -> None:
    room()
    with transaction(engine) as connection:
        for _ in range(25):
            factories.request(connection, ago(hours=4), service_id=factories.X)
    assert "Paling lambat: **X** (bukan penanda tangan; 0–13\xa0%, n = 25)." in texts(
        opened("latensi", layanan="facebook,x")
    )


def test_who_gave_no_promise_is_told_apart_from_who_did(room: Room, engine: Engine) -> None:
    room()
    with transaction(engine) as connection:
        for _ in range(25):
            factories.request(connection, ago(hours=4), service_id=factories.X)
    shown = texts(opened("latensi")).replace("\xa0", " ")
    assert "Penanda tangan saja: **65 %** (49–78 %, n = 37)" in shown
    assert "Bukan penanda tangan (**X**), yang tidak ikut berjanji: **0 %** (0–13 %, n = 25)" in shown
    assert "60 menit adalah janji sukarela penanda tangan. Yang mengikat: Aturan 4 jam" in shown
    alone = texts(opened("latensi", layanan="x")).replace("\xa0", " ")
    assert "**X**: bukan penanda tangan, jadi tidak ikut berjanji" in alone


def test_a_lone_service_is_neither_ranked_nor_refused_a_rank(room: Room) -> None:
    room()
    shown = texts(opened("latensi", layanan="facebook"))
    assert "**Belum pasti**, bisa kurang dan bisa lebih dari separuh: **Facebook** (49–78\xa0%, n = 37)" in shown
    assert "tidak dapat dikatakan" not in shown
    assert "tidak diperingkat" not in shown


def test_what_is_open_without_a_time_is_named_where_it_has_no_age(room: Room, engine: Engine) -> None:
    room()
    with transaction(engine) as connection:
        factories.request(connection, None)
    shown = texts(opened("latensi"))
    assert "8 terbuka, 1 tak terukur" in shown
    assert "1 lagi terbuka tanpa waktu yang terukur" in shown


def test_every_service_stands_in_numbers_and_those_of_few_requests_leave_the_curves(room: Room) -> None:
    room()  # 38 of Facebook, one of TikTok
    app = opened("latensi")
    curves = next(table for table in chart_tables(app) if "still_up" in table.column_names)
    assert {row["name"] for row in rows(curves, "curve")} == {"Facebook"}
    table = next(table for table in sheets(app) if table and "Turun ≤ 60 m" in table[0])
    assert [row["Layanan"] for row in table] == ["Facebook", "TikTok", "Seluruhnya"]
    assert table[0]["Turun ≤ 60 m"].replace("\xa0", " ") == "63 % (48–78 %)"  # 24 of the 38 watched


def test_closed_messaging_shows_reports_and_clarifications_and_no_latency(room: Room, engine: Engine) -> None:
    room()  # four items on WhatsApp, none of them clarified
    with transaction(engine) as connection:
        found = ago(hours=5)
        for _ in range(9):
            factories.content(connection, found, service_id=WHATSAPP, clarified_at=found + timedelta(minutes=90))
    table = next(table for table in sheets(opened("latensi")) if table and "Laporan" in table[0])
    whatsapp = next(row for row in table if row["Layanan"] == "WhatsApp")
    assert (whatsapp["Laporan"], whatsapp["diklarifikasi"], whatsapp["menunggu"]) == ("13", "9", "4")
    assert (whatsapp["Median"], whatsapp["Latensi"]) == ("1\xa0j\xa030\xa0m", "n/a")


def test_closed_messaging_alone_reads_not_applicable_and_never_nothing(room: Room) -> None:
    room()
    app = opened("latensi", layanan="whatsapp")
    assert [tiles(app)[name] for name in ("Turun dalam 60 menit", "Median waktu turun", "p90 waktu turun")] == [
        "n/a"
    ] * 3
    assert "latensinya n/a" in texts(app)


def test_the_backlog_is_all_that_is_open(room: Room) -> None:
    room()
    table = next(table for table in chart_tables(opened("latensi")) if "left" in table.column_names
                 and "state" in table.column_names)  # fmt: skip
    ages = {row["name"]: (int(row["n"]), row["color"]) for row in rows(table, "age")}
    assert sum(n for n, _ in ages.values()) == 7
    assert ages["> 60 m"] == (5, "breached")
    assert ages["45–60"] == (1, "nearing")


def test_services_stand_apart_with_n_and_who_found_the_content(room: Room, engine: Engine) -> None:
    room()
    with transaction(engine) as connection:
        for _ in range(3):
            factories.ended(connection, ago(hours=4), 9, REMOVED, service_id=WHATSAPP)
            factories.ended(connection, ago(hours=4), 9, LABELLED, service_id=factories.X, source_id=PUBLIC)
    found = services(opened("latensi"))
    assert found["WhatsApp"]["value"] == "n/a"
    assert found["WhatsApp"]["remark"] == "pesan tertutup: n/a"
    assert found["X"]["value"] == "0/3 = 0 % (0–56 %)"
    assert found["X"]["color"] == "other"
    assert found["X"]["note"] == "n 3 · Aduan masyarakat 100 %"
    assert list(found)[-1] == "X"
    assert found["Facebook"]["note"].startswith("n 37 · Identifikasi otomatis (AIS) 100 %")


def test_bad_times_are_counted_with_a_way_to_their_rows(room: Room, engine: Engine) -> None:
    room()
    with transaction(engine) as connection:
        factories.ended(connection, ago(hours=3), 5, REMOVED, time_precision="day")
        factories.request(connection, None)
    app = opened("latensi")
    assert "0 negatif · 0 tanpa waktu selesai · 1 hanya tanggal · 1 tanpa waktu mulai · 0 di masa" in texts(app)
    assert "keadaan=tidak_terukur" in links(app)["2 waktu tidak terukur →"]
    assert "49–78\xa0%, n = 37" in texts(app)


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("id", ("belum ada yang jatuh tempo", "Tidak ada pengajuan yang jamnya mulai dalam rentang",
                "● tidak ada yang lewat 60 menit", "● semua sudah dijawab", "belum ada penurunan yang cukup lama")),
        ("en", ("nothing due yet", "No request's clock started in this window", "● none past 60 minutes",
                "● all answered", "no removal is old enough yet")),
    ],
)  # fmt: skip
def test_an_empty_database_says_why(empty_room: None, language: str, sentences: tuple[str, ...]) -> None:
    app = opened("latensi", bahasa=language)
    assert not app.exception
    shown = texts(app)
    for sentence in sentences:
        assert sentence in shown
    assert list(tiles(app).values()) == ["–", "–", "–", "0", "0", "0", "0", "–"]
    assert "nan" not in shown.lower().split()
    assert countdown(app)["rows"] == []
    assert countdown(app)["empty"].endswith(("di bawah 60 menit.", "is below 60 minutes."))


def test_charts_hold_only_fields_of_their_tables_and_the_lines_of_the_deadlines(room: Room) -> None:
    room()
    app = opened("latensi")
    tables = chart_tables(app)
    for spec, table in zip(specs(app), tables, strict=True):
        assert not {"data", "datasets"} & set(spec)
        assert table.num_rows > 0
    curves = next(table for table in tables if "still_up" in table.column_names)
    assert [(row["minutes"], row["text"]) for row in rows(curves, "line")] == [
        (60, "60 menit · janji satgas"), (240, "4 jam · aturan, mendesak"),
        (1_440, "24 jam · aturan, hoaks"),
    ]  # fmt: skip


def test_all_requests_of_the_window_are_in_the_share_or_named_beside_it(room: Room, engine: Engine) -> None:
    room()
    with transaction(engine) as connection:
        factories.ended(connection, ago(minutes=20), 5, REMOVED)
        factories.ended(connection, ago(hours=4), 9, REMOVED, service_id=WHATSAPP)
        factories.ended(connection, ago(hours=3), 5, REMOVED, time_precision="day")
    said = texts(opened("latensi"))
    beside = re.search(
        r"(\d+) belum jatuh tempo · tidak masuk penyebut: (\d+) selesai sebelum tenggatnya lewat, (\d+) dicabut"
        r" atau dihapus pengunggah sebelum jamnya habis, (\d+) waktunya tidak terukur, (\d+) pesan tertutup",
        said,
    )
    asked, due = re.search(r"n \\= (\d+) pengajuan", said), re.search(r"dari (\d+) pengajuan", said)
    assert beside
    assert asked
    assert due
    assert int(beside[2]) >= 1
    assert int(due[1]) + sum(map(int, beside.groups())) == int(asked[1])


def test_a_clock_that_no_sum_holds_is_told_since_when_wherever_it_is_counted(
    six: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newest, "JUDGED_REQUESTS", 2)
    app = opened("latensi", jam="notified")
    assert not app.exception
    shown = texts(app)
    assert tiles(app)["Turun dalam 60 menit"] == "100 %"
    assert re.search(r"n \\= 2 pengajuan sejak ", shown)
    assert shown.count("jadi hanya sejak") >= 4  # the answer, the tile, the shares of services, the trend
    assert "sejak" not in re.search(r"n \\= 6 pengajuan(.{6})", texts(opened("latensi")))[1]  # type: ignore[index]
