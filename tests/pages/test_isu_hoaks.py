"""Isu & Hoaks: isu and konten apart, a funnel that balances or says so, spikes by rule, official figures."""

from collections.abc import Callable

import pytest

from tests.pages.conftest import FOUND, HOSTILE
from tests.pages.reading import alts, chart_tables, links, rows, sheets, specs, tiles
from tests.screens import opened, set_query, texts

Room = Callable[..., None]
TOTAL = sum(items for _, _, items in FOUND)


def test_isu_and_konten_are_counted_apart(room: Room) -> None:
    room()
    app = opened("isu")
    assert not app.exception
    assert "n \\= 40 konten\\, 2 isu baru" in texts(app)
    assert tiles(app) == {
        "Isu baru": "2", "Isu aktif": "1", "Isu diklarifikasi": "50 %", "Median waktu klarifikasi": "1 j",
    }  # fmt: skip
    titles = alts(app)
    assert titles[0].startswith("40 konten ditemukan")
    assert any(title.startswith("2 isu baru, terbanyak 1 pada ") for title in titles)


def test_the_funnel_is_what_a_recount_says_and_balances(room: Room) -> None:
    room()
    app = opened("isu")
    parts = "17 diturunkan + 0 dibatasi + 4 diberi stempel + 2 ditolak + 0 dicabut + 17 terbuka"
    assert f"● seimbang: 40 = {parts}" in texts(app).splitlines()
    assert "TIDAK SEIMBANG" not in texts(app)
    exact = next(rows for rows in sheets(app) if rows and "Jumlah bagian" in rows[0])
    by_service = {
        row["Layanan"]: (row["Ditemukan"], row["Diturunkan"], row["Terbuka"], row["Keadaan"]) for row in exact
    }
    assert by_service["Facebook"] == ("25", "14", "7", "seimbang")
    assert by_service["X (bukan penanda tangan)"] == ("6", "0", "6", "seimbang")
    assert by_service["Seluruhnya"] == ("40", "17", "17", "seimbang")
    assert sum(int(row[0]) for name, row in by_service.items() if name != "Seluruhnya") == TOTAL


@pytest.mark.parametrize(
    ("language", "mark", "words"),
    [
        ("id", "TIDAK SEIMBANG", "▲ TIDAK SEIMBANG: 43 ≠ 17 diturunkan"),
        ("en", "DOES NOT BALANCE", "▲ DOES NOT BALANCE: 43 ≠ 17 removed"),
    ],
)
def test_content_whose_outcome_nobody_knows_unbalances_the_funnel(
    room: Room, language: str, mark: str, words: str
) -> None:
    room(outcomes={99: 3})
    app = opened("isu", bahasa=language)
    assert words in texts(app)
    assert sum(title.startswith(mark) for title in alts(app)) == 2  # the whole, and Facebook
    exact = next(rows for rows in sheets(app) if rows and any(mark in str(value) for value in rows[0].values()))
    assert sum(any(mark in str(value) for value in row.values()) for row in exact) == 2
    flow = next(table for table in chart_tables(app) if "tone" in table.column_names)
    assert [row["end"] for row in rows(flow, "name") if row["tone"] == "breached"] == ["43 ≠ 40"]


@pytest.mark.parametrize(
    ("dimension", "first"),
    [
        ("service", "Facebook terbanyak"),
        ("theme", "SARA / anti-SARA terbanyak"),
        ("technique", "Tidak dikenal terbanyak"),
        ("source", "Identifikasi otomatis (AIS) terbanyak"),
    ],
)
def test_content_by_any_dimension_ties_to_the_whole(room: Room, dimension: str, first: str) -> None:
    room()
    app = opened("isu", menurut=dimension)
    assert any(title.startswith(first) for title in alts(app))
    split = next(table for table in chart_tables(app) if "is_dashed" in table.column_names)
    assert sum(int(row["total"]) for row in rows(split, "name")) == TOTAL


