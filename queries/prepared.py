"""Statements as the driver takes them: the text is worked out once, each asking only puts the values in their places.

A page asks sixty statements that are always the same objects. To compile, to expand lists and to make typed rows anew
each time costs more than most of them take in the database. Values that never change stand in the text: the fewer are
bound, the less both sides do. PostgreSQL is given a list as one array: values one by one make its text long.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Connection,
    CursorResult,
    Dialect,
    Integer,
    Select,
    any_,
    bindparam,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression
from sqlalchemy.sql.visitors import replacement_traverse

from data.many_values import Numbers
from data.postgresql_engines import BINARY

Asking = Select[*tuple[Any, ...]] | CompoundSelect[Any]

MOST_TEXTS = 200
"""Texts kept of one statement: one for each number of values in its lists."""


@dataclass(frozen=True)
class Text:
    """The text for lists of certain lengths, and which value stands where: in order, or by name where `names` are.

    `places`: the name of a parameter and its place in the list, None where it is none.
    """

    statement: str
    places: Sequence[tuple[str, int | None]]
    names: Sequence[str]

    def values(self, known: Mapping[str, Any]) -> tuple[Any, ...] | dict[str, Any]:
        """Return the values as the driver takes them."""
        ordered = [known[name] if at is None else known[name][at] for name, at in self.places]
        return dict(zip(self.names, ordered, strict=True)) if self.names else tuple(ordered)


class Prepared:
    """One statement for one kind of database; its values and its columns are such as the driver takes and gives them.

    Raises `TypeError` for a statement with a column that has to be made into something else.
    """

    def __init__(self, statement: Asking, dialect: Dialect) -> None:
        for column in statement.selected_columns:
            if column.type.dialect_impl(dialect).result_processor(dialect, None) is not None:
                raise TypeError(f"{column} is not what the driver gives; ask for seconds, or with `read`")
        written = _written(statement, with_arrays=dialect.name == "postgresql")
        self._compiled: Any = written.compile(dialect=dialect)
        bound: Mapping[BindParameter[Any], str] = self._compiled.bind_names
        kinds = {name: value for value, name in bound.items()}
        self._names = tuple(kinds)
        self._lists = tuple(name for name, value in kinds.items() if value.expanding)
        self._arrays = tuple(name for name, value in kinds.items() if _is_whole(value.type))
        self._own = {name: value.value for value, name in bound.items() if not value.required}
        self._texts: dict[tuple[int, ...], Text] = {}

    def asked(self, parameters: Mapping[str, Any]) -> tuple[str, tuple[Any, ...] | dict[str, Any]]:
        """Return the text and the values for the driver; raise `KeyError` for a parameter without a value."""
        known = {**self._own, **parameters}
        for name in self._arrays:
            if not isinstance(known[name], Numbers):
                known[name] = "{" + ",".join(map(str, known[name])) + "}"
        lengths = tuple([len(known[name]) for name in self._lists])
        text = self._texts.get(lengths)
        if text is None:
            if len(self._texts) >= MOST_TEXTS:
                self._texts.clear()
            text = self._texts[lengths] = self._text(known)
        return text.statement, text.values(known)

    def _text(self, known: Mapping[str, Any]) -> Text:
        expanded = self._compiled.construct_expanded_state({name: known[name] for name in self._names})
        inside: dict[str, tuple[str, int | None]] = {
            key: (name, at) for name, keys in expanded.parameter_expansion.items() for at, key in enumerate(keys)
        }
        order: Sequence[str] | None = expanded.positiontup
        names = list(expanded.parameters) if order is None else order
        places = [inside.get(name, (name, None)) for name in names]
        return Text(expanded.statement, places, names if order is None else ())


def _written(statement: Asking, *, with_arrays: bool) -> Asking:
    """Return the statement with its own values in its text, and `column = ANY (array)` in place of each list."""

    def replaced(element: Any, **_: Any) -> Any:
        if isinstance(element, BindParameter):
            return None if element.required or element.expanding else element.render_literal_execute()
        is_list = with_arrays and isinstance(element, BinaryExpression) and element.operator is operators.in_op
        listed = element.right if is_list else None
        if not isinstance(listed, BindParameter) or not (listed.expanding and listed.required):
            return None
        return element.left == any_(bindparam(listed.key, type_=ARRAY(listed.type)))

    made: Any = replacement_traverse(statement, {}, replaced)
    return cast("Asking", made)


def _is_whole(kind: Any) -> bool:
    """Return whether values are arrays of whole numbers: as text one is made and read in half the time of a list."""
    return isinstance(kind, ARRAY) and isinstance(kind.item_type, Integer)


_OPTIONS = {BINARY: True}

_PREPARED: WeakKeyDictionary[Asking, dict[str, Prepared]] = WeakKeyDictionary()


def execute(connection: Connection, statement: Asking, parameters: Mapping[str, Any]) -> CursorResult[Any]:
    """Ask a statement that is kept and asked again; its rows hold what the driver gives."""
    kinds = _PREPARED.get(statement)
    if kinds is None:
        kinds = _PREPARED[statement] = {}
    dialect = connection.dialect
    prepared = kinds.get(dialect.name)
    if prepared is None:
        prepared = kinds[dialect.name] = Prepared(statement, dialect)
    return connection.exec_driver_sql(*prepared.asked(parameters), execution_options=_OPTIONS)
