"""Boundaries an office owns: GeoJSON of provinces or of kabupaten and kota, checked before anybody draws them.

Either ring order is read; outer rings come out clockwise, as the drawing libraries of browsers want them. A map with a
region missing, twice, unknown, or coded by BPS instead of Kemendagri is refused with a sentence that names it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from data.loaders.files.documents import entries
from data.loaders.files.sources import Source
from data.loaders.problems import LoadProblem
from data.loaders.values.regions import Regions
from data.loaders.vocabulary import vocabulary
from data.loaders.words import plain

Ring = list[list[float]]
Polygon = list[Ring]

_TOLD = vocabulary("boundaries")
CODE_NAMES: list[str] = _TOLD["code"]
NAME_NAMES: list[str] = _TOLD["name"]
BOX = (90.0, -15.0, 145.0, 10.0)
"""West, south, east and north of everything Indonesian, degrees with room to spare."""

SHOWN = 6


@dataclass(frozen=True)
class Boundaries:
    """Outlines by Kemendagri code: polygons, each an outer ring and its holes, longitude before latitude."""

    kind: str
    outlines: dict[str, list[Polygon]]


@dataclass(frozen=True)
class _Outline:
    """One feature as read: its code and name as told, its polygons."""

    code: str
    name: str
    polygons: list[Polygon]


def is_boundaries(source: Source) -> bool:
    """Return whether a JSON document looks like GeoJSON."""
    first = next(iter(entries(source)), None)
    return isinstance(first, dict) and first.get("type") in {"Feature", "FeatureCollection", "Polygon", "MultiPolygon"}


def read(source: Source, regions: Regions) -> Boundaries:
    """Return the boundaries in a file; raise `LoadProblem` when a region is missing, twice, unknown or BPS-coded."""
    outlines = [_outline(source.name, feature) for feature in entries(source)]
    _refuse_bps(source.name, outlines, regions)
    coded = [(_code(source.name, each, regions), each) for each in outlines]
    _refuse_twice(source.name, [code for code, _ in coded])
    kind = "kabupaten" if any("." in code for code, _ in coded) else "province"
    _refuse_missing(source.name, kind, {code for code, _ in coded}, regions.parents)
    return Boundaries(kind, {code: [_turned(polygon) for polygon in each.polygons] for code, each in coded})


def _outline(name: str, feature: Any) -> _Outline:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise LoadProblem(f"{name} is no GeoJSON of regions: it must be a FeatureCollection with a Feature a region.")
    properties = feature.get("properties")
    told = {plain(str(key)): value for key, value in properties.items()} if isinstance(properties, dict) else {}
    code = next((str(told[key]).strip() for key in CODE_NAMES if told.get(key) not in (None, "")), "")
    code = code or str(feature.get("id") or "").strip()
    called = next((str(told[key]).strip() for key in NAME_NAMES if told.get(key)), "")
    geometry = feature.get("geometry")
    return _Outline(code, called, list(_polygons(name, called or code, geometry if isinstance(geometry, dict) else {})))


def _polygons(name: str, where: str, geometry: dict[str, Any]) -> Iterator[Polygon]:
    told = geometry.get("coordinates")
    polygons = [told] if geometry.get("type") == "Polygon" else told
    if geometry.get("type") not in {"Polygon", "MultiPolygon"} or not isinstance(polygons, list) or not polygons:
        raise LoadProblem(f"{name}: {where or 'a region'} has no area. Each region needs a Polygon or MultiPolygon.")
    for polygon in polygons:
        if not isinstance(polygon, list) or not polygon:
            raise LoadProblem(f"{name}: an area of {where} has no ring.")
        yield [_ring(name, where, ring) for ring in polygon]


def _ring(name: str, where: str, told: Any) -> Ring:
    try:
        ring = [[float(point[0]), float(point[1])] for point in told]
    except (TypeError, ValueError, IndexError, KeyError):
        raise LoadProblem(f"{name}: a ring of {where} is no list of points.") from None
    if len(ring) < 3:
        raise LoadProblem(f"{name}: a ring of {where} has fewer than three points.")
    west, south, east, north = BOX
    if not all(west <= x <= east and south <= y <= north for x, y in ring):
        swapped = all(west <= y <= east and south <= x <= north for x, y in ring)
        said = "has latitude before longitude" if swapped else "lies outside Indonesia, or is not in degrees (WGS 84)"
        raise LoadProblem(f"{name}: {where} {said}.")
    return ring if ring[0] == ring[-1] else [*ring, ring[0]]


def _refuse_bps(name: str, outlines: list[_Outline], regions: Regions) -> None:
    """Refuse a map of which some codes and names agree under BPS alone."""
    schemes = [(each, regions.schemes_of(each.code, each.name)) for each in outlines if each.code and each.name]
    bps = [each for each, found in schemes if found == {"bps"}]
    if bps:
        shown = ", ".join(f"{each.code} {each.name}" for each in bps[:SHOWN])
        raise LoadProblem(f"{name} is coded by BPS ({shown}). Write the codes of Kemendagri into it.")


def _code(name: str, outline: _Outline, regions: Regions) -> str:
    place = regions.place(outline.code, "", "kemendagri") if outline.code else regions.anywhere(outline.name)
    code = place.regency_code or place.province_code
    if code is None:
        told = outline.code or outline.name or "a region without code and name"
        raise LoadProblem(f"{name}: '{told}' is no region of Kemendagri.")
    return code


def _refuse_twice(name: str, codes: list[str]) -> None:
    twice = sorted(code for code, count in Counter(codes).items() if count > 1)
    if twice:
        raise LoadProblem(f"{name} has regions more than once: {', '.join(twice[:SHOWN])}.")


def _refuse_missing(name: str, kind: str, codes: set[str], parents: dict[str, str | None]) -> None:
    """Refuse a map that leaves out a province, or a kabupaten or kota of a province that it has."""
    drawn = {code[:2] for code in codes}
    wanted = {code for code, parent in parents.items() if (parent in drawn if kind == "kabupaten" else not parent)}
    missing = sorted(wanted - codes)
    if missing:
        shown = f"{', '.join(missing[:SHOWN])}{' …' if len(missing) > SHOWN else ''}"
        raise LoadProblem(f"{name} lacks {len(missing)} regions: {shown}.")


def _turned(polygon: Polygon) -> Polygon:
    """Return a polygon with its outer ring clockwise and its holes the other way round."""
    outer, *holes = polygon
    turned = [hole[::-1] if is_clockwise(hole) else hole for hole in holes]
    return [outer if is_clockwise(outer) else outer[::-1], *turned]


def is_clockwise(ring: Ring) -> bool:
    """Return whether a closed ring turns clockwise (north up), by its signed area (the shoelace formula)."""
    return sum((x2 - x1) * (y2 + y1) for (x1, y1), (x2, y2) in pairwise(ring)) > 0
