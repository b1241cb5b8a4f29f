"""Published figures: kept as printed, with the slips named."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from data.loaders import LoadProblem, load
from data.tables import feed, load_run, published_figure, quarantine
from tests.loading import OPTIONS, draw, load_one, rows, utc

SET = """set,window_start,window_end,measure,service,value,source,note
Z,2025-01-19,2025-10-27,isu,,101,koran.example,
Z,2025-01-19,2025-10-27,found,facebook,455,koran.example,juga 454
Z,2025-01-19,2025-10-27,removed,facebook,332,koran.example,
Z,2025-01-19,2025-10-27,open,facebook,123,koran.example,
Z,2025-01-19,2025-10-27,found,TikTok,25,koran.example,
Z,2025-01-19,2025-10-27,removed,TikTok,14,koran.example,
Z,2025-01-19,2025-10-27,open,TikTok,4,koran.example,
"""
OURS = published_figure.c.figure_set == "Z"


def test_figures_load_as_printed_and_what_does_not_add_up_is_named(engine: Engine, tmp_path: Path) -> None:
    summary = load_one(engine, draw(tmp_path, SET))
    assert (summary.format, summary.rows.new, summary.n_rejected) == ("figures", 7, 0)
    told = [note for note in summary.notes if note.startswith("TIDAK SEIMBANG")]
    assert told == ["TIDAK SEIMBANG, set Z, tiktok: 14 removed + 4 open = 18, but found is 25"]
    (total,) = rows(
        engine,
        published_figure,
        "value",
        "window_start",
        "window_end",
        where=OURS & (published_figure.c.measure == "isu"),
    )
    assert total == (101, utc("2025-01-19T00:00+07:00"), utc("2025-10-28T00:00+07:00"))


def test_the_same_figures_once_more_change_nothing_and_a_corrected_one_is_updated(
    engine: Engine, tmp_path: Path
) -> None:
    load_one(engine, draw(tmp_path, SET))
    before = rows(engine, feed, "seq", where=feed.c.code == "berkas")
    again = load_one(engine, draw(tmp_path, SET))
    assert (again.rows.new, again.rows.updated, again.rows.unchanged) == (0, 0, 7)
    assert rows(engine, feed, "seq", where=feed.c.code == "berkas") == before
    mended = load_one(engine, draw(tmp_path, SET.replace("TikTok,14", "TikTok,21")))
    assert (mended.rows.updated, mended.rows.unchanged) == (1, 6)
    assert not any(note.startswith("TIDAK") for note in mended.notes)
    assert rows(engine, feed, "seq", where=feed.c.code == "berkas") == [before[0] + 1]


def test_figures_that_cannot_be_kept_are_rejected(engine: Engine, tmp_path: Path) -> None:
    bad = (
        "Z,2025-01-19,2025-10-27,found,facebook,454,koran.example,\n"
        "Z,,,found,Friendster,1,x,\n"
        "Z,,,dipikirkan,,1,x,\n"
        "Z,,,open,x,banyak,x,\n"
        ",,,open,x,1,x,\n"
        "Z,,kapan,open,x,1,x,\n"
    )
    summary = load_one(engine, draw(tmp_path, SET + bad))
    assert (summary.n_read, summary.rows.new, summary.n_rejected) == (13, 7, 6)
    assert "said twice in set Z: 455 before, 454 here" in summary.reasons
    assert rows(engine, quarantine, "line") == [9, 10, 11, 12, 13, 14]
    assert rows(engine, load_run, "format", "n_rejected") == [("figures", 6)]


SAMAN = """rilis,jenis angka,bagian,nilai,sumber
SAMAN,ditemukan,,2.179.223,rilis.example
SAMAN,ditemukan,judi,2.000.000,rilis.example
SAMAN,ditemukan,pornografi,163.183,rilis.example
"""


def test_a_total_that_is_not_the_sum_of_its_categories_is_named(engine: Engine, tmp_path: Path) -> None:
    summary = load_one(engine, draw(tmp_path, SAMAN))
    told = [note for note in summary.notes if note.startswith("TIDAK SEIMBANG")]
    assert told == ["TIDAK SEIMBANG, set SAMAN: its parts sum to 2163183, but found is 2179223"]
    kept = rows(engine, published_figure, "service_code", "value", where=published_figure.c.figure_set == "SAMAN")
    assert kept == [("", 2_179_223), ("judi", 2_000_000), ("pornografi", 163_183)]


def test_issues_printed_as_content_and_a_figure_said_twice_are_named(engine: Engine, tmp_path: Path) -> None:
    head = "set,measure,service,value,note\n"
    text = (
        head + "Z,isu,,96,\nZ,found,,96,\nZ,removed,,290,\nZ,open,,65,\nZ,found,facebook,455,x\nZ,found,facebook,454,\n"
    )
    for new in (5, 0):
        summary = load_one(engine, draw(tmp_path, text))
        assert (summary.rows.new, summary.rows.updated, summary.n_rejected) == (new, 0, 1)
    assert [note for note in summary.notes if "isu" in note] == [
        "TIDAK SEIMBANG, set Z: 96 isu may have been printed as konten"
    ]
    assert rows(engine, published_figure, "note", where=OURS & (published_figure.c.service_code == "facebook")) == [
        "x; disebut juga 454"
    ]


def test_a_file_told_to_be_figures_must_have_their_columns(engine: Engine, tmp_path: Path) -> None:
    from dataclasses import replace

    source = draw(tmp_path, "judul,tanggal\nA,19/11/2026\n")
    for name in ("figures", "dsa", "claimreview"):
        with pytest.raises(LoadProblem, match=f"has not the columns of {name}|cannot be {name}"):
            load(engine, source, replace(OPTIONS, format=name))


def imbalances_of(engine: Engine, tmp_path: Path, text: str) -> list[str]:
    notes = load_one(engine, draw(tmp_path, f"set,measure,service,value\n{text}")).notes
    return [note.partition(", set Z: ")[2] for note in notes if note.startswith("TIDAK")]


def test_what_became_of_content_by_service_must_tie_with_the_whole(engine: Engine, tmp_path: Path) -> None:
    both = "Z,found,,30\nZ,found,x,10\nZ,found,tiktok,20\nZ,removed,,25\nZ,removed,x,9\n"
    assert imbalances_of(engine, tmp_path, f"{both}Z,removed,tiktok,16\n") == []
    assert imbalances_of(engine, tmp_path, f"{both}Z,removed,tiktok,15\n") == ["its parts sum to 24, but removed is 25"]
    assert imbalances_of(engine, tmp_path, both) == [], "of tiktok nothing is told"
    assert imbalances_of(engine, tmp_path, both.replace("removed,,25", "removed,,8")) == [
        "its parts sum to 9, but removed is 8"
    ]


def test_windows_follow_the_date_order_of_the_file_and_must_be_windows(engine: Engine, tmp_path: Path) -> None:
    head = "set,measure,nilai,mulai,sampai,catatan\n"
    text = (
        f"{head}Z,isu,5,03/04/2024,04/25/2024,juga \u202e6\nZ,found,9,04/25/2024,03/04/2024,\nZ,open,1,,12/31/2031,\n"
    )
    summary = load_one(engine, draw(tmp_path, text))
    assert (summary.date_order, summary.rows.new, summary.n_rejected) == ("mdy", 1, 2)
    assert rows(engine, published_figure, "window_start", where=OURS) == [utc("2024-03-04T00:00+07:00")]
    assert set(summary.reasons) == {
        "the window ends before it begins",
        "window_end lies in the future: 2031-12-31",
    }
    assert "noted of Z isu: juga 6" in summary.notes
