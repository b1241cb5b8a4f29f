"""Expressions worked out on arrays say of every row what the database says of it, NULL included."""

from typing import Any

import pytest
from sqlalchemy import ColumnElement, Connection, Engine, and_, case, func, insert, not_, or_, select, type_coerce
from sqlalchemy.types import BigInteger

from data.engine import transaction
from data.rollups.clocks import CLOCKS, seconds
from data.rollups.declarations import ROLLUPS, on_clock
from data.rollups.evaluating import Program
from data.rollups.fetching import Codes, blocks, question_of
from data.rollups.shapes import Rollup
from data.tables import content, takedown_request

row = takedown_request.c
TIMES = (None, 0, 1_700_000_000, 1_700_000_900, 1_700_000_901, 1_700_086_400, 1_790_000_000)


def requests() -> list[dict[str, Any]]:
    """Rows with every mixture of known and unknown times that a careless writer could leave."""
    return [
        {
            "content_id": n + 1, "request_no": 1, "service_id": (0, 3, -1, 32_767)[n % 4], "theme_id": n % 3,
            "organisation_id": 1, "urgency": ("hoax", "urgent", "standard")[n % 3], "source_id": 1,
            "province_code": (None, "11", "", "*")[n % 4],
            "posted_at": TIMES[n % 7], "detected_at": TIMES[n // 7 % 7], "notified_at": TIMES[n // 3 % 7],
            "received_at": TIMES[n // 5 % 7], "actioned_at": TIMES[n // 2 % 7], "confirmed_down_at": TIMES[n // 11 % 7],
            "reappeared_at": TIMES[n // 13 % 7], "stopped_seconds": n % 2 * 700, "outcome_id": n % 7,
            "time_precision": "day" if n % 9 == 0 else "second", "feed_code": "platform", "is_simulated": n % 2 == 0,
        }
        for n in range(700)
    ]  # fmt: skip


@pytest.fixture
def connection(engine: Engine) -> Any:
    with transaction(engine) as made:
        made.execute(insert(takedown_request), requests())
        yield made


def worked_out(connection: Connection, expressions: dict[str, ColumnElement[Any]]) -> dict[str, list[int]]:
    program, codes = Program(expressions), Codes()
    asked = question_of(program.columns.statement(), connection.dialect)
    made: dict[str, list[int]] = {name: [] for name in expressions}
    for block in blocks(connection, asked, len(program.columns.texts), codes):
        values = program.run(program.columns.unpacked(block, codes), codes, len(block))
        for name, column in values.items():
            made[name] += column.tolist()
    return made


def answered(connection: Connection, expressions: dict[str, ColumnElement[Any]]) -> dict[str, list[int]]:
    found = connection.execute(select(*(each.label(name) for name, each in expressions.items()))).mappings().all()
    return {name: [int(each[name] or 0) for each in found] for name in expressions}


ODD: dict[str, ColumnElement[Any]] = {
    "towards_zero": (seconds(row.actioned_at) - 1_700_000_500) // 7,
    "rest": (seconds(row.actioned_at) - 1_700_000_500) % 7,
    "not_null": ~(seconds(row.actioned_at) > seconds(row.notified_at)),
    "unknown_or_true": or_(seconds(row.actioned_at) > 5, row.service_id == 3),
    "unknown_and_false": not_(and_(seconds(row.actioned_at) > 5, row.service_id == 3)),
    "without_else": case((row.outcome_id == 1, seconds(row.received_at))),
    "null_first": case((row.actioned_at.is_(None), None), (row.province_code == "11", 4), else_=-row.outcome_id),
    "texts": func.coalesce(row.province_code, row.time_precision) == "second",
    "among": or_(row.province_code.in_(["11", "*"]), row.outcome_id.in_([2, 3])),
    "truth": and_(row.is_simulated, row.theme_id != 1),
    "asked_of_the_database": func.abs(row.service_id) + func.length(row.time_precision),
    "order_of_texts": row.time_precision < "e",
    "not_among": row.outcome_id.not_in([1, 2]),
    "distinct": type_coerce(row.actioned_at, BigInteger).is_distinct_from(seconds(row.notified_at)),
}


def test_odd_expressions(connection: Connection) -> None:
    assert worked_out(connection, ODD) == answered(connection, ODD)


def declared(rollup: Rollup) -> dict[str, ColumnElement[Any]]:
    facts = rollup.facts.c
    made = {"at": rollup.at(facts), "counts": rollup.where(facts)}
    made |= {name: each(facts) for name, each in (*rollup.dimensions.items(), *rollup.measures.items())}
    return {name: each for name, each in made.items() if name != "province_code"}


@pytest.mark.parametrize("clock", CLOCKS)
def test_everything_declared_of_requests_on_every_clock(connection: Connection, clock: str) -> None:
    for rollup in (on_clock(rollup.table.name, clock) for rollup in ROLLUPS if rollup.facts is takedown_request):
        assert worked_out(connection, declared(rollup)) == answered(connection, declared(rollup))


def test_a_step_is_worked_out_once_and_nothing_of_what_is_declared_is_asked_of_the_database() -> None:
    for facts in (content, takedown_request):
        rollups = [rollup for rollup in ROLLUPS if rollup.facts is facts]
        made = {f"{r.table.name}.{name}": each for r in rollups for name, each in declared(r).items()}
        assert set(Program(made).columns.columns) <= set(facts.c.keys())
    assert len(Program({"one": row.outcome_id + 1, "same": row.outcome_id + 1})._places) == 3
