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
