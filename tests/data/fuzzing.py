"""Files as they should not be: samples of every format, cut, garbled, joined, packed, locked, in the wrong encoding."""

import gzip
import json
import random
import zipfile
from collections.abc import Callable
from io import BytesIO

from data.reference.files import cells
from tests.loading import workbook

SHEET = (
    "No;Judul;Platform;Tautan;Provinsi;kode_prov;Kab/Kota;Kategori;Waktu Lapor;Status;Diturunkan;Jangkauan\n"
    "1;Surat suara tercoblos;Facebook;https://m.facebook.com/a/posts/1;Jawa Barat;32;Kota Bandung;Hoaks;"
    "20/11/2025 08.15 WIB;diturunkan;20/11/2025 09.00 WIB;2.500-an\n"
    '2;"Kotak suara\ndibakar";TikTok;hxxps://vt[.]tiktok[.]com/x;NTT;53;;Fitnah / Hasut;15 jam lalu;ditolak;;66,3 rb\n'
    "3;Undangan palsu;X;https://archive.ph/abc;DKI;31;;Disinformasi;2 Jan 2025;dipulihkan;3 Jan 2025;1,2 jt\n"
    ";;;https://youtu.be/dQw4w9WgXcQ;;;;;01/02/2025;;;788,745\n"
)
ARTICLES = (
    "url,title,published_at,label,platform\n"
    '"https://turnbackhoax.id/2024/01/02/salah-a/","[SALAH] Kabar ""besar"", katanya","Oktober 30, 2024",SALAH,\n'
    "https://cekfakta.com/focus/1,Benar ini,2024-01-02T03:04:05+07:00,BENAR,\n"
)
STATEMENTS = (
    "uuid,decision_visibility,decision_provision,decision_ground,category,content_type,application_date,"
    "content_date,platform_name,source_type,automated_detection,created_at\n"
    '1,"[""DECISION_VISIBILITY_CONTENT_REMOVED""]",,DECISION_GROUND_ILLEGAL_CONTENT,'
    'STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS,"[""CONTENT_TYPE_TEXT""]",2024-02-01,'
    "2024-01-31,Facebook,SOURCE_VOLUNTARY,Yes,2024-02-02 00:00:00\n"
)
FIGURES = "set,measure,service,value,window_start,window_end,source\nA,found,,1203,2023-07-17,2023-11-26,siaran pers\n"
REACH = "tanggal;kanal;jangkauan;tayangan\n20/11/2025;TVRI;1.000;2.000\n"
ACTIVITY = (
    "No,Nama Kegiatan,Tanggal,Jam,Bentuk Kegiatan,Jenis Mitra,Kab/Kota,Jumlah Peserta,Pemutaran\n"
    '1,Lawan Misinformasi,16 November 2023,09.00 WIB,Seminar,Akademisi,Kota Bandung,"1.250",3\n'
)
QOS = (
    "Kode Site;Nama Site;Waktu Ukur;Unduh (Mbps);Latensi (ms);Packet Loss (%);Status;3T;Kabupaten\n"
    "NTT-01;Balai Desa A;27/11/2024 13.00 WITA;4,25;120;1,5;up;ya;Kabupaten Alor\n"
)
QOS_BY_METRIC = "site,timestamp,metrik,nilai,satuan\nNTT-01,2024-11-27T13:00:00+08:00,unduh,4.25,Mbps\n"
REVIEW = {
    "@context": "https://schema.org", "@type": "ClaimReview", "url": "https://turnbackhoax.id/1",
    "datePublished": "2024-01-02",
    "claimReviewed": "Kotak suara kardus", "author": {"name": "MAFINDO"}, "reviewRating": {"ratingValue": 1,
    "worstRating": 1,
    "bestRating": 5, "alternateName": "Salah"}, "itemReviewed": {"appearance": [{"url": "https://x.com/a/status/1"}]},
}  # fmt: skip
ANSWER = {"claims": [{"text": "Klaim", "claimDate": "2024-01-01T00:00:00Z", "claimReview": [{"url": "https://x.id/1",
    "publisher": {"site": "x.id"}, "textualRating": "Hoaks", "reviewDate": "2024-01-02"}]}]}  # fmt: skip
MAP = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"kode": "11", "nama": "Aceh"},
    "geometry": {"type": "Polygon", "coordinates": [[[95, 5], [96, 5], [96, 6], [95, 5]]]}}]}  # fmt: skip

