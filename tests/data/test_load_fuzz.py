"""Any bytes at all: a file loads, in part or not at all, or says in one sentence why; it never ends in a traceback."""

import os
import random
import zipfile
from collections import Counter
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import Engine

from data.engine import snapshot
from data.loaders import LoadProblem, Mapping, Options, load, sources
from data.loaders.codes import Codes
from data.loaders.options import FORMATS
from data.tables import content, issue
from tests.data.fuzzing import garbled, samples
from tests.loading import NOW, everything

INPUTS = int(os.environ.get("POSKO_FUZZ_INPUTS", "150"))
"""20,000 and more in a long run by hand."""

SENTENCE = "a sentence"
SEED = int(os.environ.get("POSKO_FUZZ_SEED", "3"))


@pytest.fixture
def kept_codes(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference rows, read once for all inputs: nothing here changes them."""
    with snapshot(engine) as connection:
        codes = Codes.read(connection)
    monkeypatch.setattr(Codes, "read", lambda _: codes)


def told(engine: Engine, path: Path, chance: random.Random) -> list[str]:
    """Load a file for trial and return what became of it, in words."""
    kind = "auto" if chance.random() < 0.8 else chance.choice(FORMATS)
    as_of = datetime(2025, 11, 20, tzinfo=UTC) if chance.random() < 0.5 else None
    options = Options(NOW, Mapping(), kind, as_of=as_of, is_dry_run=True, rejects=path.with_suffix(".rejects"))
    try:
        found = [done for source in sources(str(path), BytesIO()) for done in load(engine, source, options)]
    except LoadProblem as problem:
        sentence = str(problem)
    else:
        return [f"{each.format}: {'rows' if each.n_read > each.n_rejected else 'nothing'}" for each in found]
    assert "\n" not in sentence
    assert str(path.parent) not in sentence
    return [SENTENCE]


def zip_with_a_broken_name() -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("é.csv", "judul")
    return stream.getvalue().replace("é".encode(), b"\xe9\xe9")


def zip_of_no_time() -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.csv", (2024, 1, 1, 0, 0, 0)), "judul")
    return stream.getvalue().replace(b"\x00\x00\x21\x58", b"\xe0\x07\x21\x58")


FOUND = {
    "a number of thousands of digits": b'[{"@type": "ClaimReview", "x": ' + b"9" * 5_000,
    "a minute 63": zip_of_no_time(),
    "list as a key": b'{["claims"]: [1]}',
    "object as a key": b"{{}: 1}",
    "zip": zip_with_a_broken_name(),
}
"""What long runs have found, each mended."""


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("found", FOUND)
def test_what_was_found_is_a_sentence(engine: Engine, tmp_path: Path, found: str) -> None:
    path = tmp_path / "masukan.csv"
    path.write_bytes(FOUND[found])
    with pytest.raises(LoadProblem):
        told_by(engine, path)


def told_by(engine: Engine, path: Path) -> None:
    for source in sources(str(path), BytesIO()):
        load(engine, source, Options(NOW))


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_no_file_ends_in_a_traceback(engine: Engine, kept_codes: None, tmp_path: Path) -> None:
    before = everything(engine, content, issue)
    known, path, counts = samples(), tmp_path / "masukan.csv", Counter[str]()
    for number in range(INPUTS):
        chance = random.Random(f"{SEED}-{number}")
        path.write_bytes(garbled(chance, known))
        try:
            counts.update(told(engine, path, chance))
        except Exception as error:
            error.add_note(f"input {number} of seed {SEED}")
            raise
    assert everything(engine, content, issue) == before
    assert counts[SENTENCE]
    assert len(counts) > 2, counts
    print(sorted(counts.items()))  # noqa: T201 - shown by a long run
