"""Outlines of regions on a grid of points: put there, thinned together, turned the way browsers draw, written down.

Every point is moved to the grid by itself, so a point that two neighbours share stays shared however coarse the grid.
"""

import json
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ring = NDArray[np.int32]
"""A closed ring, shape (points, 2): longitude and latitude in ten-thousandths of a degree (about 11 m)."""

Polygon = list[Ring]
"""An outer ring and its holes."""

UNITS = 10_000
"""Units of a ring in a degree."""

GRIDS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
"""Grids tried from fine to coarse, in units: 11 m to 5.5 km."""

ROUNDS = 20
"""Times all turning points are taken off at once; longer ways there and back are walked point by point."""


def ring(points: list[tuple[float, float]]) -> Ring:
    """Return points in degrees as a closed ring on the finest grid."""
    closed = points if points[0] == points[-1] else [*points, points[0]]
    return np.rint(np.asarray(closed, dtype=np.float64) * UNITS).astype(np.int32)


def on_grid(polygons: list[Polygon], grid: int) -> list[Polygon]:
    """Return polygons with their points on a grid of so many units; rings that have no area left are gone."""
    moved = [[_moved(each, grid) for each in polygon] for polygon in polygons]
    return [[each for each in polygon if area(each)] for polygon in moved if area(polygon[0])]


def thinned(outlines: dict[str, list[Polygon]], most: int) -> tuple[dict[str, list[Polygon]], int] | None:
    """Return outlines by code on the finest grid on which they have at most so many points, and that grid in units.

    A region too small for the grid keeps its largest polygon as it is. None where no grid is coarse enough.
    """
    for grid in GRIDS:
        outlines = {code: on_grid(polygons, grid) or [largest(polygons)] for code, polygons in outlines.items()}
        if sum(map(points, outlines.values())) <= most:
            return outlines, grid
    return None


def _moved(one: Ring, grid: int) -> Ring:
    return without_spikes(without_repeats((np.rint(one / grid) * grid).astype(np.int32)))


def without_repeats(one: Ring) -> Ring:
    """Return a ring without points that are the same as the one before."""
    kept: Ring = one[np.append(True, (one[1:] != one[:-1]).any(axis=1))]
    return kept


def without_spikes(one: Ring) -> Ring:
    """Return a ring without ways there and back (A B A becomes A), which a line along the edge of a grid leaves behind.

    What is left does not depend on the direction: neighbours lose the same points of a line they share.
    """
    for _ in range(ROUNDS):
        turns = np.flatnonzero((one[2:] == one[:-2]).all(axis=1))
        if not len(turns):
            return one
        starts = np.maximum.accumulate(np.where(np.append(True, np.diff(turns) > 1), turns, 0))
        chosen = turns[(turns - starts) % 2 == 0]
        one = np.delete(one, np.concatenate([chosen + 1, chosen + 2]), axis=0)
    return _one_by_one(one)


def _one_by_one(one: Ring) -> Ring:
    """Return a ring without ways there and back however long they are."""
    kept: list[tuple[int, int]] = []
    for point in map(tuple, one.tolist()):
        if len(kept) > 1 and kept[-2] == point:
            kept.pop()
        else:
            kept.append(point)
    return np.array(kept, dtype=np.int32)


def area(one: Ring) -> float:
    """Return the area of a closed ring by the shoelace formula, square degrees; positive when clockwise (north up)."""
    x, y = one[:, 0].astype(np.int64), one[:, 1].astype(np.int64)
    return float(((x[1:] - x[:-1]) * (y[1:] + y[:-1])).sum()) / 2 / UNITS**2


def largest(polygons: list[Polygon]) -> Polygon:
    """Return the polygon with the largest outer ring."""
    return max(polygons, key=lambda polygon: abs(area(polygon[0])))


def points(polygons: list[Polygon]) -> int:
    """Return the number of points of all rings."""
    return sum(map(len, chain.from_iterable(polygons)))


def box(polygons: list[Polygon]) -> tuple[float, float, float, float]:
    """Return west, south, east and north of polygons, degrees."""
    outer = np.concatenate([polygon[0] for polygon in polygons])
    west, south = (outer.min(axis=0) / UNITS).tolist()
    east, north = (outer.max(axis=0) / UNITS).tolist()
    return west, south, east, north


def turned(polygon: Polygon) -> Polygon:
    """Return a polygon with its outer ring clockwise and its holes the other way round."""
    outer, *holes = polygon
    return [outer if area(outer) > 0 else outer[::-1], *(hole[::-1] if area(hole) > 0 else hole for hole in holes)]


def geometry(polygons: list[Polygon]) -> str:
    """Return polygons as the text of a GeoJSON MultiPolygon, degrees, outer rings clockwise."""
    told: list[Any] = [[(each / UNITS).tolist() for each in turned(polygon)] for polygon in polygons]
    return json.dumps({"type": "MultiPolygon", "coordinates": told}, separators=(",", ":"))
