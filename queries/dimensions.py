"""The names behind the codes: for filter options, captions and the ids that roll-ups are keyed by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, literal, select, union_all

from data import tables
from queries.filters import Names
from queries.reading import Columns, read

OPTIONS: Columns = {"dimension": "text", "code": "text", "label_id": "text", "label_en": "text", "position": "count"}
SERVICES: Columns = {
    "service": "text", "label_id": "text", "label_en": "text", "operator": "text", "operator_id": "text", "operator_en": "text",
    "is_signatory": "flag", "is_closed_messaging": "flag", "position": "count",
}  # fmt: skip

CODED: Mapping[str, Any] = {
    "service": tables.service, "theme": tables.theme, "technique": tables.technique, "source": tables.detection_source,
    "harm": tables.harm, "outcome": tables.outcome, "period": tables.period, "election": tables.election,
    "organisation": tables.organisation, "campaign": tables.campaign, "channel": tables.channel,
}  # fmt: skip
"""Dimension name in frames and captions -> its table; `province` comes from `region`."""


def _rows(name: str, table: Any) -> Select[Any]:
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
    """Code -> id of each numbered dimension, ids in screen order."""

    of: Mapping[str, Mapping[str, int]]

    def all(self, dimension: str) -> list[int]:
        """Return every id of a dimension, in screen order."""
        return list(self.of.get(dimension, {}).values())

    def chosen(self, dimension: str, codes: tuple[str, ...]) -> list[int]:
        """Return the ids of the codes; a code that does not exist gives -9, which matches no row."""
        known = self.of.get(dimension, {})
        return [known.get(code, -9) for code in codes]

    def codes(self, dimension: str) -> dict[int, str]:
        """Return id -> code of a dimension."""
        return {number: code for code, number in self.of.get(dimension, {}).items()}


def ids(connection: Connection) -> Ids:
    """Return the ids behind the codes of services, themes, techniques and detection sources."""
    coded = [_rows(name, CODED[name]) for name in ("service", "theme", "technique", "source")]
    rows = union_all(*coded).subquery()
    found: dict[str, dict[str, int]] = {}
    for row in connection.execute(select(rows).order_by(rows.c.dimension, rows.c.position, rows.c.id)):
        found.setdefault(row.dimension, {})[row.code] = row.id
    return Ids(found)


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
