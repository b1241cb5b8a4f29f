"""Files as they come: encodings, quotes, delimiters, headers, wrappings, and what is no table at all."""

import gzip
import zipfile
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.loaders.files.decoding import DecodingReport, lines
from data.loaders.files.delimiters import delimiter_of
from data.loaders.files.headers import fields_of
from data.loaders.files.kinds import kind_of
from data.loaders.files.records import RecordCutter
from data.loaders.files.sources import Source, sources
from data.loaders.files.tables import TableReport, delimited
from data.loaders.files.workbooks import sheets
from data.loaders.problems import LoadProblem
from tests.loading import draw, workbook

NONE: frozenset[str] = frozenset()
HEADER = "judul;tautan;dilaporkan\n"


def in_memory(content: bytes) -> Source:
    return Source("contoh.csv", None, None, lambda: BytesIO(content))


def decoded(content: bytes) -> tuple[list[str], DecodingReport]:
    report = DecodingReport()
    return list(lines(in_memory(content), report)), report


def cut(text: str, delimiter: str = ";") -> list[tuple[int, list[str], str | None]]:
    cutter = RecordCutter(delimiter)
    return [(row.line, row.cells, row.problem) for row in cutter.rows(iter(text.splitlines(keepends=True)))]


def test_a_file_of_three_encodings_is_decided_line_by_line() -> None:
    found, report = decoded(b"\xef\xbb\xbfjudul\nSurat \xe2\x80\x93 suara\nSurat \x96 suara\nSurat \x81 suara\n")
    assert found == ["judul\n", "Surat – suara\n", "Surat – suara\n", "Surat \ufffd suara\n"]
    assert (report.has_mark, report.windows_lines, report.replaced_lines) == (True, 1, 1)
    assert "1 lines in neither" in report.sentence


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_wide_encodings_are_seen_with_and_without_their_mark(encoding: str) -> None:
    text = "judul;tautan\n" + "Surat suara;https://x.com/a/1\n" * 5
    assert "".join(decoded(text.encode(encoding))[0]) == text


def test_nul_characters_are_dropped_and_counted() -> None:
    found, report = decoded(b"a\x00b;c\n\x00\n")
    assert found == ["ab;c\n", "\n"]
    assert report.nul_characters == 2


def test_all_line_endings_end_lines() -> None:
    assert decoded(b"a;b\r\nc;d\r\n")[0] == ["a;b\n", "c;d\n"]
    assert decoded(b"a;b\rc;d\re;f")[0] == ["a;b\n", "c;d\n", "e;f\n"]


@given(st.binary(max_size=400))
def test_no_bytes_break_the_decoder(content: bytes) -> None:
    for line in decoded(content)[0]:
        assert line.endswith("\n")
        assert "\x00" not in line


def test_doubled_quotes_and_line_breaks_stay_in_their_cell_and_rows_know_their_line() -> None:
    assert cut('a;b\n"x ""y""; z";1\n"dua\nbaris";2\n3;4\n') == [
        (1, ["a", "b"], None),
        (2, ['x "y"; z', "1"], None),
        (3, ["dua\nbaris", "2"], None),
        (5, ["3", "4"], None),
    ]


def test_a_quote_inside_a_cell_opens_nothing() -> None:
    assert cut('pipa 5" panjang;1\nx;2\n') == [(1, ['pipa 5" panjang', "1"], None), (2, ["x", "2"], None)]


def test_a_quote_that_is_never_closed_costs_its_own_row_only() -> None:
    found = cut('a;b\n"tak pernah ditutup;1\nc;2\nd;3\n')
    assert found == [
        (1, ["a", "b"], None),
        (2, ['"tak pernah ditutup;1'], "a quote is opened and never closed"),
        (3, ["c", "2"], None),
        (4, ["d", "3"], None),
    ]


def test_a_cell_of_a_megabyte_is_one_cell() -> None:
    huge = "x" * 2**20
    assert cut(f'"{huge}\n{huge}";1\n')[0][1] == [f"{huge}\n{huge}", "1"]


@given(st.text(alphabet='a";\n, é\t', max_size=60), st.sampled_from(";,\t|"))
def test_no_text_breaks_the_cutter_and_no_line_is_lost(text: str, delimiter: str) -> None:
    found = cut(text, delimiter)
    starts = [line for line, _, _ in found]
    assert starts == sorted(set(starts))
    assert sum(any("".join(cells).strip('" ')) for _, cells, _ in found) >= any(
        part.strip('" ;,\t|') for part in text.split("\n")
    )


