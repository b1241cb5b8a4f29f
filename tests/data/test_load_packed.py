"""Files in files: zip in zip, twice gzipped, from standard input; one that is broken keeps none of the others out."""

import gzip
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from data.loaders.files.kinds import kind_of
from data.loaders.files.sources import Source, sources
from data.loaders.problems import LoadProblem

ROWS = b"judul;tautan;dilaporkan\nA;https://x.com/a/status/1;1/2/2024\n"


def packed(members: dict[str, bytes]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def locked(content: bytes) -> bytes:
    """Mark the first member of a zip file as encrypted."""
    found = bytearray(content)
    for mark, behind in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        found[found.index(mark) + behind] |= 1
    return bytes(found)


def read(source: Source) -> str:
    """Return what a file holds, or why it cannot be read."""
    try:
        kind_of(source)
        with source.opened() as stream:
            return stream.read().decode()
    except LoadProblem as problem:
        return str(problem)


def given(content: bytes) -> dict[str, str]:
    """Return what standard input stands for when it has these bytes: contents by name."""
    return {source.name: read(source) for source in sources("-", BytesIO(content))}


def test_a_zip_file_comes_through_standard_input() -> None:
    assert given(packed({"a.csv": ROWS, "b/c.csv": ROWS})) == {
        "stdin/a.csv": ROWS.decode(),
        "stdin/b/c.csv": ROWS.decode(),
    }


def test_a_dump_of_zip_files_in_a_zip_file_is_read_part_by_part() -> None:
    dump = packed({"part-1.csv.zip": packed({"part-1.csv": ROWS}), "part-2.csv.zip": packed({"part-2.csv": ROWS})})
    assert given(dump) == {
        "stdin/part-1.csv.zip/part-1.csv": ROWS.decode(),
        "stdin/part-2.csv.zip/part-2.csv": ROWS.decode(),
    }
    for _ in range(2):
        dump = packed({"in.zip": dump})
    with pytest.raises(LoadProblem, match="too deep"):
        given(dump)


def test_gzip_around_gzip_and_around_zip_is_taken_off() -> None:
    assert given(gzip.compress(gzip.compress(ROWS))) == {"stdin": ROWS.decode()}
    assert given(gzip.compress(packed({"a.csv": ROWS}))) == {"stdin/a.csv": ROWS.decode()}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (packed({}), "empty zip file"),
        (packed({"ini/": b""}), "empty zip file"),
        (b"\xfd7zXZ\x00", "xz"),
        (b"{\\rtf1\\ansi halo}", "RTF"),
        (b"a.csv" + bytes(252) + b"ustar\x00" + bytes(500), "tar archive"),
        (gzip.compress(b"a.csv" + bytes(252) + b"ustar\x00" + bytes(500)), "tar archive"),
    ],
)
def test_what_cannot_be_unpacked_is_named(content: bytes, said: str) -> None:
    with pytest.raises(LoadProblem, match=said):
        kind_of(next(sources("-", BytesIO(content))))


def test_a_broken_file_among_others_is_named_and_keeps_none_of_them_out(tmp_path: Path) -> None:
    (tmp_path / "1.zip").write_bytes(packed({"a.csv": ROWS})[:-30])
    (tmp_path / "2.zip").write_bytes(locked(packed({"a.csv": ROWS, "b.csv": ROWS})))
    (tmp_path / "3.csv").write_bytes(ROWS)
    found = {source.name: read(source) for source in sources(str(tmp_path / "*"), BytesIO())}
    assert found["3.csv"] == found["2.zip/b.csv"] == ROWS.decode()
    assert found["1.zip"] == "1.zip is cut off or damaged. Fetch it again from its source."
    assert found["2.zip/a.csv"] == "2.zip is locked with a password. Unpack it first."
