"""The names behind the codes: for filter options, captions and the ids that roll-ups are keyed by."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from weakref import WeakKeyDictionary

import pandas as pd
from sqlalchemy import Connection, Integer, Transaction, false, literal, select, type_coerce, union_all

from data import tables
from queries.filters import UNLOCATED, Names
from queries.reading import Columns, Statement, read, rows
from queries.unlisted import unlisted

OPTIONS: Columns = {"dimension": "text", "code": "text", "label_id": "text", "label_en": "text", "position": "count"}
SERVICES: Columns = {
    "service": "text", "label_id": "text", "label_en": "text",
    "operator": "text", "operator_id": "text", "operator_en": "text",
    "is_signatory": "flag", "is_closed_messaging": "flag", "position": "count",
}  # fmt: skip

CODED: Mapping[str, Any] = {
    "service": tables.service, "theme": tables.theme, "technique": tables.technique, "source": tables.detection_source,
    "harm": tables.harm, "outcome": tables.outcome, "period": tables.period, "election": tables.election,
    "organisation": tables.organisation, "campaign": tables.campaign, "channel": tables.channel,
}  # fmt: skip
"""Dimension name in frames and captions -> its table; `province` comes from `region`."""


def _rows(name: str, table: Any) -> Statement:
    position = table.c.position if "position" in table.c else table.c.id
    return select(literal(name).label("dimension"), table.c.id.label("id"), table.c.code, table.c.label_id,
                  table.c.label_en, position.label("position"))  # fmt: skip


def _everything() -> Any:
    region = tables.region.c
    provinces = select(
        literal("province").label("dimension"),
        literal(-1).label("id"),
        region.code,
        region.name.label("label_id"),
        region.name.label("label_en"),
        literal(0).label("position"),
    )
    coded = [_rows(name, table) for name, table in CODED.items()]
    rows = union_all(*coded, provinces.where(region.kind == "province")).subquery()
    return select(rows).order_by(rows.c.dimension, rows.c.position, rows.c.code)


def options(connection: Connection) -> pd.DataFrame:
    """One row per dimension and code, in screen order."""
    return read(connection, _everything(), OPTIONS)


def names(connection: Connection) -> Names:
    """Return dimension -> code -> (label in Indonesian, label in English), codes in screen order."""
    labels: dict[str, dict[str, tuple[str, str]]] = {}
    for row in connection.execute(_everything()):
        labels.setdefault(row.dimension, {})[row.code] = (row.label_id, row.label_en)
    return labels


@dataclass(frozen=True)
class Ids:
    """Code -> id of each numbered dimension, in screen order; which services signed, which are closed messaging.

    `unlisted`: given a fact table's name, the ids its sums carry and no reference table lists, by dimension.
    """

    of: Mapping[str, Mapping[str, int]]
    signatories: frozenset[str]
    closed_messaging: frozenset[str]
    unlisted: Callable[[str], Mapping[str, Sequence[int]]]

    def all(self, dimension: str, facts: str) -> list[int]:
        """Return every id of a dimension, in screen order; those that the facts carry and nobody has listed are last.

        The sums of these facts, and of no others, are looked at: where they are missing nothing else fails.
        """
        return [*self.of.get(dimension, {}).values(), *self.unlisted(facts).get(dimension, ())]

    def chosen(self, dimension: str, codes: tuple[str, ...]) -> list[int]:
        """Return the ids of the codes; a code that does not exist gives -9, which matches no row."""
        known = self.of.get(dimension, {})
        return [known.get(code, -9) for code in codes]

    def code(self, dimension: str | None, key: Any) -> str:
        """Return the code of an id, '#7' for one that does not exist; a province is its own code, none is `tanpa`."""
        if dimension in (None, "province"):
            return key or ("" if dimension is None else UNLOCATED)
        return self._codes[dimension].get(key, f"#{key}")

    def place(self, dimension: str | None, key: Any) -> tuple[int, str]:
        """Return the sort key of an id (or a province's code) in screen order."""
        codes = list(self._codes.get(dimension or "", ()))
        return (codes.index(key) if key in codes else len(codes), str(key))

    @cached_property
    def _codes(self) -> dict[str, dict[int, str]]:
        return {name: {number: code for code, number in codes.items()} for name, codes in self.of.items()}

    def about(self, service: str) -> dict[str, object]:
        """Return what frames by service say of it: its code and flags; '' is the total."""
        return {
            "service": service,
            "is_total": service == "",
            "is_signatory": service in self.signatories,
            "is_closed_messaging": service in self.closed_messaging,
        }


_READ: WeakKeyDictionary[Transaction, Ids] = WeakKeyDictionary()
"""What was read in a transaction that is still open: within one snapshot the dimensions cannot change."""


def ids(connection: Connection) -> Ids:
    """Return the ids behind the codes of services, themes, techniques and sources; read once a transaction."""
    transaction = connection.get_transaction()
    if transaction is None or transaction not in _READ:
        found = _read_ids(connection)
        transaction = connection.get_transaction()
        if transaction is None:
            return found
        _READ[transaction] = found
    return _READ[transaction]


def _read_ids(connection: Connection) -> Ids:
    of: dict[str, dict[str, int]] = {}
    signed, closed = set(), set()
    for dimension, number, code, is_signatory, is_closed, _ in rows(connection, _numbered(), {}):
        of.setdefault(dimension, {})[code] = number
        signed.update([code] if is_signatory else [])
        closed.update([code] if is_closed else [])

    @cache
    def beside(facts: str) -> Mapping[str, Sequence[int]]:
        return unlisted(connection, facts, of)

    return Ids(of, frozenset(signed), frozenset(closed), beside)


@cache
def _numbered() -> Statement:
    """Return dimension, id, code, the flags of services (as the driver gives them) and the place, in screen order."""
    plain = [(name, CODED[name].c, false(), false()) for name in ("theme", "technique", "source", "outcome")]
    service = tables.service.c
    parts = [
        select(literal(name).label("dimension"), c.id, c.code, type_coerce(signed, Integer).label("signed"),
               type_coerce(closed, Integer).label("closed"), (c.position if name == "service" else c.id).label("place"))
        for name, c, signed, closed in [*plain, ("service", service, service.is_signatory, service.is_closed_messaging)]
    ]  # fmt: skip
    every = union_all(*parts).subquery()
    return select(every).order_by(every.c.dimension, every.c.place, every.c.id)


def services(connection: Connection) -> pd.DataFrame:
    """One row per service in screen order, with its operator's code and names."""
    service, operator = tables.service.c, tables.operator.c
    statement = (
        select(
            service.code.label("service"), service.label_id, service.label_en, operator.code.label("operator"),
            operator.label_id.label("operator_id"), operator.label_en.label("operator_en"),
            service.is_signatory, service.is_closed_messaging, service.position,
        )
        .join_from(tables.service, tables.operator, service.operator_id == operator.id)
        .order_by(service.position, service.id)
    )  # fmt: skip
    return read(connection, statement, SERVICES)
