"""Office sheets end to end: what each row becomes in the database, on both engines."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from data.engine import snapshot
from data.loaders import LoadProblem, load
from data.rollups.declarations import DELETED_BY_UPLOADER, LABELLED, OPEN, REJECTED, REMOVED, RESTRICTED, WITHDRAWN
from data.tables import (
    appeal,
    clarification,
    content,
    correction,
    feed,
    issue,
    load_run,
    quarantine,
    service,
    takedown_request,
)
from tests.loading import NOW, OPTIONS, draw, everything, load_one, rows, utc, workbook

SHEET = """\ufeffno;judul;platform;tautan;dilaporkan;diturunkan;status;provinsi;kab_kota;jangkauan;kategori
1;TPS tutup awal;Facebook;https://www.facebook.com/a/1?fbclid=x;20/11/2026 08.15 WIB;20/11/2026 09.02 WIB;Diturunkan;\
DKI Jakarta;Kota Adm. Jakarta Selatan;2.500;Salah
2;Surat tercoblos;TikTok;https://vt.tiktok.com/b;20/11/2026 09.15 WITA;;Diproses;\
Sulawesi Selatan;Kota Makassar;66,3 rb;Menyesatkan
3;"Video ""lama""; banjir";;https://youtu.be/ccccccc;2026-11-20T01:10:00+07:00;20/11/2026 00.40 WIB;Diturunkan;\
NTT;Kupang;-;Satire
4;Bansos palsu;WhatsApp;;20-11-2026 07:05;20-11-2026 12:40;diturunkan;D.I. Yogyakarta;Sleman;1,2 jt;Penipuan
1;TPS tutup awal;Facebook;https://m.facebook.com/a/1/;20/11/2026 08.15 WIB;20/11/2026 09.02 WIB;Diturunkan;\
DKI Jakarta;Kota Adm. Jakarta Selatan;2.500;Salah
""".replace("\n", "\r\n")
SERVICES = {"facebook": 3, "tiktok": 7, "youtube": 6, "whatsapp": 1, "x": 11, "website": 12}


@pytest.fixture
def sheet_loaded(engine: Engine, tmp_path: Path) -> Engine:
    summary = load_one(engine, draw(tmp_path, SHEET))
    assert (summary.n_read, summary.n_rejected, summary.date_order) == (5, 0, "dmy")
    assert (summary.rows.new, summary.rows.updated, summary.rows.unchanged) == (4, 0, 1)
    return engine


def test_each_row_of_a_sheet_is_content_with_its_place_service_and_reach(sheet_loaded: Engine) -> None:
    found = rows(
        sheet_loaded,
        content,
        "natural_key",
        "service_id",
        "province_code",
        "regency_code",
        "views",
        where=content.c.url.is_not(None),
    )
    assert found == [
        ("url:facebook.com/a/1", SERVICES["facebook"], "31", "31.74", 2500),
        ("url:vt.tiktok.com/b", SERVICES["tiktok"], "73", "73.71", 66_300),
        ("url:youtube.com/watch?v=ccccccc", SERVICES["youtube"], "53", None, None),
    ]
    unlinked = rows(
        sheet_loaded, content, "title", "service_id", "regency_code", "views", where=content.c.url.is_(None)
    )
    assert unlinked == [("Bansos palsu", SERVICES["whatsapp"], "34.04", 1_200_000)]


def test_each_row_of_a_sheet_is_a_request_with_its_times_and_its_end(sheet_loaded: Engine) -> None:
    found = rows(sheet_loaded, takedown_request, "service_id", "notified_at", "actioned_at", "outcome_id")
    assert found == [
        (SERVICES["whatsapp"], utc("2026-11-20T07:05+07:00"), utc("2026-11-20T12:40+07:00"), REMOVED),
        (SERVICES["facebook"], utc("2026-11-20T08:15+07:00"), utc("2026-11-20T09:02+07:00"), REMOVED),
        (SERVICES["youtube"], utc("2026-11-20T01:10+07:00"), utc("2026-11-20T00:40+07:00"), REMOVED),
        (SERVICES["tiktok"], utc("2026-11-20T09:15+08:00"), None, OPEN),
    ]


def test_each_headline_of_a_sheet_is_an_isu_with_its_verdict(sheet_loaded: Engine) -> None:
    assert rows(sheet_loaded, issue, "title", "verdict", "first_seen_at") == [
        ("Bansos palsu", None, utc("2026-11-20T07:05+07:00")),
        ("Surat tercoblos", "misleading", utc("2026-11-20T08:15+07:00")),
        ("TPS tutup awal", "false", utc("2026-11-20T08:15+07:00")),
        ('Video "lama"; banjir', "satire", utc("2026-11-20T01:10+07:00")),
    ]


def test_the_load_is_written_down_and_the_feed_moves(sheet_loaded: Engine) -> None:
    (line,) = rows(
        sheet_loaded, load_run, "file_name", "format", "date_order", "n_read", "n_new", "n_unchanged", "n_rejected"
    )
    assert line == ("laporan.csv", "office", "dmy", 5, 4, 1, 0)
    (moved,) = rows(sheet_loaded, feed, "written_at", "is_simulated", where=feed.c.code == "berkas")
    assert moved == (NOW, False)


def test_the_same_file_once_more_changes_nothing(sheet_loaded: Engine, tmp_path: Path) -> None:
    kept = (content, issue, takedown_request, clarification, appeal, correction, quarantine)
    before = everything(sheet_loaded, *kept)
    summary = load_one(sheet_loaded, draw(tmp_path, SHEET))
    assert (summary.rows.new, summary.rows.updated, summary.rows.unchanged) == (0, 0, 5)
    assert everything(sheet_loaded, *kept) == before


def test_a_late_removal_in_a_later_file_updates_its_row(sheet_loaded: Engine, tmp_path: Path) -> None:
    later = SHEET.replace("09.15 WITA;;Diproses", "09.15 WITA;20/11/2026 23.00 WITA;Diturunkan")
    summary = load_one(sheet_loaded, draw(tmp_path, later))
    assert (summary.rows.new, summary.rows.updated, summary.rows.unchanged) == (0, 1, 4)
    (request,) = rows(
        sheet_loaded,
        takedown_request,
        "actioned_at",
        "outcome_id",
        where=takedown_request.c.service_id == SERVICES["tiktok"],
    )
    assert request == (utc("2026-11-20T23:00+08:00"), REMOVED)


def test_a_dry_run_says_what_would_happen_and_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    before = everything(engine, content, issue, load_run, feed, quarantine)
    summary = load_one(engine, draw(tmp_path, SHEET), replace(OPTIONS, is_dry_run=True))
    assert (summary.rows.new, summary.tables["takedown_request"].new) == (4, 4)
    assert everything(engine, content, issue, load_run, feed, quarantine) == before


STATUSES = {
    "Diproses": (OPEN, None),
    "diberi stempel hoaks": (LABELLED, None),
    "Ditolak": (REJECTED, None),
    "Dicabut": (WITHDRAWN, None),
    "dibatasi": (RESTRICTED, None),
    "dihapus pengunggah": (DELETED_BY_UPLOADER, None),
    "Dipulihkan": (REMOVED, "upheld"),
    "entahlah": (OPEN, None),
}


def test_every_status_word_ends_its_request_in_its_way(engine: Engine, tmp_path: Path) -> None:
    lines = [f"K{n},https://x.com/a/{n},20/11/2026 08.15,{word}" for n, word in enumerate(STATUSES)]
    summary = load_one(engine, draw(tmp_path, "judul,link,waktu_lapor,status\n" + "\n".join(lines)))
    joined = (
        select(content.c.title, takedown_request.c.outcome_id, content.c.outcome_id, appeal.c.result)
        .join(takedown_request, takedown_request.c.content_id == content.c.content_id)
        .outerjoin(appeal, appeal.c.content_id == content.c.content_id)
        .order_by(content.c.title)
    )
    with snapshot(engine) as connection:
        found = [tuple(row) for row in connection.execute(joined)]
    assert found == [(f"K{n}", outcome, outcome, result) for n, (outcome, result) in enumerate(STATUSES.values())]
    assert summary.unknowns.words["status"] == {"entahlah": 1}


def test_rows_that_cannot_be_kept_go_to_the_rejects_file_and_into_quarantine(engine: Engine, tmp_path: Path) -> None:
    text = (
        "judul,tautan,tanggal\n"
        "Baik,https://x.com/a/1,20/11/2026\n"
        "Kelak,https://x.com/a/2,25/12/2026\n"
        "Salah,https://x.com/a/3,kapan-kapan\n"
        "Dua\nbaris,x\n"
        ",,20/11/2026\n"
        "Lebih,https://x.com/a/4,20/11/2026,satu lagi\n"
        "Hubungi 0812-3456-7890 budi@contoh.id,https://x.com/a/5,31/02/2026\n"
    )
    summary = load_one(engine, draw(tmp_path, text))
    assert (summary.n_read, summary.rows.new, summary.n_rejected) == (8, 1, 7)
    path = tmp_path / "laporan.csv.rejects.csv"
    assert summary.rejects_path == path
    written = path.read_text("utf-8-sig").splitlines()
    assert written[0] == "line,reason,judul,tautan,tanggal"
    assert [line.split(",")[0] for line in written[1:]] == ["3", "4", "5", "6", "7", "8", "9"]
    assert "lies in the future" in written[1]
    kept = rows(engine, quarantine, "line", "reason", "excerpt")
    assert [line for line, _, _ in kept] == [3, 4, 5, 6, 7, 8, 9]
    assert "budi@contoh.id" not in str(kept)
    assert "0812-3456-7890" not in str(kept)
    load_one(engine, draw(tmp_path, text))
    assert rows(engine, quarantine, "line", "reason", "excerpt") == kept


def test_the_mended_rejects_file_loads_and_an_old_one_goes_when_all_is_well(engine: Engine, tmp_path: Path) -> None:
    load_one(engine, draw(tmp_path, "judul,tautan,tanggal\nA,https://x.com/a/1,99/99/2026\n"))
    rejects = tmp_path / "laporan.csv.rejects.csv"
    mended = rejects.read_text("utf-8-sig").replace("99/99/2026", "19/11/2026")
    summary = load_one(engine, draw(tmp_path, mended, "perbaikan.csv"))
    assert (summary.rows.new, summary.n_rejected) == (1, 0)
    load_one(engine, draw(tmp_path, mended, "laporan.csv"))
    assert not rejects.exists()


def test_the_same_thing_told_twice_far_apart_in_a_file_ends_with_what_was_told_last(
    engine: Engine, tmp_path: Path
) -> None:
    filler = [f"Isi {n},https://x.com/f/{n},19/11/2026 10.00,,Diproses" for n in range(2_300)]
    first = "Judul A,https://x.com/a/1,19/11/2026 08.00,,Diproses"
    last = "Judul A (ralat),https://x.com/a/1,19/11/2026 08.00,19/11/2026 09.00,Diturunkan"
    text = "\n".join(["judul,link,dilaporkan,diturunkan,status", first, *filler, last])
    summary = load_one(engine, draw(tmp_path, text))
    assert (summary.rows.new, summary.rows.unchanged) == (2_301, 1)
    told = rows(engine, content, "title", "outcome_id", where=content.c.natural_key == "url:x.com/a/1")
    assert told == [("Judul A (ralat)", REMOVED)]
    again = load_one(engine, draw(tmp_path, text))
    assert (again.rows.new, again.rows.updated) == (0, 0)
    assert rows(engine, correction, "table_name") == []


def test_one_isu_in_two_files_was_first_seen_at_the_earlier_time_whatever_the_order(
    engine: Engine, tmp_path: Path
) -> None:
    january = draw(tmp_path, "judul,link,tanggal\nIsu sama,https://x.com/a/1,05/01/2026 10.00\n", "januari.csv")
    february = draw(tmp_path, "judul,link,tanggal\nIsu sama,https://x.com/a/2,25/02/2026 10.00\n", "februari.csv")
    for source in (february, january, february):
        load_one(engine, source, date_order="dmy")
    assert rows(engine, issue, "title", "first_seen_at") == [("Isu sama", utc("2026-01-05T10:00+07:00"))]
    assert len(rows(engine, content, "content_id")) == 2


def test_rows_without_a_link_are_known_by_headline_service_time_and_place(engine: Engine, tmp_path: Path) -> None:
    told = ["A,WA,19/11/2026,Bali", "A,WA,19/11/2026,Bali", "A,WA,20/11/2026,Bali", "A,WA,19/11/2026,Aceh"]
    text = "\n".join(["judul,platform,tanggal,provinsi", *told])
    summary = load_one(engine, draw(tmp_path, text))
    assert (summary.rows.new, summary.rows.unchanged) == (3, 1)
    assert len(rows(engine, issue, "issue_id")) == 1


def test_a_ticket_number_is_the_identity_of_a_row_without_a_link(engine: Engine, tmp_path: Path) -> None:
    load_one(engine, draw(tmp_path, "nomor tiket,judul,tanggal\nT-1,Judul lama,19/11/2026\n"))
    summary = load_one(engine, draw(tmp_path, "nomor tiket,judul,tanggal\nT-1,Judul baru,19/11/2026\n"))
    assert (summary.rows.new, summary.rows.updated) == (0, 1)


def test_rows_with_only_a_link_are_kept_and_counted_as_without_a_time(engine: Engine, tmp_path: Path) -> None:
    summary = load_one(
        engine, draw(tmp_path, "judul,tautan,tanggal\n,https://fb.watch/abc,\n,https://archive.ph/x,19/11/2026\n")
    )
    assert summary.rows.new == 2
    assert rows(engine, content, "natural_key", "service_id", "detected_at", "issue_id") == [
        ("url:archive.ph/x", 0, utc("2026-11-19T00:00+07:00"), None),
        ("url:fb.watch/abc", SERVICES["facebook"], None, None),
    ]
    assert (summary.unknowns.rows["time"], summary.unknowns.rows["service"]) == (1, 1)


def test_dates_alone_are_days_and_give_no_latency(engine: Engine, tmp_path: Path) -> None:
    load_one(engine, draw(tmp_path, "judul,tautan,dilaporkan,diturunkan\nA,https://x.com/a/1,19/11/2026,19/11/2026\n"))
    assert rows(engine, content, "time_precision") == ["day"]
    assert rows(engine, takedown_request, "time_precision") == ["day"]


def test_a_column_of_midnights_is_a_column_of_days_but_one_clock_in_it_makes_them_times(
    engine: Engine, tmp_path: Path
) -> None:
    days = "judul,tautan,tanggal\nA,https://x.com/a/1,2026-11-19 00:00:00\nB,https://x.com/a/2,2026-11-18 00:00:00\n"
    load_one(engine, draw(tmp_path, days))
    assert rows(engine, content, "time_precision") == ["day", "day"]
    times = days.replace("x.com/a", "x.com/b").replace("2026-11-18 00:00:00", "2026-11-18 00:01:00")
    load_one(engine, draw(tmp_path, times))
    assert sorted(rows(engine, content, "time_precision")) == ["day", "day", "second", "second"]


def test_both_orders_of_day_and_month_are_decided_for_the_file_and_told(engine: Engine, tmp_path: Path) -> None:
    american = "title,url,date\nA,https://x.com/a/1,03/04/2026\nB,https://x.com/a/2,03/25/2026\n"
    summary = load_one(engine, draw(tmp_path, american))
    assert summary.date_order == "mdy"
    assert any("1 only month first" in note for note in summary.notes)
    assert rows(engine, content, "detected_at") == [utc("2026-03-04T00:00+07:00"), utc("2026-03-25T00:00+07:00")]


def test_relative_times_count_from_the_as_of_given_and_else_from_the_file(engine: Engine, tmp_path: Path) -> None:
    source = draw(tmp_path, "judul,tautan,tanggal\nA,https://x.com/a/1,15 jam lalu\n")
    as_of = utc("2026-11-20T20:00+07:00")
    summary = load_one(engine, source, replace(OPTIONS, as_of=as_of))
    assert rows(engine, content, "detected_at", "time_precision") == [(utc("2026-11-20T05:00+07:00"), "day")]
    assert "1 relative times counted from 2026-11-20T20:00+07:00" in summary.notes


def test_a_date_and_a_clock_in_two_columns_are_one_time(engine: Engine, tmp_path: Path) -> None:
    load_one(engine, draw(tmp_path, "Tanggal;Waktu;Judul;Tautan\n19/11/2026;08.15 WITA;A;https://x.com/a/1\n"))
    assert rows(engine, content, "detected_at", "time_precision") == [(utc("2026-11-19T08:15+08:00"), "second")]


def test_region_codes_are_kemendagri_or_bps_as_the_names_beside_them_tell(engine: Engine, tmp_path: Path) -> None:
    text = "judul,tautan,tanggal,kode_prov,provinsi\nA,https://x.com/a/1,19/11/2026,94,Papua\nB,https://x.com/a/2,19/11/2026,91,\nC,https://x.com/a/3,19/11/2026,31,\n"
    summary = load_one(engine, draw(tmp_path, text))
    assert "region codes read as bps" in summary.notes
    assert rows(engine, content, "title", "province_code") == [("A", "91"), ("B", "92"), ("C", "31")]


def test_a_papuan_code_without_any_hint_stays_open_and_is_counted(engine: Engine, tmp_path: Path) -> None:
    text = "judul,tautan,tanggal,kode_prov\nA,https://x.com/a/1,19/11/2026,94\nB,https://x.com/a/2,19/11/2026,31\n"
    summary = load_one(engine, draw(tmp_path, text))
    assert rows(engine, content, "title", "province_code") == [("A", None), ("B", "31")]
    assert summary.unknowns.rows["region: code means one region of Kemendagri and another of BPS"] == 1


def test_hidden_characters_are_dropped_and_long_cells_cut(engine: Engine, tmp_path: Path) -> None:
    text = f'judul,tautan,tanggal\n"Jud\u202eul\u200b \x07A",https://x.com/a/1,19/11/2026\n"{"z" * 2**20}",https://x.com/a/2,19/11/2026\n'
    load_one(engine, draw(tmp_path, text))
    short, long = rows(engine, content, "title")
    assert short == "Judul A"
    assert len(long) <= 500


def test_every_known_sheet_of_a_workbook_loads_and_the_others_are_named(engine: Engine, tmp_path: Path) -> None:
    def data(day: int) -> list[list[object]]:
        return [
            ["Judul", "Tautan", "Tanggal"],
            [f"A{day}", f"https://x.com/a/{day}", datetime.fromisoformat(f"2026-11-{day}")],
        ]

    book = workbook({"Oktober": data(10), "Catatan": [["Oleh", "Tim"], ["x", "y"]], "November": data(19)})
    first, second = load(engine, draw(tmp_path, book, "rekap.xlsx"), OPTIONS)
    assert (first.name, second.name) == ("rekap.xlsx[Oktober]", "rekap.xlsx[November]")
    assert any("Catatan" in note for note in first.notes)
    assert rows(engine, content, "detected_at", "time_precision") == [
        (utc("2026-11-10T00:00+07:00"), "day"),
        (utc("2026-11-19T00:00+07:00"), "day"),
    ]


REFUSED = {
    "no time": (
        "judul,jumlah\nA,1\n",
        r"no column that is known as a time. Columns seen: 'judul', 'jumlah'.*--map mapping.toml",
    ),
    "no subject": ("tanggal,jumlah\n19/11/2026,1\n", r"no column that is known as a headline or a link"),
    "statistics": (
        "date,platform,statements,content_removed\n2026-11-01,X,5,2\n",
        "as a headline or a link",
    ),
    "figures for headlines": ("judul,tanggal\n17,19/11/2026\n18,19/11/2026\n", "none of its 2 rows has a headline"),
    "empty": ("", "is empty"),
    "web page": ("<html><body>Masuk</body></html>", "web page"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_file_that_cannot_be_loaded_changes_nothing(what: str, engine: Engine, tmp_path: Path) -> None:
    text, said = REFUSED[what]
    before = everything(engine, content, issue, load_run, feed, quarantine)
    with pytest.raises(LoadProblem, match=said):
        load(engine, draw(tmp_path, text), OPTIONS)
    assert everything(engine, content, issue, load_run, feed, quarantine) == before


def test_a_feed_that_is_not_there_is_named_with_those_there_are(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(LoadProblem, match=r"no feed 'lain' in this database. Feeds: ad.*berkas"):
        load(engine, draw(tmp_path, SHEET), replace(OPTIONS, feed_code="lain"))


def test_rows_may_be_marked_as_simulated(engine: Engine, tmp_path: Path) -> None:
    load_one(engine, draw(tmp_path, SHEET), replace(OPTIONS, is_simulated=True))
    assert set(rows(engine, content, "is_simulated")) == {True}
    assert rows(engine, feed, "is_simulated", where=feed.c.code == "berkas") == [True]


def test_services_used_here_are_those_of_the_database(engine: Engine) -> None:
    stored = dict(rows(engine, service, "code", "id"))
    assert {code: stored[code] for code in SERVICES} == SERVICES


def test_refused_rows_go_to_the_current_folder_where_the_files_own_may_not_be_written(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "laporan.csv.rejects.csv").mkdir()
    (tmp_path / "kini").mkdir()
    monkeypatch.chdir(tmp_path / "kini")
    summary = load_one(engine, draw(tmp_path, "judul,tautan,tanggal\nA,https://x.com/a/1,99/99/2026\n"))
    assert summary.rejects_path == tmp_path / "kini" / "laporan.csv.rejects.csv"
    assert summary.rejects_path.exists()


def test_refused_rows_of_several_files_under_one_given_name_are_all_kept(engine: Engine, tmp_path: Path) -> None:
    options = replace(OPTIONS, rejects=tmp_path / "ditolak.csv")
    for name in ("a.csv", "b.csv"):
        load_one(engine, draw(tmp_path, f"judul,tautan,tanggal\n{name},https://x.com/a/1,99/99/2026\n", name), options)
    assert "a.csv" in (tmp_path / "ditolak.csv").read_text()
    assert "b.csv" in (tmp_path / "ditolak-2.csv").read_text()
