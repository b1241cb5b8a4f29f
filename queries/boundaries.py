"""Outlines of regions to draw: those an office loaded, else those that come with the program."""

import json
from functools import cache

import pandas as pd
from sqlalchemy import Connection, func, literal, select

from data.columns import UtcSeconds
from data.reference.files import map_of_provinces
from data.rollups.clocks import seconds
from data.tables import boundary, region
from queries.reading import Columns, from_rows, read

OUTLINES: Columns = {
    "region_code": "text", "province_code": "text", "name": "text", "geometry": "text", "points": "count",
    "grid_degrees": "real", "source": "text", "loaded_at": "time", "is_own": "flag",
}  # fmt: skip
SETS: Columns = {
    "kind": "text", "source": "text", "n_regions": "count", "n_provinces": "count", "points": "count",
    "loaded_at": "time",
}  # fmt: skip

SHIPPED = "Natural Earth, GeoNames"
"""Source of the outlines that come with the program: they may be passed on; inner borders of Papua are approximate."""

SHIPPED_GRID = 0.001

PROVINCE, KABUPATEN = "province", "kabupaten"


def provinces(connection: Connection) -> pd.DataFrame:
    """One row per province, by code: its outline as the text of a GeoJSON MultiPolygon.

    The office's own when it loaded a map of provinces (`is_own`), else the one that comes with the program. Outer
    rings run clockwise; longitude before latitude, degrees.
    """
    own = _outlines(connection, PROVINCE, None)
    return own if len(own) else from_rows(list(_shipped()), OUTLINES)


def kabupaten(connection: Connection, province: str) -> pd.DataFrame:
    """One row per kabupaten or kota of a province, by code, as in `provinces`; none where no office loaded them."""
    return _outlines(connection, KABUPATEN, province)


def sets(connection: Connection) -> pd.DataFrame:
    """One row per kind and file of outlines an office loaded, kinds in order, the newest first."""
    row = boundary.c
    newest = func.max(seconds(row.loaded_at))
    statement = (
        select(
            row.kind, row.source, func.count().label("n_regions"),
            func.count(func.substr(row.region_code, 1, 2).distinct()).label("n_provinces"),
            func.sum(row.points).label("points"), newest.label("loaded_at"),
        )
        .group_by(row.kind, row.source)
        .order_by(row.kind, newest.desc(), row.source)
    )  # fmt: skip
    return read(connection, statement, SETS)


def _outlines(connection: Connection, kind: str, province: str | None) -> pd.DataFrame:
    row, place = boundary.c, region.c
    shown = [seconds(c).label(c.name) if isinstance(c.type, UtcSeconds) else c for c in row]
    owner = func.coalesce(place.parent_code, place.code)
    statement = (
        select(*shown, owner.label("province_code"), place.name, literal(value=True).label("is_own"))
        .join_from(boundary, region, place.code == row.region_code)
        .where(row.kind == kind)
        .order_by(row.region_code)
    )
    return read(connection, statement if province is None else statement.where(owner == province), OUTLINES)


@cache
def _shipped() -> tuple[dict[str, object], ...]:
    found = []
    for feature in map_of_provinces()["features"]:
        told = feature["geometry"]
        polygons = told["coordinates"] if told["type"] == "MultiPolygon" else [told["coordinates"]]
        outline = {"type": "MultiPolygon", "coordinates": polygons}
        found.append({
            "region_code": feature["id"], "province_code": feature["id"], "name": feature["properties"]["name"],
            "geometry": json.dumps(outline, separators=(",", ":")), "points": sum(len(r) for p in polygons for r in p),
            "grid_degrees": SHIPPED_GRID, "source": SHIPPED, "loaded_at": None, "is_own": False,
        })  # fmt: skip
    return tuple(sorted(found, key=lambda row: str(row["region_code"])))