@given(st.lists(st.lists(st.text(alphabet='ab";,\n |', max_size=8), min_size=2, max_size=3), min_size=1, max_size=6))
def test_a_table_written_by_another_program_is_read_back(table: list[list[str]]) -> None:
    quoted = [";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in table]
    assert [cells for _, cells, _ in cut("\n".join(quoted) + "\n")] == table


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(mark: str) -> None:
    rows = [
        ["judul", "tautan", "tanggal"],
        ['"Satu, dua; tiga"', "https://x.com/a", "1/2/2024"],
        ["Empat", "", "2/2/2024"],
    ]
    assert delimiter_of([mark.join(row) + "\n" for row in rows]) == mark


def test_excels_separator_line_decides(tmp_path: Path) -> None:
    table = delimited(draw(tmp_path, "sep=|\njudul|tanggal\nSatu, dua|1/2/2024\n"), NONE)
    assert table.header == ("judul", "tanggal")
    assert [row.cells for row in table.rows()] == [["Satu, dua", "1/2/2024"]]


def test_titles_above_the_header_blank_rows_and_repeated_headers_are_passed_over(tmp_path: Path) -> None:
    text = (
        f"LAPORAN HOAKS MINGGU KE-3;;\n;;\n{HEADER}A;https://x.com/a;1/2/2024\n\n ; ;\n{HEADER.upper()}B;;2/2/2024;;\n"
    )
    table, report = delimited(draw(tmp_path, text), NONE), TableReport()
    assert [(row.line, row.cells[0], len(row.cells)) for row in table.rows(report)] == [(4, "A", 3), (8, "B", 3)]
    assert (report.blank_rows, report.repeated_headers) == (2, 1)


def test_a_row_with_too_many_cells_is_marked_and_a_short_one_filled(tmp_path: Path) -> None:
    table = delimited(draw(tmp_path, f"{HEADER}A;https://x.com/a;1/2/2024;lebih\nB\n"), NONE)
    long, short = table.rows()
    assert long.problem is not None
    assert "4 cells, the header 3" in long.problem
    assert short.cells == ["B", "", ""]


def test_empty_and_doubled_header_names_are_numbered(tmp_path: Path) -> None:
    assert delimited(draw(tmp_path, "judul;;tanggal;tanggal\na;b;c;d\n"), NONE).header == (
        "judul",
        "#2",
        "tanggal",
        "tanggal (4)",
    )


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("Judul|PLATFORM|Tautan|waktu_lapor|Kode_Prov", "title service url reported_at province_code"),
        ("title|Media Sosial|link|reported_at|removed_at|status", "title service url reported_at actioned_at status"),
        ("klaim|kanal|url|Tgl. Lapor|Tgl Diturunkan|kab_kota", "title service url reported_at actioned_at regency"),
        ("headline|publishedAt|textualRating|reviewUrl", "title published_at verdict article_url"),
        ("Tanggal|Waktu|Judul|Link Klarifikasi", "at clock title article_url"),
        ("judul|Kode BPS|tanggal", "title regency_code at"),
        ("judul|kode kemendagri|tanggal", "title regency_code at"),
        ("isu|tayangan|klasifikasi|kabupaten|provinsi|sumber temuan", "issue views category regency province source"),
    ],
)
def test_headers_in_two_languages(header: str, fields: str) -> None:
    names = tuple(header.split("|"))
    assert fields_of(names) == {field: position for position, field in enumerate(fields.split())}


def test_pictures_numbers_and_scraping_times_are_no_fields() -> None:
    assert fields_of(("No", "Link Gambar", "updated_at", "crawled_at", "Tahun", "word_count", "")) == {}


@given(st.text(max_size=40))
def test_no_header_breaks_the_reader_of_headers(name: str) -> None:
    assert set(fields_of((name,)).values()) <= {0}


def test_sheets_of_a_workbook_keep_dates_numbers_and_line_numbers(tmp_path: Path) -> None:
    with_clock = datetime.fromisoformat("2024-02-15T09:30")
    rows = [
        ["Rekap"],
        [],
        ["Judul", "Tanggal", "Jam", "Jangkauan"],
        ["A", datetime.fromisoformat("2024-02-14"), time(8, 15), 2500],
        ["B", with_clock, None, 1.5],
    ]
    source = draw(tmp_path, workbook({"Data": rows, "Kosong": []}), "rekap.xlsx")
    (table,) = sheets(source, NONE)
    assert table.header == ("Judul", "Tanggal", "Jam", "Jangkauan")
    assert [(row.line, row.cells) for row in table.rows()] == [
        (4, ["A", date(2024, 2, 14), "08:15:00", 2500]),
        (5, ["B", with_clock, "", 1.5]),
    ]


def test_an_unknown_sheet_is_named_with_those_there_are(tmp_path: Path) -> None:
    source = draw(tmp_path, workbook({"Data": [["judul"]], "Lain": [["x"]]}), "rekap.xlsx")
    with pytest.raises(LoadProblem, match=r"no sheet '2025'. Its sheets: Data, Lain"):
        sheets(source, NONE, "2025")


