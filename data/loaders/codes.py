"""Numbers of the reference rows by code, and the other words people use for some of them."""

from dataclasses import dataclass

from sqlalchemy import Connection, Table, select

from data import tables
from data.loaders.values.links import host
from data.loaders.values.regions import Regions
from data.loaders.vocabulary import by_word, vocabulary
from data.loaders.words import plain

_TOLD = vocabulary("agencies")

SOURCE_BY_WORD, ORGANISATION_BY_WORD = by_word(_TOLD["source"]), by_word(_TOLD["organisation"])
PUBLISHERS = by_word(_TOLD["publisher"])
"""organisation.code by the host of a published clarification."""

URGENT = frozenset(_TOLD["urgent"])


@dataclass(frozen=True)
class Codes:
    """The reference rows of one database: ids by code for each dimension, and its regions."""

    service: dict[str, int]
    theme: dict[str, int]
    harm: dict[str, int]
    technique: dict[str, int]
    source: dict[str, int]
    organisation: dict[str, int]
    outcome: dict[str, int]
    channel: dict[str, int]
    campaign: dict[str, int]
    format: dict[str, int]
    listed_3t: frozenset[str]
    named: dict[str, dict[str, str]]
    regions: Regions

    @classmethod
    def read(cls, connection: Connection) -> "Codes":
        """Read them from the database that is loaded into."""
        dimensions = {
            "service": tables.service, "theme": tables.theme, "harm": tables.harm, "technique": tables.technique,
            "source": tables.detection_source, "organisation": tables.organisation, "outcome": tables.outcome,
            "channel": tables.channel, "campaign": tables.campaign, "format": tables.activity_format,
        }  # fmt: skip
        ids, named = {}, {}
        for name, table in dimensions.items():
            ids[name], named[name] = _ids_and_names(connection, table)
        code = tables.region.c.code
        listed = connection.execute(select(code).where(tables.region.c.is_3t).order_by(code)).scalars()
        return cls(**ids, named=named, regions=Regions(connection), listed_3t=frozenset(listed))

    def by_name(self, dimension: str, text: str) -> str | None:
        """Return the code of a dimension's row by its code or its label in either language."""
        return self.named[dimension].get(plain(text))


def _ids_and_names(connection: Connection, table: Table) -> tuple[dict[str, int], dict[str, str]]:
    columns = table.c
    rows = connection.execute(
        select(columns.id, columns.code, columns.label_id, columns.label_en).order_by(columns.id)
    ).all()
    names = {
        plain(name): row.code
        for row in reversed(rows)
        for name in (row.label_en, row.label_id, row.code)
        if row.id or name == row.code
    }
    return {row.code: row.id for row in rows}, names


def publisher_of(link: str) -> str | None:
    """Return the organisation.code that publishes under a link's host, 'media' for a newsroom's, None for others."""
    name = host(link)
    while name:
        if name in PUBLISHERS:
            return PUBLISHERS[name]
        name = name.partition(".")[2]
    return None
