"""Several sums in one statement: to read, plan and answer a small one costs more than to sum it."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BindParameter, CompoundSelect, Connection, bindparam, literal, select, true, union_all
from sqlalchemy.sql.visitors import replacement_traverse

from queries.cubes import Sums
from queries.once import is_missing, keep
from queries.prepared import Asking
from queries.reading import whole_numbers


class Asked(Protocol):
    """A statement of whole numbers that is kept and asked again, and its values: sums, or a `Part`."""

    @property
    def statement(self) -> Asking:
        """The statement; what it takes from outside are required parameters."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Name of parameter -> value."""


@dataclass(frozen=True)
class Part:
    """A statement that is not one of sums."""

    statement: Asking
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Beside:
    """What another question will want of the same snapshot: its key (`queries.once`), and what is made of its rows."""

    key: Hashable
    part: Part
    made: Callable[[NDArray[np.int64]], object]


def in_one_row(connection: Connection, *sums: Sums) -> list[int]:
    """Return the sums, none of them kept apart by anything, one after the other."""
    statement = _together(tuple(one.statement for one in sums))
    numbers: list[int] = whole_numbers(connection, statement, _values(sums))[0].tolist()
    return numbers


def in_turn(connection: Connection, *sums: Asked) -> list[NDArray[np.int64]]:
    """Return the rows of each of the sums, none of whose columns is a province, in any order."""
    statements = tuple(one.statement for one in sums)
    if len(statements) == 1:
        return [whole_numbers(connection, sums[0].statement, sums[0].parameters)]
    found = whole_numbers(connection, _stacked(statements), _values(sums))
    widths = (len(statement.selected_columns) for statement in statements)
    return [found[found[:, 0] == n, 1 : 1 + width] for n, width in enumerate(widths)]


def with_beside(connection: Connection, parts: Sequence[Asked], beside: Sequence[Beside]) -> list[NDArray[np.int64]]:
    """Return the rows of the parts, in turn; what is beside them is read with them and kept, unless it is already."""
    wanted = [one for one in beside if is_missing(connection, one.key)]
    found = in_turn(connection, *parts, *(one.part for one in wanted))
    for one, numbers in zip(wanted, found[len(parts) :], strict=True):
        keep(connection, one.key, one.made(numbers))
    return found[: len(parts)]


_PREFIX = "of"


def _values(sums: Sequence[Asked]) -> dict[str, Any]:
    return {f"{_PREFIX}{n}_{name}": value for n, one in enumerate(sums) for name, value in one.parameters.items()}


@lru_cache(maxsize=500)
def _together(statements: tuple[Asking, ...]) -> Asking:
    parts = [_renamed(statement, number).subquery() for number, statement in enumerate(statements)]
    rows = reduce(lambda joined, part: joined.join(part, true()), parts[1:], cast("Any", parts[0]))
    names = (column.label(f"n{n}_{column.name}") for n, part in enumerate(parts) for column in part.c)
    return select(*names).select_from(rows)


@lru_cache(maxsize=500)
def _stacked(statements: tuple[Asking, ...]) -> CompoundSelect[Any]:
    """Return the number of the statement and its columns, with zeros after them where another one has more."""
    widest = max(len(statement.selected_columns) for statement in statements)
    parts = []
    for number, statement in enumerate(statements):
        columns = list(_renamed(statement.order_by(None), number).subquery().c)
        names = [literal(number).label("number"), *columns, *[literal(0)] * (widest - len(columns))]
        parts.append(select(*(column.label(f"n{place}") for place, column in enumerate(names))))
    return union_all(*parts).execution_options(any_order=True)


def _renamed(statement: Asking, number: int) -> Asking:
    """Return the statement with parameters of its own: the same name means something else in each."""

    def replaced(element: Any, **_: Any) -> Any:
        if not isinstance(element, BindParameter) or not element.required:
            return None
        return bindparam(f"{_PREFIX}{number}_{element.key}", type_=element.type, expanding=element.expanding)

    made: Any = replacement_traverse(statement, {}, replaced)
    return cast("Asking", made)
