"""Every word of a screen exists in Indonesian and English, and says the same."""

import ast
import re
from collections.abc import Iterator

import pytest

from dashboard import language
from queries.measures import MEASURES, Measure
from tests.house.tree import modules

TABLES = {subject: language.words(subject) for subject in language.subjects()}
ENTRIES = [(f"{subject}.{key}", pair) for subject, table in TABLES.items() for key, pair in table.items()]


def blanks(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)", text))


def asked_keys() -> Iterator[tuple[str, str]]:
    """Yield the place and the key of each call of `t` whose key is written out."""
    for path, tree in modules("dashboard", "pages"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"t", "language.t"} and node.args:
                key = node.args[0]
                if isinstance(key, ast.Constant):
                    yield f"{path}:{node.lineno}", str(key.value)


def test_each_word_is_there_in_both_languages_with_the_same_blanks() -> None:
    assert ENTRIES
    assert [key for key, (indonesian, english) in ENTRIES if not indonesian.strip() or not english.strip()] == []
    assert [key for key, (indonesian, english) in ENTRIES if blanks(indonesian) != blanks(english)] == []


def test_each_key_that_a_screen_asks_for_exists() -> None:
    known = {key for key, _ in ENTRIES}
    assert [f"{place}: {key}" for place, key in asked_keys() if key not in known] == []


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda measure: measure.code)
def test_each_measure_is_named_and_defined_in_both_languages(measure: Measure) -> None:
    for part in ("label", "definition", "formula", "clock"):
        indonesian, english = getattr(measure, part)("id"), getattr(measure, part)("en")
        assert indonesian.strip(), part
        assert english.strip(), part
    assert measure.definition("id") != measure.definition("en")


def test_the_code_of_a_measure_is_its_key() -> None:
    assert [code for code, measure in MEASURES.items() if measure.code != code] == []
