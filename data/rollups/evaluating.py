"""Declared expressions worked out on arrays: for each row what the database would answer, NULL included.

The facts are then fetched once, as they are, for all that is counted of them; and a recount does not repeat the
statements by which the sums were kept, only their declaration. Whatever is not known here is asked of the database.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

import numpy as np
from sqlalchemy import BindParameter, Case, Cast, Column, ColumnElement, Integer, Label, TypeCoerce
from sqlalchemy.sql import functions, operators
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, Grouping, Null, UnaryExpression

from data.columns import UtcSeconds
from data.rollups.fetching import Codes, Columns, Known
from data.rollups.shelves import Numbers

Value = tuple[Any, Known]
"""An array or a single number or truth, and which rows of it are known."""


@dataclass(frozen=True)
class Step:
    """One operation on the values of earlier steps, or a column by its name, or a constant."""

    operation: str
    arguments: tuple[int, ...] = ()
    constant: Any = None


class Program:
    """Expressions as steps, each distinct one worked out once; `columns` are what must be fetched."""

    def __init__(self, expressions: Mapping[str, ColumnElement[Any]]) -> None:
        self._places: dict[Step, int] = {}
        self._fetched: dict[str, ColumnElement[Any]] = {}
        self._made = {name: self._step(expression) for name, expression in expressions.items()}
        self._names = _inverse(self._made)
        self.columns = Columns(self._fetched)
        self._last = self._last_uses()

    def run(self, columns: Mapping[str, Value], codes: Codes, size: int) -> dict[str, Numbers]:
        """Return the expressions of `size` rows as whole numbers; what is not known is 0."""
        values: dict[int, Value] = {}
        made: dict[str, Numbers] = {}
        for step, place in self._places.items():
            if step.operation == "column":
                values[place] = columns[step.constant]
            elif step.operation == "constant":
                values[place] = _constant(step.constant, codes)
            else:
                values[place] = OPERATIONS[step.operation](*(values[each] for each in step.arguments))
            for name in self._names[place]:
                made[name] = _whole(values[place], size)
            for used in self._last[place]:
                del values[used]
        return made

    def _last_uses(self) -> dict[int, list[int]]:
        last = {used: place for step, place in self._places.items() for used in step.arguments}
        return _inverse(last)

    def _put(self, operation: str, *arguments: int, constant: Any = None) -> int:
        return self._places.setdefault(Step(operation, arguments, constant), len(self._places))

    def _step(self, element: Any) -> int:
        if isinstance(element, TypeCoerce) or (isinstance(element, Cast) and _is_whole(element.clause)):
            return self._step(element.clause)
        if isinstance(element, Grouping | Label):
            return self._step(element.element)
        make = next((make for kind, make in self._kinds() if isinstance(element, kind)), None)
        made = make(element) if make else None
        return self._fetch(element) if made is None else made

    def _kinds(self) -> tuple[tuple[Any, Callable[[Any], int | None]], ...]:
        return (
            (BindParameter, self._bound),
            (Null, lambda _: self._put("constant")),
            (Case, self._case),
            (BooleanClauseList, self._clauses),
            (BinaryExpression, self._binary),
            (UnaryExpression, self._unary),
            (functions.FunctionElement, self._function),
        )

    def _fetch(self, element: Any) -> int:
        """Ask the database for a column, or for an expression that has no operation here."""
        name = element.name if isinstance(element, Column) else f"asked_{element}"
        self._fetched[name] = element
        return self._put("column", constant=name)

    def _bound(self, element: BindParameter[Any]) -> int | None:
        known = element.value is None or isinstance(element.value, int | str)
        return self._put("constant", constant=element.value) if known else None

    def _case(self, element: Any) -> int:
        parts = [part for when in element.whens for part in when]
        default = self._put("constant") if element.else_ is None else self._step(element.else_)
        return self._put("case", *(self._step(part) for part in parts), default)

    def _clauses(self, element: Any) -> int | None:
        name = _NAMES.get(element.operator)
        return self._put(name, *(self._step(clause) for clause in element.clauses)) if name else None

    def _binary(self, element: Any) -> int | None:
        name = _NAMES.get(element.operator)
        if element.operator in {operators.is_, operators.is_not} and isinstance(element.right, Null):
            return self._put(name or "", self._step(element.left))
        if element.operator is operators.in_op:
            given = element.right.value if isinstance(element.right, BindParameter) else None
            members = [self._put("constant", constant=each) for each in given or ()]
            return self._put("in", self._step(element.left), *members) if members else None
        if name is None or (name in _ORDERING and not _is_whole(element.left)) or name in {"is_null", "is_known"}:
            return None
        return self._put(name, self._step(element.left), self._step(element.right))

    def _unary(self, element: Any) -> int | None:
        name = _NAMES.get(element.operator)
        return self._put(name, self._step(element.element)) if name else None

    def _function(self, element: Any) -> int | None:
        if element.name != "coalesce":
            return None
        return self._put("coalesce", *(self._step(clause) for clause in element.clauses))


_NAMES: Mapping[Any, str] = {
    operators.and_: "and", operators.or_: "or", operators.inv: "not", operators.neg: "negative",
    operators.is_: "is_null", operators.is_not: "is_known",
    operators.add: "add", operators.sub: "subtract", operators.mul: "multiply",
    operators.floordiv: "divide", operators.mod: "rest",
    operators.eq: "equal", operators.ne: "not_equal", operators.lt: "less", operators.le: "less_equal",
    operators.gt: "greater", operators.ge: "greater_equal",
}  # fmt: skip


_ORDERING = {"less", "less_equal", "greater", "greater_equal"}
"""Of whole numbers alone: codes of texts have no order."""


def _is_whole(element: Any) -> bool:
    return isinstance(element.type, Integer | UtcSeconds)


def _inverse(places: Mapping[Any, int]) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for name, place in places.items():
        found[place].append(name)
    return found


def _constant(value: int | str | None, codes: Codes) -> Value:
    if value is None:
        return 0, np.zeros((), dtype=np.bool_)
    return codes[value] if isinstance(value, str) else value, None


def _whole(value: Value, size: int) -> Numbers:
    numbers, known = value
    whole = np.asarray(numbers if known is None else np.where(known, numbers, 0), dtype=np.int64)
    return np.broadcast_to(whole, size)


def _both(one: Known, other: Known) -> Known:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _plain(operation: Callable[[Any, Any], Any]) -> Callable[[Value, Value], Value]:
    return lambda one, other: (operation(one[0], other[0]), _both(one[1], other[1]))


def _divided(one: Any, other: Any) -> Any:
    """Divide as SQL does: towards zero."""
    found = np.floor_divide(one, other)
    if np.min(one, initial=0) >= 0 and np.min(other, initial=0) >= 0:
        return found
    return found + ((found < 0) & (found * other != one))


def _true(value: Value) -> Any:
    return value[0] if value[1] is None else value[0] & value[1]


def _false(value: Value) -> Any:
    return ~value[0] if value[1] is None else ~value[0] & value[1]


def _all(*values: Value) -> Value:
    true = reduce(and_, map(_true, values))
    if all(known is None for _, known in values):
        return true, None
    return true, true | reduce(or_, map(_false, values))


def _any(*values: Value) -> Value:
    true = reduce(or_, map(_true, values))
    if all(known is None for _, known in values):
        return true, None
    return true, true | reduce(and_, map(_false, values))


def _case(*parts: Value) -> Value:
    value, known = parts[-1]
    for place in range(len(parts) - 3, -1, -2):
        (chosen, chosen_known), holds = parts[place + 1], _true(parts[place])
        value = np.where(holds, chosen, value)
        if known is not None or chosen_known is not None:
            known = np.where(holds, True if chosen_known is None else chosen_known, True if known is None else known)
    return value, known


def _coalesce(*parts: Value) -> Value:
    value, known = parts[0]
    for other, other_known in parts[1:]:
        if known is None:
            break
        value = np.where(known, value, other)
        known = None if other_known is None else known | other_known
    return value, known


def _in(value: Value, *members: Value) -> Value:
    return reduce(or_, (np.equal(value[0], member) for member, _ in members)), value[1]


OPERATIONS: Mapping[str, Callable[..., Value]] = {
    "add": _plain(np.add), "subtract": _plain(np.subtract), "multiply": _plain(np.multiply),
    "divide": _plain(_divided), "rest": _plain(np.fmod),
    "equal": _plain(np.equal), "not_equal": _plain(np.not_equal), "less": _plain(np.less),
    "less_equal": _plain(np.less_equal), "greater": _plain(np.greater), "greater_equal": _plain(np.greater_equal),
    "and": _all, "or": _any, "not": lambda value: (~value[0], value[1]),
    "negative": lambda value: (-value[0], value[1]),
    "is_null": lambda value: (np.False_ if value[1] is None else ~value[1], None),
    "is_known": lambda value: (np.True_ if value[1] is None else value[1], None),
    "case": _case, "coalesce": _coalesce, "in": _in,
}  # fmt: skip
