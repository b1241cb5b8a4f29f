"""Cells and documents as a spiteful sender makes them: huge, hidden, cut short; each costs itself and nothing else."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from data.loaders import LoadProblem, Summary
from data.loaders.files.records import RecordCutter
from data.recording.quarantine import EXCERPT_CHARACTERS, masked
from data.tables import content, issue
from tests.loading import OPTIONS, draw, load_one, rows

MEGABYTE = 2**20
HEADER = "judul;tautan;dilaporkan\n"
ADDRESS, SHOWN = "budi.contoh@surat.example", "[…]"


def cut(text: str) -> list[tuple[int, str | None]]:
    return [(row.line, row.problem) for row in RecordCutter(";").rows(iter(text.splitlines(keepends=True)))]


def test_a_refused_row_with_a_cell_of_a_megabyte_takes_no_time(engine: Engine, tmp_path: Path) -> None:
    started = time.perf_counter()
    text = f"{HEADER}A;https://x.com/a/status/1;{'9' * MEGABYTE}\nB;https://x.com/a/status/2;20/11/2025\n"
    summary = load_one(engine, draw(tmp_path, text))
    assert (summary.rows.new, summary.n_rejected) == (1, 1)
    assert time.perf_counter() - started < 20


@pytest.mark.parametrize("before", [0, 300, 19_990, MEGABYTE])
def test_no_excerpt_shows_a_part_of_an_address(before: int) -> None:
    excerpt = masked({"a": "x " * (before // 2) + ADDRESS, "b": "y" * before})
    assert "budi" not in excerpt
    assert "surat.example" not in excerpt
    assert len(excerpt) <= EXCERPT_CHARACTERS
    assert (SHOWN in excerpt) == (before < EXCERPT_CHARACTERS)


def test_thousands_of_addresses_leave_none_at_the_end_of_what_is_searched() -> None:
    excerpt = masked({"a": f"{ADDRESS} " * 2_000})
    assert set(excerpt.removeprefix('{"a": "').split(SHOWN)) <= {" ", "", " ["}


def test_a_quote_that_another_row_would_close_costs_its_own_row_only() -> None:
    stray = "a quote is opened and never closed"
    assert cut('"tak ditutup;1\nb;2\nc "kata" d;3\n"e;f";4\n') == [(1, stray), (2, None), (3, None), (4, None)]
    assert cut('x;"tak ditutup\ny;"utuh"\n') == [(1, stray), (2, None)]
    assert cut('"dua\nbaris" ;1\nb;2\n') == [(1, None), (3, None)]


def test_a_cell_of_very_many_lines_is_one_cell() -> None:
    lines = "y\n" * 100_000
    assert cut(f'"{lines}";1\nb;2\n') == [(1, None), (100_002, None)]


def test_stray_quotes_on_every_row_take_no_longer_than_reading_them() -> None:
    started = time.perf_counter()
    assert len(cut('"x;1\nb;2\n' * 20_000)) == 40_000
    assert time.perf_counter() - started < 10


REVIEW = {"@type": "ClaimReview", "url": "https://turnbackhoax.id/1", "claimReviewed": "Klaim", "datePublished": 0}


def review(**told: object) -> dict[str, object]:
    return {**REVIEW, "datePublished": "2024-01-02", **told}


def test_a_number_of_thousands_of_digits_is_a_bad_entry_and_no_fault(engine: Engine, tmp_path: Path) -> None:
    text = json.dumps([REVIEW, review(url="https://turnbackhoax.id/2")]).replace(": 0", f": {'9' * 5_000}")
    summary = load_one(engine, draw(tmp_path, text, "feed.json"))
    assert (summary.rows.new, summary.n_rejected) == (1, 1)


def test_hidden_characters_of_reviews_and_statements_are_dropped(engine: Engine, tmp_path: Path) -> None:
    load_one(engine, draw(tmp_path, json.dumps(review(claimReviewed="\u202eKla\u200bim\x00")), "feed.json"))
    assert rows(engine, issue, "title") == ["Klaim"]
    told = "uuid,platform_name,application_date,decision_ground,category,decision_facts\n"
    load_one(engine, draw(tmp_path, f"{told}1,Facebook,2024-02-01,X,Y,\u202eFak\u2066ta\n"))
    assert rows(engine, content, "title") == ["Fakta"]


def test_json_in_windows_encoding_keeps_its_letters(engine: Engine, tmp_path: Path) -> None:
    text = json.dumps([review(claimReviewed="Café – satu")], ensure_ascii=False)
    load_one(engine, draw(tmp_path, text.encode("cp1252"), "feed.json"))
    assert rows(engine, issue, "title") == ["Café – satu"]


def test_statements_are_known_by_headers_with_blanks(engine: Engine, tmp_path: Path) -> None:
    text = "UUID,Platform Name,Application Date,Decision Ground,Category\n1,Facebook,2024-02-01,X,Y\n"
    assert load_one(engine, draw(tmp_path, text)).format == "dsa"


def test_an_answer_with_further_pages_says_so_until_the_last_is_there(engine: Engine, tmp_path: Path) -> None:
    def page(number: int, **more: str) -> str:
        found = {"url": f"https://turnbackhoax.id/{number}", "reviewDate": "2024-01-02", "textualRating": "Salah"}
        return json.dumps({"claims": [{"text": f"Klaim {number}", "claimReview": [found]}], **more})

    def notes(text: str) -> str:
        return " ".join(load_one(engine, draw(tmp_path, text, "jawaban.json")).notes)

    assert "further pages" in notes(page(1, nextPageToken="x"))
    assert "further pages" not in notes(page(1, nextPageToken="x") + page(2))
    assert "other entries: 0" in notes(page(1, nextPageToken="x"))


def test_a_review_beside_its_article_is_found(engine: Engine, tmp_path: Path) -> None:
    page = {"@graph": [{"@type": "WebSite"}, {"@type": "NewsArticle", "review": review()}]}
    assert load_one(engine, draw(tmp_path, json.dumps(page), "halaman.json")).rows.new == 1


def test_reviews_follow_the_date_order_of_their_file_and_say_so(engine: Engine, tmp_path: Path) -> None:
    told = [review(datePublished="03/04/2024"), review(url="https://turnbackhoax.id/2", datePublished="04/25/2024")]
    summary = load_one(engine, draw(tmp_path, json.dumps(told), "feed.json"))
    assert (summary.rows.new, summary.date_order) == (2, "mdy")
    assert any("only month first" in note for note in summary.notes)
    options = replace(OPTIONS, mapping=replace(OPTIONS.mapping, date_order="dmy"))
    assert load_one(engine, draw(tmp_path, json.dumps(told), "feed.json"), options).n_rejected == 1


def test_json_that_is_neither_claims_nor_a_map_is_said_to_be_neither(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(LoadProblem, match="no map"):
        load_one(engine, draw(tmp_path, '{"type": "FeatureCollection", "features": []}', "peta.geojson"))


def test_daily_counts_of_the_eu_are_no_statements_and_that_is_said(engine: Engine, tmp_path: Path) -> None:
    text = "date,platform,statements,moderation_delay_s_mean\n2024-02-01,TikTok,5,86400\n"
    with pytest.raises(LoadProblem, match="counts of statements by day"):
        load_one(engine, draw(tmp_path, text))


def test_a_header_alone_loads_nothing_and_says_so(engine: Engine, tmp_path: Path) -> None:
    summary = load_one(engine, draw(tmp_path, HEADER))
    assert (summary.n_read, summary.all_refused) == (0, False)
    assert "a header and no rows under it: nothing to load" in summary.notes


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_rejects_file_on_a_full_disk_is_named_and_the_good_rows_stay(engine: Engine, tmp_path: Path) -> None:
    bad = "".join(f"J;https://x.com/a/status/{number};99/99/2025\n" for number in range(2, 30))
    source = draw(tmp_path, f"{HEADER}A;https://x.com/a/status/1;20/11/2025\n{bad}")
    with pytest.raises(LoadProblem, match="rejects file full cannot be written: No space left"):
        load_one(engine, source, replace(OPTIONS, rejects=Path("/dev/full"), rejects_used=[]))
    assert rows(engine, content, "title") == ["A"]


def test_a_file_of_nothing_but_different_faults_needs_no_memory_for_each() -> None:
    summary = Summary("laporan.csv", "office")
    for number in range(3_000):
        summary.refuse(f"'{number}' is no time")
    summary.refuse("'0' is no time")
    assert len(summary.reasons) == 1_001
    assert (summary.reasons["'0' is no time"], summary.reasons.total()) == (2, 3_001)
