"""Several sums of one row each in one statement: to read, plan and answer a small one costs more than to sum it."""

from functools import lru_cache, reduce
from typing import Any, cast

from sqlalchemy import BindParameter, Connection, bindparam, select, true
from sqlalchemy.sql.visitors import replacement_traverse

from queries.cubes import Sums
from queries.reading import Statement, whole_numbers


def in_one_row(connection: Connection, *sums: Sums) -> list[int]:
    """Return the sums, none of them kept apart by anything, one after the other."""
    values = {f"{_PREFIX}{n}_{name}": value for n, one in enumerate(sums) for name, value in one.parameters.items()}
    numbers: list[int] = whole_numbers(connection, _together(tuple(one.statement for one in sums)), values)[0].tolist()
    return numbers


_PREFIX = "of"


@lru_cache(maxsize=500)
def _together(statements: tuple[Statement, ...]) -> Statement:
    parts = [_renamed(statement, number).subquery() for number, statement in enumerate(statements)]
    rows = reduce(lambda joined, part: joined.join(part, true()), parts[1:], cast("Any", parts[0]))
    names = (column.label(f"n{n}_{column.name}") for n, part in enumerate(parts) for column in part.c)
    return select(*names).select_from(rows)


def _renamed(statement: Statement, number: int) -> Statement:
    """Return the statement with parameters of its own: the same name means something else in each."""

    def replaced(element: Any, **_: Any) -> Any:
        if not isinstance(element, BindParameter) or not element.required:
            return None
        return bindparam(f"{_PREFIX}{number}_{element.key}", type_=element.type, expanding=element.expanding)

    made: Any = replacement_traverse(statement, {}, replaced)
    return cast("Statement", made)
