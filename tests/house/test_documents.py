"""What the documents promise is what the code has."""

import re
import tomllib
from pathlib import Path

import pytest
from sqlalchemy import Table

from dashboard.settings import TABLE
from data.tables import metadata
from tests.house.documents import documents, first_line, public_functions
from tests.house.tree import ROOT, modules

README = (ROOT / "README.md").read_text("utf-8")
DOCUMENTS = [path for path in documents() if path.name == "README.md"] + [Path("CONTRIBUTING.md"), Path("CHANGELOG.md")]


@pytest.mark.parametrize("path", documents(), ids=str)
def test_the_generated_documents_are_up_to_date(path: Path) -> None:
    assert (ROOT / path).read_text("utf-8") == documents()[path], "run python -m tests.house.documents"


def test_the_first_two_commands_are_one_line_each() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)[:2]
    assert [block.count("\n") for block in blocks] == [1, 1]
    assert "posko demo" in blocks[0]
    assert blocks[1].strip() + " --no-skips" in (ROOT / ".ci/run").read_text("utf-8").splitlines()


def test_each_variable_that_the_code_reads_is_a_documented_setting() -> None:
    code = "".join((ROOT / path).read_text("utf-8") for path, _ in modules())
    assert set(re.findall(r"POSKO_[A-Z_]*[A-Z]", code)) == set(TABLE)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_each_link_to_a_file_leads_to_it(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / document).read_text("utf-8"))
    local = [link for link in links if not link.startswith("http")]
    assert [link for link in local if not (ROOT / document.parent / link).exists()] == []


def test_the_changelog_begins_with_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    found = re.search(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert found is not None
    assert found[1] == version


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_each_table_and_column_says_what_it_is(table: Table) -> None:
    assert table.comment
    assert [column.name for column in table.columns if not column.comment] == []


def test_each_question_begins_with_its_grain() -> None:
    mute = [
        f"{path}: {function.name}"
        for path, tree in modules("queries")
        for function in public_functions(tree)
        if not first_line(function)
    ]
    assert mute == []
