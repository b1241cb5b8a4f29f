"""The description of the tables says everything that the tables say about themselves."""

import pytest
from sqlalchemy import Table

from data.schema_document import markdown
from data.tables import metadata

TEXT = markdown()


@pytest.mark.parametrize("table", metadata.tables.values(), ids=str)
def test_every_table_and_column_is_described(table: Table) -> None:
    section = TEXT.split(f"\n### {table.name}\n")[1].split("\n#")[0]
    assert f"{table.comment}." in section
    for column in table.columns:
        row = next(line for line in section.splitlines() if line.startswith(f"| `{column.name}` |"))
        assert row.count("|") - row.count("\\|") == 6
        assert (column.comment or "").replace("|", "\\|") in row


def test_each_fact_names_the_column_it_is_spread_by() -> None:
    facts = [table for table in metadata.tables.values() if table.info["room"] == "fact"]
    assert TEXT.count("yes, spread by") == len(facts)


def test_it_is_the_same_every_time() -> None:
    assert markdown() == TEXT
