"""The tables and the statements keep the rules under which they run on a distributed PostgreSQL unchanged."""

import ast
from collections.abc import Iterator

import pytest
from sqlalchemy import BigInteger, Column, Table, UniqueConstraint, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from data.tables import complaint, content, metadata, operator, service, setting
from tests.house.tree import modules
from tests.statements import is_ordered, refused_in

TABLES = list(metadata.tables.values())
FACTS = [table for table in TABLES if table.info["room"] == "fact"]
COLUMNS = [column for table in TABLES for column in table.columns]
REFUSED_CALLS = {"with_for_update", "lateral", "Identity", "Sequence", "tablesample"}


def keys_of(table: Table) -> Iterator[tuple[str, list[str]]]:
    yield "primary key", [column.name for column in table.primary_key]
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield str(constraint.name), [column.name for column in constraint.columns]
    for index in table.indexes:
        if index.unique:
            yield str(index.name), [column.name for column in index.columns]


def test_there_are_tables_of_every_room() -> None:
    assert {table.info["room"] for table in TABLES} == {"dimension", "fact", "rollup", "ledger"}


@pytest.mark.parametrize("table", FACTS, ids=str)
def test_every_key_of_a_fact_contains_the_column_it_is_spread_by(table: Table) -> None:
    spread_by = table.info["distributed_by"]
    assert [name for name, columns in keys_of(table) if spread_by not in columns] == []
    assert not table.c[spread_by].nullable


def test_only_facts_are_spread() -> None:
    assert [table.name for table in TABLES if table not in FACTS and "distributed_by" in table.info] == []


def test_a_reference_leads_to_a_dimension_or_along_the_column_a_table_is_spread_by() -> None:
    crossing = [
        str(constraint)
        for table in TABLES
        for constraint in table.foreign_key_constraints
        if constraint.referred_table.info["room"] != "dimension"
        and table.info.get("distributed_by") not in constraint.column_keys
    ]
    assert crossing == []


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_no_database_makes_up_a_key(table: Table) -> None:
    assert table._autoincrement_column is None
    assert [column.name for column in table.columns if column.identity or column.computed or column.default] == []
    assert refused_in(str(CreateTable(table).compile(dialect=postgresql.dialect()))) == []  # type: ignore[no-untyped-call]


def test_hashes_of_natural_keys_have_room_for_63_bits() -> None:
    hashes = [column for column in COLUMNS if (column.comment or "").startswith("stable_id")]
    assert len(hashes) > 8
    assert [str(column) for column in hashes if not isinstance(column.type, BigInteger)] == []


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_everything_is_explained(table: Table) -> None:
    assert table.comment
    assert [column.name for column in table.columns if not column.comment] == []


def test_names_fit_every_engine() -> None:
    names = [part.name for table in TABLES for part in (table, *table.columns, *table.indexes, *table.constraints)]
    assert [name for name in names if len(str(name)) > 63 or str(name) != str(name).lower()] == []


def statements_in_source() -> Iterator[tuple[str, ast.Call]]:
    for path, tree in modules("queries", "data"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield f"{path}:{node.lineno}", node


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def is_refused(node: ast.Call) -> bool:
    name = called(node)
    owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    if owner == "func":
        return name in {"rollup", "cube", "grouping_sets"}
    if name == "distinct":
        return bool(node.args) and owner != ""
    if name == "cte":
        return any(word.arg == "recursive" for word in node.keywords)
    return name in REFUSED_CALLS


BESIDE_TRIGGERS = "data/rollups/folding.py"
"""Where rows are skipped that others have locked: only where triggers keep the sums, of which a distributed engine has
none (tests.data.test_folding)."""


def test_the_source_calls_no_refused_construct() -> None:
    found = [(place, ast.unparse(node)) for place, node in statements_in_source() if is_refused(node)]
    assert [place.split(":")[0] for place, _ in found] == [BESIDE_TRIGGERS], found


def test_no_text_in_the_source_is_a_refused_statement() -> None:
    found = [
        (place, refused_in(part.value))
        for place, node in statements_in_source()
        if called(node) in {"text", "exec_driver_sql"}
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and refused_in(part.value)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("statement", "refused"),
    [
        ("SELECT count(*) FROM content GROUP BY ROLLUP (service_id)", ["ROLLUP ("]),
        ("SELECT * FROM rollup_content", []),
        ("SELECT 1 FROM content FOR UPDATE", ["FOR UPDATE"]),
        ("WITH RECURSIVE n AS (SELECT 1) SELECT * FROM n", ["WITH RECURSIVE"]),
        ("SELECT DISTINCT ON (service_id) * FROM content", ["DISTINCT ON"]),
        ("INSERT INTO feed VALUES (1) ON CONFLICT (code) DO UPDATE SET written_at = now()", ["now"]),
        ("INSERT INTO feed VALUES (1) ON CONFLICT (code) DO UPDATE SET seq = excluded.seq", []),
    ],
)
def test_refused_statements_are_seen(statement: str, refused: list[str]) -> None:
    assert refused_in(statement) == refused


def test_unordered_questions_are_seen() -> None:
    code: Column[str] = service.c.code
    assert not is_ordered(select(code))
    assert not is_ordered(select(code, func.count()).group_by(code))
    assert not is_ordered(select(code).union_all(select(operator.c.code)))
    assert not is_ordered(select(complaint.c.status).where(complaint.c.status == "valid"))
    assert is_ordered(select(code).order_by(code))
    assert is_ordered(select(func.count(), func.max(content.c.views)))
    assert is_ordered(select(setting.c.value).where(setting.c.name == "rollups"))
