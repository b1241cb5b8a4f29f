"""The README of the loaders says what the code does."""

import re
import tomllib
from pathlib import Path

from data.loaders import fields, read_mapping
from data.loaders.files.tables import delimited
from data.loaders.options import FORMATS
from data.loaders.reports import fields as report_fields
from data.loaders.reports import kinds
from data.loaders.vocabulary import HERE, vocabulary
from data.loaders.words import plain
from tests.loading import OPTIONS, draw

README = (Path(fields.__file__).parent / "README.md").read_text("utf-8")


def test_every_field_is_described() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE))
    assert told >= fields.ALL | report_fields.ALL
    assert {*fields.TEXTS, *fields.TIME_MEANINGS} == fields.ALL


def test_every_format_is_described() -> None:
    for name in set(FORMATS) - {"auto", "office", "map"}:
        assert f"`{name}`" in README


def test_the_reports_of_the_readme_are_known_by_their_headers(tmp_path: Path) -> None:
    examples = re.findall(r"```csv\n(.*?)```", README, re.DOTALL)
    found = [kinds.told(delimited(draw(tmp_path, text), frozenset()), OPTIONS) for text in examples]
    assert [kind and kind.name for kind in found] == ["reach", "activity", "qos", "qos"]


def test_the_mapping_of_the_readme_is_a_mapping(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    path = tmp_path / "mapping.toml"
    path.write_text(example)
    mapping = read_mapping(path)
    assert mapping.record == "clarification"
    assert mapping.columns["title"] == ("Judul Periksa Fakta", "Klaim")
    assert tomllib.loads(example)["values"]["category"]["HX"] == "salah"


def test_every_word_of_the_vocabulary_is_in_plain_spelling() -> None:
    def words(value: object) -> list[str]:
        if isinstance(value, dict):
            return [word for each in value.values() for word in words(each)]
        return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []

    for path in HERE.glob("*.toml"):
        told = vocabulary(path.stem)
        hosts = {"hosts", "other_hosts", "publisher"}
        for word in words({name: value for name, value in told.items() if name not in hosts}):
            assert word == plain(word), f"{path.name}: {word}"
