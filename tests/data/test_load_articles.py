"""Exports of published fact checks, under whatever headers, and files told by a mapping."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from data.loaders import LoadProblem, read_mapping
from data.loaders.mappings import Mapping
from data.rollups.recount import verify
from data.tables import clarification, content, issue, takedown_request
from tests.loading import OPTIONS, draw, load_one, rows, utc

SCRAPED = (
    "URL,TITLE,CATEGORY,TOPIC,DATE,AUTHOR,CONTENT,IMAGE URL\n"
    'https://turnbackhoax.id/salah-a/,Foto pejabat menangis,SALAH,Fitnah / Hoax,31 Dec 2023,Tim,"Isi,\nbaris",x.jpg\n'
    "https://turnbackhoax.id/b/,[PENIPUAN] Undian bank,PENIPUAN,Fitnah / Hasut / Hoax,2 Jan 2024,Tim,Isi,y.jpg\n"
    "https://turnbackhoax.id/c/,Foto pejabat menangis,BERITA,,5 Jan 2024,Tim,Isi,z.jpg\n"
)  # fmt: skip


def test_published_articles_are_isu_with_their_clarification(engine: Engine, tmp_path: Path) -> None:
    summary = load_one(engine, draw(tmp_path, SCRAPED))
    assert (summary.rows.new, summary.n_rejected, summary.date_order) == (3, 0, None)
    assert rows(engine, issue, "first_seen_at", "clarified_at", "title", "verdict", "harm_id") == [
        (utc("2023-12-31T00:00+07:00"), utc("2023-12-31T00:00+07:00"), "Foto pejabat menangis", "false", 1),
        (utc("2024-01-02T00:00+07:00"), utc("2024-01-02T00:00+07:00"), "[PENIPUAN] Undian bank", "false", 6),
        (utc("2024-01-05T00:00+07:00"), utc("2024-01-05T00:00+07:00"), "Foto pejabat menangis", None, 0),
    ]
    assert len(rows(engine, clarification, "url")) == 3
    assert rows(engine, content, "content_id") == []
    again = load_one(engine, draw(tmp_path, SCRAPED))
    assert (again.rows.new, again.rows.updated, again.rows.unchanged) == (0, 0, 3)


KOMDIGI = """id,url,title,title_clean,published_at,year,view_count,label_klarifikasi,topic
7,https://www.komdigi.go.id/hoaks/1,[HOAKS] Undian,Undian,2026-05-10 23:15:00,2026,9,HOAKS,Isu politik
"""
KOMPAS = """,Title,Timestamp,FullText,Url,hoax
0,Judul,"Kompas.com - 04/01/2023, 10:50 WIB",teks,https://www.kompas.com/cekfakta/1,1
"""
TEMPO = """Judul Artikel\tTanggal Terbit\tHasil Periksa Fakta\tTautan Artikel
Judul\tRabu, 4 Januari 2023 09:27 WIB\tMenyesatkan\thttps://cekfakta.tempo.co/fakta/1
"""
AFP = """claim;publishedAt;textualRating;reviewUrl;publisher
Judul;2023-01-04T02:27:00Z;Partly False;https://periksafakta.afp.com/doc.1;AFP
"""
ODD = """narasi_hoaks,kapan,di mana,rating
Judul,4/1/2023 9:27,https://www.liputan6.com/cek-fakta/1,Benar
"""
EXPORTS = {
    "komdigi": (KOMDIGI, "2026-05-10T23:15+07:00", "false"),
    "kompas": (KOMPAS, "2023-01-04T10:50+07:00", "false"),
    "tempo": (TEMPO, "2023-01-04T09:27+07:00", "misleading"),
    "afp": (AFP, "2023-01-04T09:27+07:00", "misleading"),
    "odd headers": (ODD, "2023-01-04T09:27+07:00", "true"),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_under_many_headers(name: str, engine: Engine, tmp_path: Path) -> None:
    text, published, verdict = EXPORTS[name]
    assert load_one(engine, draw(tmp_path, text)).rows.new == 1
    assert rows(engine, issue, "first_seen_at", "verdict") == [(utc(published), verdict)]
    assert rows(engine, clarification, "published_at") == [utc(published)]


def test_articles_beside_a_platform_are_content_too(engine: Engine, tmp_path: Path) -> None:
    text = "No;Tanggal;Isu Hoaks;Platform;Link Counter\n1;13/02/2024;Surat suara;Facebook;https://www.kominfo.go.id/a\n"
    load_one(engine, draw(tmp_path, text))
    assert rows(engine, content, "service_id", "url") == [(3, None)]
    assert rows(engine, clarification, "url") == ["https://www.kominfo.go.id/a"]
    assert rows(engine, takedown_request, "content_id") == []


def test_hoax_links_and_their_clarifications_in_two_columns(engine: Engine, tmp_path: Path) -> None:
    text = "judul,link hoaks,link klarifikasi,tanggal\nA,https://x.com/a/1,https://tempo.co/1,19/11/2026\n"
    load_one(engine, draw(tmp_path, text))
    assert rows(engine, content, "natural_key") == ["url:x.com/a/1"]
    (key,) = rows(engine, issue, "issue_id")
    assert rows(engine, clarification, "issue_id") == rows(engine, content, "issue_id") == [key]


def test_a_file_of_both_kinds_of_links_is_told_row_by_row(engine: Engine, tmp_path: Path) -> None:
    text = "judul,link,tanggal\nA,https://x.com/a/1,19/11/2026\nB,https://tempo.co/1,18/11/2026\n"
    load_one(engine, draw(tmp_path, text))
    assert rows(engine, content, "url") == ["https://x.com/a/1"]
    assert rows(engine, clarification, "url") == ["https://tempo.co/1"]


def test_claims_without_any_link_are_content_of_an_unknown_service(engine: Engine, tmp_path: Path) -> None:
    summary = load_one(engine, draw(tmp_path, "title,text,subject,date\nA,isi,News,17-Oct-25\nB,isi,News,16-Oct-25\n"))
    assert rows(engine, content, "title", "service_id", "time_precision") == [("A", 0, "day"), ("B", 0, "day")]
    assert summary.unknowns.rows["service"] == 2


def test_links_and_newsrooms_under_other_names_are_seen_by_their_cells(engine: Engine, tmp_path: Path) -> None:
    text = (
        "judul,tanggal,sumber,media\nA,19/11/2025,https://tempo.co/1,Tempo\nB,18/11/2025,https://kompas.com/2,Kompas\n"
    )
    summary = load_one(engine, draw(tmp_path, text))
    assert "column 'sumber' taken as url because of its cells" in summary.notes
    assert rows(engine, clarification, "url") == ["https://kompas.com/2", "https://tempo.co/1"]
    assert rows(engine, content, "content_id") == []


def test_a_claim_found_true_is_an_isu_and_no_hoax_content(engine: Engine, tmp_path: Path) -> None:
    text = "judul,label,tanggal\nA,HOAX,19/11/2025\nB,NON-HOAX,18/11/2025\n"
    summary = load_one(engine, draw(tmp_path, text))
    assert rows(engine, issue, "title", "verdict") == [("A", "false"), ("B", "true")]
    assert rows(engine, content, "title") == ["A"]
    assert summary.rows.new == 2
    assert summary.unknowns.odd["the claim was found true: an isu, but no konten"] == 1


MAPPED = """Hoaksnya;Alamat;Alamat 2;Muat;Kesimpulan
Satu;;https://tempo.co/1;03|12|2025;HX
Dua;https://tempo.co/2;;04|12|2025;BNR
"""
TOML = """
[file]
record = "clarification"
[columns]
title = "hoaksnya"
article_url = ["Alamat", "Alamat 2"]
published_at = "Muat"
category = "Kesimpulan"
[formats]
published_at = "%d|%m|%Y"
[values.category]
HX = "salah"
BNR = "benar"
"""


def mapping(folder: Path, text: str) -> Mapping:
    path = folder / "mapping.toml"
    path.write_text(text)
    return read_mapping(path)


def test_any_other_file_loads_by_a_mapping(engine: Engine, tmp_path: Path) -> None:
    told = mapping(tmp_path, TOML)
    summary = load_one(
        engine, draw(tmp_path, MAPPED), **{name: getattr(told, name) for name in told.__dataclass_fields__}
    )
    assert (summary.format, summary.rows.new, summary.unknowns.rows) == ("map", 2, {})
    assert rows(engine, issue, "title", "verdict", "first_seen_at") == [
        ("Dua", "true", utc("2025-12-04T00:00+07:00")),
        ("Satu", "false", utc("2025-12-03T00:00+07:00")),
    ]
    assert rows(engine, clarification, "url") == ["https://tempo.co/1", "https://tempo.co/2"]


def test_a_mapping_gives_constants_and_reads_only_what_it_names(engine: Engine, tmp_path: Path) -> None:
    constants = '[constants]\nservice = "facebook"\nprovince = "Bali"\n'
    text = f'[columns]\ntitle = "b"\nat = "c"\n{constants}[file]\nzone = "WITA"\n'
    told = mapping(tmp_path, text)
    load_one(engine, draw(tmp_path, "judul,b,c\nbukan ini,A,19/11/2026 08.00\n"), replace(OPTIONS, mapping=told))
    assert rows(engine, content, "title", "service_id", "province_code", "detected_at") == [
        ("A", 3, "51", utc("2026-11-19T08:00+08:00"))
    ]


MISTAKES = {
    "[kolom]\njudul = 'x'": "section not known: kolom",
    "[columns]\ntitel = 'x'": "not known: titel",
    "[columns]\ntitle = 5": "must be a header name",
    "[file]\nrecord = 'hoaks'": "record must be one of auto, content, clarification, issue",
    "[file]\nas_of = '2026-11-20'": "as_of must be a time with its offset",
    "[file]\ndelimiter = 'dua'": "one character, or tab",
    "columns = 3": "must be a section",
    "[columns": "is no TOML",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_in_a_mapping_is_named(text: str, tmp_path: Path) -> None:
    with pytest.raises(LoadProblem, match=MISTAKES[text]):
        mapping(tmp_path, text)


def test_a_mapped_column_that_is_not_there_is_named_with_those_there_are(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(LoadProblem, match=r"no column 'Muat'. Columns seen: 'judul', 'tanggal'"):
        load_one(engine, draw(tmp_path, "judul,tanggal\nA,19/11/2026\n"), columns={"at": ("Muat",)})


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader_of_mappings(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.toml"
    path.write_text(text, "utf-8", errors="replace")
    try:
        assert isinstance(read_mapping(path), Mapping)
    except LoadProblem as problem:
        assert "fuzz.toml" in str(problem)  # noqa: PT017 - either outcome is fine


LIKELY = (
    "|-|Facebook|https://x.com/a/1|https://tempo.co/b|19/11/2026 08.15 WIB|03/04/2025|Diturunkan|Bali|Kupang|91|2.500|"
    '15 jam lalu|Salah|2099-01-01|45336|"'
)
CELL = st.one_of(st.sampled_from(LIKELY.split("|")), st.text(max_size=12))
HEADERS = (
    "judul",
    "tautan",
    "tanggal",
    "diturunkan",
    "status",
    "provinsi",
    "kab_kota",
    "jangkauan",
    "kategori",
    "platform",
)


FIRST = ("Judul", "", "19/11/2026", "", "", "", "", "", "", "")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.lists(st.lists(CELL, min_size=10, max_size=10), max_size=8))
def test_whatever_stands_in_the_cells_loads_or_is_rejected_and_the_sums_hold(
    engine: Engine, tmp_path: Path, table: list[list[str]]
) -> None:
    lines = [";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in (HEADERS, FIRST, *table)]
    source = draw(tmp_path, "\n".join(lines).encode("utf-8", "replace"))
    first, second = load_one(engine, source), load_one(engine, source)
    for summary in (first, second):
        counted = summary.rows.new + summary.rows.updated + summary.rows.unchanged + summary.n_rejected
        assert counted == summary.n_read
    assert (second.rows.new, second.rows.updated) == (0, 0)
    with engine.connect() as connection:
        assert verify(connection) == []
