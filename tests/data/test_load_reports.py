"""Reports of campaign reach, activities and quality of service: read as offices write them, kept as they were told."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from data.engine import transaction
from data.loaders import LoadProblem, Summary, read_mapping
from data.loaders.values.decimals import MarkEvidence, measured
from data.tables import activity, campaign_reach, content, feed, hashtag_reach, load_run, qos_measurement, quarantine
from tests.loading import OPTIONS, draw, everything, load_one, rows, utc, workbook

EPOCH = date(1970, 1, 1)
DAY = (date(2024, 10, 14) - EPOCH).days
PEMILU, PILKADA = 1, 2
FACEBOOK, INSTAGRAM, TELEVISION = 1, 2, 12

REACH = """Laporan Jangkauan Kampanye;;;;;;;
Tanggal;Kampanye;Kanal;Jangkauan;Tayangan;Frekuensi;Interaksi;Provinsi
14/10/2024;Pilkada Damai 2024;Facebook;66,3 rb;248,6 rb;3,75;2.500-an;
14/10/2024;Pilkada Damai;TV;1,2 jt;;2,0;;Jabar
15/10/2024;Pilkada Damai;fb;66.300;300.000;3,75;-;
15/10/2024;Pilkada Damai;Instagram;12.000;10.000;;500;nasional
"""

BAD_REACH = """15/10/2024;Pilkada Gaduh;Instagram;1;1;;;
32/10/2024;;Instagram;1;1;;;
15/10/2024;;Friendster;1;1;;;
15/10/2024;;Instagram;-;;;;
15/10/2024;;Instagram;1;1;;;Atlantis
15/10/2027;;Instagram;1;1;;;
"""

ACTIVITIES = """No,Nama Kegiatan,Tanggal,Jam,Bentuk Kegiatan,Jenis Mitra,Kab/Kota,Jumlah Peserta,Pemutaran
1,Lawan Misinformasi untuk Pemilu Sehat,16 November 2023,09.00 WIB,Seminar,Akademisi,Kota Bandung,"1.250",3
2,Kelas literasi,5 Januari 2027,,Literasi Digital,Tokoh agama,Bogor,,1
3,,20/10/2024,,Podcast,Pers,Kota Surabaya,80 orang,
4,Kelas tanpa waktu,,,Literasi Digital,,,80,
"""

MEASURED = """Kode Site,Nama Site,Waktu Ukur,Unduh (Mbps),Unggah (kbps),Latensi,Packet Loss,Status,3T,Kabupaten,Operator
NTT-01,Balai Desa A,27/11/2024 13:00 WITA,"4,25",800,"1,5 detik",1.5,up,ya,Kabupaten Alor,Telkomsel
NTT-01,Balai Desa A,27/11/2024 14:00 WITA,"12,5",-,65.5,0.2,down,ya,Kabupaten Alor,Telkomsel
JKT-01,Kelurahan B,27/11/2024 13:00 WIB,99000,,10,0,aktif,ya,Kota Jakarta Pusat,XL
"""

LONG = """site,timestamp,metrik,nilai,satuan
T-1,2024-11-27T13:00:00+07:00,unduh,4.25,Mbps
T-1,2024-11-27T13:00:00+07:00,latensi,0.12,detik
T-1,2024-11-27T13:00:00+07:00,packet loss,2,%
T-1,2024-11-27T13:00:00+07:00,jitter,2,ms
"""


def unchanged_by_a_second_load(engine: Engine, folder: Path, content_of_file: str, *tables: Any) -> Summary:
    """Load a file twice, compare, and return the first summary."""
    first = load_one(engine, draw(folder, content_of_file))
    before = everything(engine, *tables)
    again = load_one(engine, draw(folder, content_of_file))
    assert (again.rows.new, again.rows.updated, again.rows.unchanged) == (0, 0, first.n_read - first.n_rejected)
    assert everything(engine, *tables) == before
    return first


def test_reach_is_kept_as_told_and_what_does_not_tie_is_named(engine: Engine, tmp_path: Path) -> None:
    summary = unchanged_by_a_second_load(engine, tmp_path, REACH, campaign_reach)
    assert (summary.format, summary.rows.new, summary.n_rejected) == ("reach", 4, 0)
    found = rows(
        engine, campaign_reach, "day", "channel_id", "province_code", "reach", "impressions", "engagements", "frequency"
    )
    assert found == [
        (DAY, FACEBOOK, "00", 66_300, 248_600, 2_500, 3.75),
        (DAY, TELEVISION, "32", 1_200_000, 2_400_000, None, 2.0),
        (DAY + 1, FACEBOOK, "00", 66_300, 300_000, None, 3.75),
        (DAY + 1, INSTAGRAM, "00", 12_000, 10_000, 500, None),
    ]
    assert summary.unknowns.odd == {
        "impressions not told: computed as reach x frequency": 1,
        "TIDAK SEIMBANG: impressions are not reach x frequency: all three kept": 1,
        "TIDAK SEIMBANG: reach is larger than impressions: both kept": 1,
    }
    assert set(rows(engine, campaign_reach, "campaign_id")) == {PILKADA}


def test_a_report_belongs_to_the_feed_of_its_kind_unless_another_is_named(engine: Engine, tmp_path: Path) -> None:
    load_one(engine, draw(tmp_path, REACH))
    load_one(engine, draw(tmp_path, MEASURED), replace(OPTIONS, feed_code="tagar"))
    assert rows(engine, feed, "code", where=feed.c.seq > 0) == ["kampanye", "tagar"]
    assert rows(engine, load_run, "feed_code", "format") == [("kampanye", "reach"), ("tagar", "qos")]
    with transaction(engine) as connection:
        connection.execute(feed.delete().where(feed.c.code == "kegiatan"))
    with pytest.raises(LoadProblem, match="There is no feed 'kegiatan'"):
        load_one(engine, draw(tmp_path, ACTIVITIES))


def test_what_a_key_is_made_of_is_known_or_the_row_is_refused(engine: Engine, tmp_path: Path) -> None:
    summary = load_one(engine, draw(tmp_path, REACH + BAD_REACH))
    assert (summary.rows.new, summary.n_rejected) == (4, 6)
    assert rows(engine, quarantine, "line", "reason") == [
        (7, "the campaign 'Pilkada Gaduh' is not known"),
        (8, "day: day 32 of month 10 of 2024 does not exist, in the date order of this file"),
        (9, "the channel 'Friendster' is not known"),
        (10, "the row has no figure"),
        (11, "region: province not known"),
        (12, "the day lies in the future: 2027-10-15"),
    ]
    assert (tmp_path / "laporan.csv.rejects.csv").read_text("utf-8-sig").count("\n") == 7


def test_a_dry_run_of_a_report_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    summary = load_one(engine, draw(tmp_path, REACH), replace(OPTIONS, is_dry_run=True))
    assert (summary.rows.new, rows(engine, campaign_reach, "day"), rows(engine, load_run, "format")) == (4, [], [])


def test_a_hashtag_beside_a_channel_is_also_the_use_of_that_hashtag(engine: Engine, tmp_path: Path) -> None:
    text = "tanggal,channel,reach,impressions,engagement,hashtag\n2024-10-14,Facebook,100,300,7,BijakBersuara\n"
    load_one(engine, draw(tmp_path, text))
    assert rows(engine, campaign_reach, "reach", "impressions") == [(100, 300)]
    assert rows(engine, hashtag_reach, "hashtag", "reach", "engagements") == [("#bijakbersuara", 100, 7)]


def test_rows_that_differ_in_their_hashtags_alone_are_no_reach_of_a_campaign(engine: Engine, tmp_path: Path) -> None:
    head = "tanggal,channel,reach,impressions,hashtag\n"
    text = head + "2024-10-14,Facebook,100,300,#bijakbersuara\n2024-10-14,Facebook,50,90,#yukpahamipemilu\n"
    summary = unchanged_by_a_second_load(engine, tmp_path, text, hashtag_reach, campaign_reach)
    assert rows(engine, hashtag_reach, "hashtag", "reach") == [("#bijakbersuara", 100), ("#yukpahamipemilu", 50)]
    assert rows(engine, campaign_reach, "reach") == []
    assert summary.unknowns.odd == {"impressions and frequency of a hashtag have no place: its reach is kept": 2}


def test_activities_keep_their_place_kind_of_partner_and_plan(engine: Engine, tmp_path: Path) -> None:
    summary = unchanged_by_a_second_load(engine, tmp_path, ACTIVITIES, activity)
    assert (summary.format, summary.rows.new, dict(summary.reasons)) == ("activity", 3, {"the activity has no time": 1})
    names = ("title", "format_id", "organisation_id", "regency_code", "attendance", "plays", "starts_at")
    assert sorted(rows(engine, activity, *names), key=str) == [
        ("Kelas literasi", 8, 15, None, None, 1, utc("2027-01-05T00:00+07:00")),
        ("Lawan Misinformasi untuk Pemilu Sehat", 7, 16, "32.73", 1_250, 3, utc("2023-11-16T09:00+07:00")),
        ("Podcast, Kota Surabaya", 6, 13, "35.78", 80, None, utc("2024-10-20T00:00+07:00")),
    ]
    assert summary.unknowns.words["region: name of more than one kabupaten or kota"] == {"Bogor": 1}


def test_measurements_come_in_one_unit_whatever_their_headers_say(engine: Engine, tmp_path: Path) -> None:
    summary = unchanged_by_a_second_load(engine, tmp_path, MEASURED, qos_measurement)
    assert (summary.format, summary.rows.new) == ("qos", 3)
    names = ("site_name", "download_mbps", "upload_mbps", "latency_ms", "packet_loss_share", "is_available")
    assert sorted(rows(engine, qos_measurement, *names, "regency_code"), key=str) == [
        ("Balai Desa A", 12.5, None, 65.5, 0.002, 0, "53.05"),
        ("Balai Desa A", 4.25, 0.8, 1_500.0, 0.015, 1, "53.05"),
        ("Kelurahan B", None, None, 10.0, 0.0, 1, "31.71"),
    ]
    assert summary.unknowns.rows["download_mbps"] == 1, "99 Gbps at a site cannot be meant"
    assert summary.unknowns.odd == {"3T is told otherwise than the register has it: the register counts": 1}


def test_measurements_of_a_row_each_come_together(engine: Engine, tmp_path: Path) -> None:
    summary = unchanged_by_a_second_load(engine, tmp_path, LONG, qos_measurement)
    assert dict(summary.reasons) == {"the metric 'jitter' is not known": 1}
    names = ("download_mbps", "latency_ms", "packet_loss_share", "measured_at")
    assert rows(engine, qos_measurement, *names) == [
        (4.25, 120.0, 0.02, int(utc("2024-11-27T13:00+07:00").timestamp()))
    ]


def test_each_sheet_of_a_workbook_is_told_by_itself(engine: Engine, tmp_path: Path) -> None:
    book = workbook({
        "Catatan": [["Catatan"], ["tidak ada"]],
        "FB": [["Date", "Channel", "Reach", "Impressions"], [date(2024, 10, 14), "Facebook", 10, 20.0]],
    })  # fmt: skip
    summary = load_one(engine, draw(tmp_path, book, "jangkauan.xlsx"))
    assert rows(engine, campaign_reach, "day", "reach", "impressions") == [(DAY, 10, 20)]
    assert "sheet passed over: jangkauan.xlsx[Catatan]" in summary.notes


def test_a_mapping_file_says_which_column_is_what(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(
        '[file]\nrecord = "reach"\n[columns]\nday = "Kapan"\nchannel = "Di mana"\nreach = "Berapa"\n'
        '[formats]\nday = "%d|%m|%Y"\n[constants]\ncampaign = "Pemilu Damai 2024"\n[values.channel]\nTVN = "tv"\n'
    )
    source = draw(tmp_path, "Kapan,Di mana,Berapa\n14|10|2024,TVN,2.500\n")
    for told in ("auto", "map", "reach"):
        load_one(engine, source, replace(OPTIONS, mapping=read_mapping(path), format=told))
    found = rows(engine, campaign_reach, "day", "campaign_id", "channel_id", "reach")
    assert found == [(DAY, PEMILU, TELEVISION, 2_500)]
    with pytest.raises(LoadProblem, match="A report of qos has no field 'campaign'"):
        load_one(engine, source, replace(OPTIONS, mapping=read_mapping(path), format="qos"))


def test_a_kind_is_known_by_the_header_only_where_nothing_else_fits(engine: Engine, tmp_path: Path) -> None:
    hoaxes = "Tanggal,Judul,Platform,Link,Jangkauan,Interaksi\n14/10/2024,Hoaks,Facebook,https://x.com/a/status/1,1,1\n"
    assert load_one(engine, draw(tmp_path, hoaxes)).format == "office"
    assert rows(engine, content, "title") == ["Hoaks"]
    both = "tanggal,site,kanal,jangkauan,tayangan,unduh,unggah\n14/10/2024,A,Facebook,1,2,3,4\n"
    with pytest.raises(LoadProblem, match="may be reach or qos: say which with --as"):
        load_one(engine, draw(tmp_path, both))
    assert load_one(engine, draw(tmp_path, both), replace(OPTIONS, format="qos")).format == "qos"
    with pytest.raises(LoadProblem, match=r"no column that is known as attendance|known as format"):
        load_one(engine, draw(tmp_path, "tanggal,apa\n1,2\n"), replace(OPTIONS, format="activity"))


@pytest.mark.parametrize(
    ("cells", "cell", "expected"),
    [
        (["4.25", "12.345"], "12.345", "12.345"),
        (["4,25", "12.345"], "12.345", "12345"),
        (["12.345"], "12.345", "12.345"),
        (["1.250"], "1.250", "1250"),
        (["0.125"], "0.125", "0.125"),
        (["3,75"], "3,75 x", "3.75"),
        (["1.234,5"], "1.234,5", "1234.5"),
    ],
)
def test_the_decimal_mark_is_decided_once_a_column(cells: list[str], cell: str, expected: str) -> None:
    evidence = MarkEvidence()
    for each in cells:
        evidence.add(each)
    found = measured(cell, evidence.decide(10_000))
    assert found is not None
    assert found[0] == Decimal(expected)


@given(st.text(max_size=30) | st.floats() | st.integers() | st.none(), st.sampled_from([".", ",", None]))
def test_any_cell_is_a_number_or_none(cell: Any, mark: Any) -> None:
    MarkEvidence().add(cell)
    found = measured(cell, mark)
    assert found is None or found[0].is_finite()