TRAPS = (
    "\x00", "\ufeff", "\u202e", "\u200b", '"', '""', '"\n', ";", ",", "\t", "|", "\r", "\r\n", "\n\n",
    "sep=;\n", "é", "\ud7ff",
    "00/00/0000", "31/02/2025", "13/13/2025", "99.99", "25.61 WIB", "-1", "1e309", "NaN", "9" * 40,
    "2099-01-01", "1899-12-30",
    "0,5", "3 M", "1.2.3,4,5", "٣/٤/٢٠٢٥", "²", "http://", "https://[", "https://[::1", "http://a:99999/",
    "www.", "@", "=1+1",
    "https://x.com/" + "a" * 3_000, "[]", "{}", "null", "[[[[", '{"a":', "\\u0000", "-" * 70, "x" * 5_000,
    "yesterday", "0 jam lalu",
    "9999 tahun lalu", "se jam lalu", "Feb 30, 2024", "+99:99", "UTC+99", "24.00", "12.30 pm", "1899",
    "45000.99999", "1e5", "9" * 5_000, "kemarin 25.61", "kemarin pukul 08.15 WITA", "20\u201311\u20132025", "2.500an",
    '"tak ditutup', '"x"y', "//x.com/a/1", "\u00a0", "a@b.c " * 300, '"nextPageToken": 1,',
)  # fmt: skip


def kabupaten() -> str:
    """Return a map of all kabupaten and kota of one province, each a small square around its point."""
    features = []
    for row in cells("region"):
        if row["code"].startswith("34."):
            x, y = float(row["longitude"]), float(row["latitude"])
            ring = [[x, y], [x, y + 0.01], [x + 0.01, y + 0.01], [x, y]]
            geometry = {"type": "Polygon", "coordinates": [ring]}
            features.append({"type": "Feature", "properties": {"kode": row["code"]}, "geometry": geometry})
    return json.dumps({"type": "FeatureCollection", "features": features})


def samples() -> list[bytes]:
    """Return one small file of every format."""
    cells = [line.split(";") for line in SHEET.splitlines()]
    texts = [SHEET, ARTICLES, STATEMENTS, FIGURES, REACH, json.dumps(REVIEW), json.dumps([REVIEW, REVIEW])]
    texts += [json.dumps({"@graph": [REVIEW]}), json.dumps({"dataFeedElement": [{"item": [REVIEW]}]})]
    texts += [
        ACTIVITY,
        QOS,
        QOS_BY_METRIC,
        kabupaten(),
        json.dumps(ANSWER),
        json.dumps(MAP),
        f"{json.dumps(REVIEW)}\n{json.dumps(REVIEW)}\n",
    ]
    return [*(text.encode() for text in texts), workbook({"Data": cells, "Lain": [["a"], [1]]})]


def garbled(chance: random.Random, known: list[bytes]) -> bytes:
    """Return a sample with a few things wrong."""
    content = chance.choice(known)
    for _ in range(chance.randrange(4)):
        content = chance.choice(HARMS)(chance, content)
    return chance.choice(WRAPS)(chance, content) if chance.random() < 0.3 else content


def _cut(chance: random.Random, content: bytes) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _flip(chance: random.Random, content: bytes) -> bytes:
    found = bytearray(content)
    for _ in range(chance.randrange(1, 8) if found else 0):
        found[chance.randrange(len(found))] = chance.randrange(256)
    return bytes(found)


def _trap(chance: random.Random, content: bytes) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.choice(TRAPS).encode() + content[at + chance.choice((0, 0, 1, 9)) :]


def _cell(chance: random.Random, content: bytes) -> bytes:
    """Put a trap in the place of one cell or value."""
    mark = chance.choice((b";", b",", b":", b"\n"))
    cells = content.split(mark)
    cells[chance.randrange(len(cells))] = chance.choice(TRAPS).encode()
    return mark.join(cells)


def _again(chance: random.Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    at = chance.randrange(len(lines))
    return b"".join([*lines[:at], *lines[at : at + 1] * chance.randrange(4), *lines[at:]])


def _recoded(chance: random.Random, content: bytes) -> bytes:
    text = content.decode("utf-8", "replace")
    return text.encode(chance.choice(("utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-8-sig", "utf-32")), "replace")


def _gzip(_: random.Random, content: bytes) -> bytes:
    return gzip.compress(content, 1, mtime=0)


def _zip(chance: random.Random, content: bytes) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in chance.sample(
            ("1.csv", "2.csv", "xl/workbook.xml", "../a.csv", ".hidden", "x.xlsx", "d/"), chance.randrange(4)
        ):
            archive.writestr(name, content)
    return stream.getvalue()


def _locked(chance: random.Random, content: bytes) -> bytes:
    """Mark a zip file's members as encrypted."""
    packed = bytearray(_zip(chance, content))
    for mark, behind in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = packed.find(mark)
        while at >= 0:
            packed[at + behind] |= 1
            at = packed.find(mark, at + 4)
    return bytes(packed)


def _twice(chance: random.Random, content: bytes) -> bytes:
    """Pack what is packed already."""
    inner = chance.choice((_gzip, _zip, _locked))(chance, content)
    return chance.choice((_gzip, _zip, _broken_pack))(chance, inner)


def _broken_pack(chance: random.Random, content: bytes) -> bytes:
    return chance.choice((_cut, _flip))(chance, chance.choice((_gzip, _zip))(chance, content))


Harm = Callable[[random.Random, bytes], bytes]
HARMS: tuple[Harm, ...] = (_cut, _flip, _trap, _trap, _cell, _cell, _cell, _again, _recoded)
WRAPS: tuple[Harm, ...] = (_gzip, _zip, _locked, _broken_pack, _twice)
