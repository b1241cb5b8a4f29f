"""Outlines an office owns on their way into the database: a whole map or nothing, in one transaction."""

from dataclasses import dataclass
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, Engine, delete, select

from data.engine import retrying, snapshot, transaction
from data.loaders.codes import Codes
from data.loaders.files.sources import Source
from data.loaders.finishing import write_down
from data.loaders.formats import outlines
from data.loaders.formats.boundaries import Boundaries, Places, read
from data.loaders.options import Options
from data.loaders.summaries import Counts, Summary
from data.loaders.writing import Undone
from data.recording import feeds, upserts
from data.rollups import keeping
from data.tables import boundary, region

METRES_A_UNIT = 11.1
"""Length of a unit of `outlines.UNITS` on a meridian."""

DRAWN_ON = ("activity", "campaign_reach", "complaint", "content", "qos_measurement", "takedown_request")
"""Tables whose rows stand on maps: screens that show them draw the new outlines at once."""

COMPARED = ("kind", "geometry", "points", "grid_degrees", "source")


@dataclass
class BoundaryLoad:
    """One map. It takes the place of the earlier outlines of its kind: of kabupaten, in the provinces it draws."""

    engine: Engine
    source: Source
    codes: Codes
    sha256: str
    options: Options

    def run(self) -> Summary:
        """Check the map, write it, and count its regions."""
        started, options = perf_counter(), self.options
        with snapshot(self.engine) as connection:
            places = _places(connection)
        found = read(self.source, self.codes.regions, places)
        summary = Summary(self.source.name, "map", len(found.outlines), notes=_notes(found))
        summary.sha256, summary.is_dry_run = self.sha256, options.is_dry_run
        rows = self._rows(found)
        summary.rows = retrying(lambda: self._written(found, rows))
        summary.tables["boundary"] = summary.rows
        summary.seconds = perf_counter() - started
        if not options.is_dry_run:
            retrying(lambda: write_down(self.engine, summary, options))
        return summary

    def _rows(self, found: Boundaries) -> list[dict[str, Any]]:
        return [
            {
                "region_code": code,
                "kind": found.kind,
                "geometry": outlines.geometry(polygons),
                "points": outlines.points(polygons),
                "grid_degrees": found.grid / outlines.UNITS,
                "source": self.source.name,
                "loaded_at": int(self.options.now.timestamp()),
            }
            for code, polygons in found.outlines.items()
        ]

    def _written(self, found: Boundaries, rows: list[dict[str, Any]]) -> Counts:
        counts, options = Counts(), self.options
        try:
            with transaction(self.engine) as connection:
                keeping.take_gate(connection)
                counts, changed = _replace(connection, found, rows)
                if changed:
                    feeds.tell(connection, DRAWN_ON, feeds.require(connection, options.feed_code))
                now = int(options.now.timestamp())
                feeds.bump(connection, options.feed_code, now, None, changed=changed)
                if options.is_dry_run:
                    raise Undone  # noqa: TRY301 - the one way to make the block roll back
        except Undone:
            pass
        return counts


def _places(connection: Connection) -> Places:
    columns = region.c
    statement = select(columns.code, columns.longitude, columns.latitude).where(columns.latitude.is_not(None))
    return {row.code: (row.longitude, row.latitude) for row in connection.execute(statement.order_by(columns.code))}


def _replace(connection: Connection, found: Boundaries, rows: list[dict[str, Any]]) -> tuple[Counts, bool]:
    """Write the outlines that are new or differ, take away those the register no longer has; say whether any."""
    before = _stored(connection, found)
    changed = [row for row in rows if row["region_code"] in before and _differs(row, before[row["region_code"]])]
    new = [row for row in rows if row["region_code"] not in before]
    upserts.upsert(connection, boundary, [*new, *changed])
    gone = sorted(before.keys() - found.outlines.keys())
    if gone:
        connection.execute(delete(boundary).where(boundary.c.region_code.in_(gone)))
    return Counts(len(new), len(changed), len(rows) - len(new) - len(changed)), bool(new or changed or gone)


def _stored(connection: Connection, found: Boundaries) -> dict[str, Any]:
    """Return the stored outlines that the map stands for: all provinces, or the kabupaten of its provinces."""
    drawn = {code[:2] for code in found.outlines}
    statement = select(boundary).where(boundary.c.kind == found.kind).order_by(boundary.c.region_code)
    return {row.region_code: row for row in connection.execute(statement) if row.region_code[:2] in drawn}


def _differs(row: dict[str, Any], before: Any) -> bool:
    return any(row[name] != getattr(before, name) for name in COMPARED)


def _notes(found: Boundaries) -> list[str]:
    kind = "provinces" if found.kind == "province" else "kabupaten and kota"
    total = sum(map(outlines.points, found.outlines.values()))
    grid = f"{total} points on a grid of {found.grid / outlines.UNITS:g}° (about {found.grid * METRES_A_UNIT:.0f} m)"
    return [f"{len(found.outlines)} {kind}, {grid}", *found.notes]
