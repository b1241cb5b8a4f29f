"""Numbers, links, services, regions, statuses and labels as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine

from data.loaders.codes import ORGANISATION_BY_WORD, PUBLISHERS, SOURCE_BY_WORD, Codes, publisher_of
from data.loaders.values.categories import HARMS, TECHNIQUES, THEMES, Category, category, tag_of, without_tag
from data.loaders.values.links import is_one_item, links_in
from data.loaders.values.quantities import number, whole
from data.loaders.values.regions import Place, Regions
from data.loaders.values.services import BY_NAME, SERVICE_HOSTS, from_link, from_name, kind_of
from data.loaders.values.statuses import BY_WORD, REINSTATED, Standing, standing
from data.reference.files import cells
from data.reference.seed import seed
from data.tables import metadata


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2.500", 2500),
        ("2.500-an", 2500),
        ("66.3 ribu", 66_300),
        ("66,3 rb", 66_300),
        ("1,2 jt", 1_200_000),
        ("788,745", 788_745),
        ("680-an", 680),
        ("4 ribu", 4_000),
        ("51", 51),
        ("0", 0),
        ("1.234.567", 1_234_567),
        ("±2.500", 2500),
        ("> 1000", 1000),
        ("2.500 kali", 2500),
        ("5 juta views", 5_000_000),
        ("1.5K", 1_500),
        ("1.2M", 1_200_000),
        ("1.200 ribu", 1_200),
        (2500.0, 2500),
        (17, 17),
        ("2500.0", 2500),
        ("1.234,00", 1234),
        ("2.500an", 2500),
        ("10 ribuan", 10_000),
        ("1,2 jt lebih", 1_200_000),
        ("2\u00a0500", 2500),
    ],
)
def test_numbers_as_offices_write_them(cell: object, value: int) -> None:
    assert whole(cell) == value


@pytest.mark.parametrize(
    "cell",
    [
        "-",
        "",
        "n/a",
        None,
        "banyak",
        "3 M",
        "1,2 M",
        "12,5",
        "1,2,3",
        "-5",
        -5,
        float("nan"),
        float("inf"),
        True,
        "9" * 80,
    ],
)
def test_what_is_no_whole_number_is_unknown_and_never_zero(cell: object) -> None:
    assert whole(cell) is None


def test_both_marks_in_one_number_tell_each_other_apart() -> None:
    assert number("1.234,5") == number("1,234.5") == Decimal("1234.5")


@given(st.one_of(st.text(max_size=80), st.integers(), st.floats(), st.booleans(), st.none(), st.dates()))
def test_no_cell_breaks_the_reader_of_numbers(cell: object) -> None:
    value = whole(cell)
    assert value is None or value >= 0


@given(st.integers(min_value=0, max_value=10**12))
def test_a_number_grouped_either_way_is_read_back(value: int) -> None:
    assert whole(f"{value:,}") == whole(f"{value:,}".replace(",", ".")) == value


@pytest.mark.parametrize(
    ("link", "service"),
    [
        ("https://web.facebook.com/x/posts/1", "facebook"),
        ("m.facebook.com/y", "facebook"),
        ("https://fb.watch/abc/", "facebook"),
        ("https://vt.tiktok.com/abc", "tiktok"),
        ("https://youtu.be/abc", "youtube"),
        ("https://x.com/a/status/1", "x"),
        ("https://mobile.twitter.com/a/status/1", "x"),
        ("https://www.threads.com/@a", "threads"),
        ("threads.net/@a", "threads"),
        ("https://t.me/kanal/12", "telegram"),
        ("https://wa.me/62811", "whatsapp"),
        ("hxxps://chat[.]whatsapp[.]com/abc", "whatsapp"),
        ("https://sck.io/p/abc", "snackvideo"),
        ("https://lin.ee/abc", "line"),
        ("https://www.instagram.com/p/abc/", "instagram"),
        ("https://drive.google.com/file/d/1", "google"),
        ("https://situs-palsu.example/berita", "website"),
        ("https://facebook.com.evil.example/x", "website"),
        ("https://archive.ph/abc", None),
        ("https://archive.today/abc", None),
        ("https://arsip.cekfakta.com/1", None),
        ("https://web.archive.org/web/2023/https://facebook.com/x", None),
        ("https://bit.ly/abc", None),
        ("https://s.id/abc", None),
        ("https://l.facebook.com/l.php?u=x", None),
        ("https://translate.google.com/translate?u=x", None),
        ("https://fb.com/a/posts/1", "facebook"),
        ("https://instagr.am/p/abc", "instagram"),
        ("https://telegram.me/kanal/12", "telegram"),
        ("//x.com/a/status/1", "x"),
    ],
)
def test_the_service_of_a_link(link: str, service: str | None) -> None:
    (found,) = links_in(link)
    assert from_link(found) == service


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("X (Twitter)", "x"),
        ("Twitter", "x"),
        ("FB", "facebook"),
        ("Grup WA", "whatsapp"),
        ("tik-tok", "tiktok"),
        ("You Tube", "youtube"),
        ("Facebook, Instagram", None),
        ("Media Sosial", None),
        ("Situs web", "website"),
        ("Line", "line"),
        ("online", None),
    ],
)
def test_the_service_of_a_name(name: str, service: str | None) -> None:
    assert from_name(name) == service


def test_several_links_in_a_cell_are_told_apart() -> None:
    assert links_in("lihat https://a.example/x dan www.b.example/y, hxxp://c[.]example/z") == (
        "https://a.example/x",
        "https://www.b.example/y",
        "http://c.example/z",
    )


@pytest.mark.parametrize(
    "text",
    ["", "halo dunia", "orang@kantor.go.id", "2.500", "javascript:alert(1)", "http://[::1]/x", "ftp://a.example/x"],
)
def test_what_is_no_link(text: str) -> None:
    assert links_in(text) == ()


def test_a_bare_host_names_no_single_post() -> None:
    assert not is_one_item("https://facebook.com/")
    assert is_one_item("https://facebook.com/x")


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader_of_links(text: str) -> None:
    for link in links_in(text):
        assert kind_of(link)
        assert from_link(link) != ""


def test_publishers_are_known_by_host() -> None:
    assert publisher_of("https://www.komdigi.go.id/berita/1") == "komdigi"
    assert publisher_of("https://blog.example/1") is None


@pytest.fixture(scope="module")
def codes() -> Codes:
    """The reference rows, read once: what is asked of them here needs no database of its own."""
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.begin() as connection:
        seed(connection)
        return Codes.read(connection)


@pytest.fixture(scope="module")
def regions(codes: Codes) -> Regions:
    return codes.regions


@pytest.mark.parametrize(
    ("province", "regency", "place"),
    [
        ("DKI Jakarta", "Kota Adm. Jakarta Selatan", Place("31", "31.74")),
        ("D.I. Yogyakarta", "Sleman", Place("34", "34.04")),
        ("Sulawesi Selatan", "Kota Makassar", Place("73", "73.71")),
        ("Kepulauan Riau", "Batam", Place("21", "21.71")),
        ("Papua Pegunungan", "Kab. Jayawijaya", Place("95", "95.01")),
        ("Prov. Jabar", "", Place("32")),
        ("ID-PA", "", Place("91")),
        ("", "Kab Kotawaringin Barat", Place("62", "62.01")),
        ("", "kota waringin barat", Place("62", "62.01")),
        ("DKI Jakarta", "Kep. Seribu", Place("31", "31.01")),
        ("Nasional", "", Place()),
        ("-", "", Place()),
        ("11", "11.10", Place("11", "11.10")),
        ("NTT", "Kupang", Place("53", None, "name of more than one kabupaten or kota")),
        ("NTT", "Kota Kupang", Place("53", "53.71")),
        ("", "Banjar", Place(None, None, "name of more than one kabupaten or kota")),
        ("Kalsel", "Banjar", Place("63", "63.03")),
        ("Bali", "Kota Makassar", Place("51", None, "kabupaten or kota lies in another province")),
        ("Wakanda", "", Place(None, None, "province not known")),
        ("Bali", "Gotham", Place("51", None, "kabupaten or kota not known")),
        ("", "11.1", Place(None, None, "kabupaten or kota not known")),
        ("", "32", Place("32")),
        ("32", "32", Place("32")),
        ("Bali", "32", Place("51", None, "kabupaten or kota lies in another province")),
        ("", "9171", Place(None, None, "code means one region of Kemendagri and another of BPS")),
    ],
)
def test_where_a_row_lies(regions: Regions, province: str, regency: str, place: Place) -> None:
    assert regions.place(province, regency) == place


def test_a_papuan_code_means_two_provinces_until_the_scheme_is_known(regions: Regions) -> None:
    assert regions.place("91", "").note == "code means one region of Kemendagri and another of BPS"
    assert regions.place("91", "", "kemendagri") == Place("91")
    assert regions.place("91", "", "bps") == Place("92")
    assert regions.place("31", "") == Place("31")


def test_a_code_beside_a_name_tells_the_scheme(regions: Regions) -> None:
    assert regions.schemes_of("94", "Papua") == {"bps"}
    assert regions.schemes_of("94", "Papua Tengah") == {"kemendagri"}
    assert regions.schemes_of("1101", "Kab. Simeulue") == {"bps"}
    assert regions.schemes_of("31", "DKI Jakarta") == {"kemendagri", "bps"}


def test_every_name_shared_by_a_kabupaten_and_a_kota_is_refused_alone_and_taken_with_its_kind(regions: Regions) -> None:
    registered = [row for row in cells("region") if row["parent_code"]]
    names = [row["name"] for row in registered]
    shared = [row for row in registered if names.count(row["name"]) > 1]
    assert len({row["name"] for row in shared}) == 26
    for row in shared:
        assert regions.place("", row["name"]).regency_code is None
        assert (
            regions.place(row["parent_code"], f"{row['kind']} {row['name']}", "kemendagri").regency_code == row["code"]
        )


def test_every_region_is_found_by_its_official_name(regions: Regions) -> None:
    for row in cells("region"):
        if row["parent_code"]:
            assert regions.place(row["parent_code"], row["name_official"], "kemendagri").regency_code == row["code"]
        else:
            assert regions.place(row["name_official"], "").province_code == row["code"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Kota Makassar, Sulawesi Selatan", Place("73", "73.71")),
        ("Jawa Barat", Place("32")),
        ("Papua", Place("91")),
        ("Sleman", Place("34", "34.04")),
    ],
)
def test_one_column_of_places(regions: Regions, text: str, place: Place) -> None:
    assert regions.anywhere(text) == place


@given(st.text(max_size=40))
def test_no_text_breaks_the_words(text: str) -> None:
    assert isinstance(category(text), Category)
    assert without_tag(text) == text or tag_of(text) is not None
    standing(text)


@pytest.mark.parametrize(
    ("word", "stands"),
    [
        ("Diproses", Standing("open")),
        ("DITURUNKAN", Standing("removed")),
        ("take-down", Standing("removed")),
        ("ditolak", Standing("rejected")),
        ("Dipulihkan", Standing("removed", is_reinstated=True)),
        ("diberi stempel hoaks", Standing("labelled")),
        ("dicabut", Standing("withdrawn")),
        ("Dibatasi", Standing("restricted")),
        ("dihapus pengunggah", Standing("deleted_by_uploader")),
        ("entah", None),
    ],
)
def test_how_a_request_stands(word: str, stands: Standing | None) -> None:
    assert standing(word) == stands


@pytest.mark.parametrize(
    ("label", "found"),
    [
        ("Salah", Category("false", "disinformation")),
        ("MENYESATKAN", Category("misleading", "disinformation", "misleading")),
        ("Penipuan", Category(None, "fraud")),
        ("Konten yang Dimanipulasi", Category("false", "disinformation", "manipulated")),
        ("False Context", Category("false", "disinformation", "false_context")),
        ("Satire atau Parodi", Category("satire", None, "satire")),
        ("BENAR", Category("true")),
        ("Fitnah / Hasut / Hoax", Category("false", "disinformation")),
        ("politik", Category()),
    ],
)
def test_what_a_label_says(label: str, found: Category) -> None:
    assert category(label) == found


def test_the_label_before_a_headline_is_read_and_taken_off() -> None:
    assert tag_of("[SALAH] Kotak suara dibakar").verdict == "false"
    assert (
        without_tag("[SALAH] Kotak suara dibakar") == without_tag("HOAX: Kotak suara dibakar") == "Kotak suara dibakar"
    )


def test_every_word_of_the_vocabulary_stands_for_a_code_of_the_database(codes: Codes) -> None:
    assert {*BY_NAME.values(), *SERVICE_HOSTS.values()} <= set(codes.service)
    assert set(HARMS.values()) <= set(codes.harm)
    assert set(TECHNIQUES.values()) <= set(codes.technique)
    assert set(THEMES.values()) <= set(codes.theme)
    assert set(SOURCE_BY_WORD.values()) <= set(codes.source)
    assert {*ORGANISATION_BY_WORD.values(), *PUBLISHERS.values()} <= set(codes.organisation)
    assert set(BY_WORD.values()) - {REINSTATED} <= set(codes.outcome)