def encrypted_zip(tmp_path: Path) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.csv", HEADER)
    content = bytearray(stream.getvalue())
    for marker, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(marker) + offset] |= 1
    return bytes(content)


NO_TABLES = {
    "empty": (b"", "is empty"),
    "blank": (b"\xef\xbb\xbf\r\n \n", "is empty"),
    "noise": (bytes(range(256)) * 20, "is no text"),
    "pdf": (b"%PDF-1.7 ...", "is a PDF"),
    "picture": (b"\x89PNG\r\n\x1a\n....", "is a picture"),
    "page": (b"  <!DOCTYPE html><html><body>Masuk</body></html>", "web page"),
    "locked workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "locked with a password",
    ),
    "old document": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old Office document"),
    "database": (b"SQLite format 3\x00" + b"\x01" * 100, "SQLite database"),
    "program": (b"MZ\x90\x00" + b"\x00" * 100, "a program"),
}


@pytest.mark.parametrize("what", NO_TABLES)
def test_what_is_no_table_is_named_in_one_sentence(what: str, tmp_path: Path) -> None:
    content, said = NO_TABLES[what]
    with pytest.raises(LoadProblem, match=said) as problem:
        kind_of(draw(tmp_path, content, "laporan.csv"))
    assert "\n" not in str(problem.value)
    assert str(tmp_path) not in str(problem.value)


def test_cut_off_and_locked_archives_are_named(tmp_path: Path) -> None:
    packed = gzip.compress(HEADER.encode() * 5_000)
    with pytest.raises(LoadProblem, match="cut off or damaged"):
        list(lines(draw(tmp_path, packed[: len(packed) // 2], "a.csv.gz"), DecodingReport()))
    with pytest.raises(LoadProblem, match="locked with a password"):
        draw(tmp_path, encrypted_zip(tmp_path), "b.zip")
    with pytest.raises(LoadProblem, match="cut off or damaged"):
        draw(tmp_path, b"PK\x03\x04 not really", "c.zip")
    whole = workbook({"Data": [["judul", "tanggal"]]})
    broken = draw(tmp_path, whole.replace(b"worksheets/sheet1.xml", b"worksheets/sheet9.xml"), "d.xlsx")
    with pytest.raises(LoadProblem, match="cannot be read"):
        sheets(broken, NONE)


def test_missing_files_folders_and_globs_without_files_are_named(tmp_path: Path) -> None:
    for name, said in (
        (tmp_path / "tiada.csv", "no such file"),
        (tmp_path, "is a folder"),
        (tmp_path / "*.csv", "No file matches"),
    ):
        with pytest.raises(LoadProblem, match=said):
            list(sources(str(name), BytesIO()))


def test_zip_gzip_globs_and_standard_input_give_the_same_rows(tmp_path: Path) -> None:
    text = f"{HEADER}A;https://x.com/a;1/2/2024\n".encode()
    (tmp_path / "a.csv").write_bytes(text)
    (tmp_path / "a.csv.rejects.csv").write_text("line,reason\n")
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(text))
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("satu.csv", text)
        archive.writestr("__MACOSX/satu.csv", b"junk")
        archive.writestr("dua.csv.gz", gzip.compress(text))
    found = [*sources(str(tmp_path / "*"), BytesIO()), *sources("-", BytesIO(text))]
    assert [source.name for source in found] == ["a.csv", "b.csv", "c.zip/satu.csv", "c.zip/dua.csv", "stdin"]
    for source in found:
        table = delimited(source, NONE)
        assert (
            [row.cells for row in table.rows()]
            == [row.cells for row in table.rows()]
            == [["A", "https://x.com/a", "1/2/2024"]]
        )


def read(source: Source) -> str:
    """Read a file as a table; return the sentence that refuses it, '' for none."""
    try:
        if kind_of(source) == "text":
            list(delimited(source, NONE).rows())
        elif kind_of(source) == "workbook":
            sheets(source, NONE)
    except LoadProblem as problem:
        return str(problem)
    return ""


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader_of_tables(content: bytes) -> None:
    assert "\n" not in read(in_memory(content))


WHOLE = workbook({"Data": [["judul", "tanggal"], ["A", "1/2/2024"]]})


@settings(max_examples=300)
@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=5))
def test_no_damage_to_a_workbook_breaks_the_reader(damages: list[tuple[float, int]]) -> None:
    damaged = bytearray(WHOLE)
    for where, value in damages:
        damaged[int(where * len(damaged))] = value
    assert "\n" not in read(in_memory(bytes(damaged)))