def test_the_dimension_is_kept_in_the_link(room: Room) -> None:
    room()
    app = opened("isu", menurut="source")
    chosen = app.get("button_group")[0]
    assert chosen.value == "source"
    chosen.set_value("technique").run()
    assert app.query_params["menurut"] in ("technique", ["technique"])
    set_query(app, {"menurut": "nonsense"})
    assert not app.run().exception


def test_spikes_are_named_with_their_rule_in_numbers(room: Room) -> None:
    room()
    app = opened("isu")
    assert "median + 4 × max(1,4826 × MAD; √median; 1)" in texts(app)
    assert "riwayat belum cukup untuk menilai lonjakan" in alts(app)[0]
    assert "Tidak ada lonjakan dalam rentang ini." in texts(app)


def test_titles_are_text_in_the_table_and_on_the_chart(room: Room) -> None:
    room()
    app = opened("isu")
    safe = HOSTILE.replace("javascript:", "javascript[:]").replace("https://jahat.example", "hxxps://jahat[.]example")
    listed = next(rows for rows in sheets(app) if rows and "Isu" in rows[0])
    assert [row["Isu"] for row in listed] == [safe]
    spread = next(table for table in chart_tables(app) if "slot" in table.column_names)
    assert [row["title"] for row in rows(spread, "issue")] == [safe]
    assert sum(int(row["count"]) for row in rows(spread, "part")) == TOTAL
    assert HOSTILE not in texts(app)


def test_official_figures_stand_with_their_slips(room: Room) -> None:
    room()
    app = opened("isu")
    shown = texts(app)
    assert r"Satu konferensi pers menyebut 454 dan 455\; 332 \+ 123 \= 455\." in shown
    assert r"96 isu tercetak sebagai 96 konten\; kontennya 355\." in shown
    official = next(rows for rows in sheets(app) if rows and "Siaran" in rows[0])
    assert {row["Siaran"] for row in official} >= {"A", "B", "C", "D"}
    assert next(row for row in official if row["Siaran"] == "C" and row["Layanan"] == "X")["Ditemukan (resmi)"] == "947"
    assert all(row["Ditemukan (Posko)"] == "–" for row in official if row["Siaran"] == "A")  # before our first content


def test_the_rows_are_one_click_away(room: Room) -> None:
    room()
    found = links(opened("isu", layanan="tiktok"))
    assert found["5 konten →"] == "layanan=tiktok&tabel=konten"


def test_charts_hold_only_fields_of_their_tables(room: Room) -> None:
    room()
    app = opened("isu")
    for spec, table in zip(specs(app), chart_tables(app), strict=True):
        assert fields(spec) <= set(table.column_names)
        assert not {"data", "datasets"} & set(spec)


def fields(node: object) -> set[str]:
    """Return the columns a specification names."""
    if isinstance(node, dict):
        own = {str(node["field"])} if "field" in node else set()
        return own.union(*map(fields, node.values()))
    return set().union(*map(fields, node)) if isinstance(node, list) else set()


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("id", ("Tidak ada konten dalam rentang ini", "Tidak ada konten yang ditemukan dalam rentang dan saringan ini",
                "Belum ada konten yang dikaitkan dengan isu", "Tidak ada isu yang pertama terlihat")),
        ("en", ("No content in this window", "No content was found in this window with these filters",
                "No content of this window has been assigned", "No issue was first seen")),
    ],
)  # fmt: skip
def test_an_empty_database_says_why(empty_room: None, language: str, sentences: tuple[str, ...]) -> None:
    app = opened("isu", bahasa=language)
    assert not app.exception
    shown = texts(app)
    for sentence in sentences:
        assert sentence in shown
    assert list(tiles(app).values()) == ["0", "0", "–", "–"]


def test_few_items_are_counted_and_not_ranked(room: Room) -> None:
    room()
    titles = alts(opened("isu", layanan="tiktok"))
    assert "5 konten: terlalu sedikit untuk diperingkat" in titles
    assert "5 konten pada 1 layanan: terlalu sedikit untuk diperingkat" in titles
