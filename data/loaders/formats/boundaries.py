"""Boundaries an office owns: GeoJSON of provinces or of kabupaten and kota, checked before anybody draws them.

Either ring order is read. A map with a region missing, twice, unknown, coded by BPS instead of Kemendagri, or lying
elsewhere than the register has it is refused with a sentence that names it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from data.loaders.files.documents import entries
from data.loaders.files.sources import Source
from data.loaders.formats import outlines
from data.loaders.formats.outlines import Polygon, Ring
from data.loaders.problems import LoadProblem
from data.loaders.values.regions import Place, Regions
from data.loaders.vocabulary import vocabulary
from data.loaders.words import plain

_TOLD = vocabulary("boundaries")
CODE_NAMES: list[str] = _TOLD["code"]
NAME_NAMES: list[str] = _TOLD["name"]
PROVINCE_NAMES: list[str] = _TOLD["province"]

BOX = (90.0, -15.0, 145.0, 10.0)
"""West, south, east and north of everything Indonesian, degrees with room to spare."""

NEAR = 0.25
"""Degrees by which the seat of a region may lie outside the box of its outline: seats stand on coasts and islets."""

APART = 0.1
"""Share of regions that may lie elsewhere: more, and the codes are of another scheme."""

MOST_POINTS = {"province": 1_500, "kabupaten": 500}
"""Points a region has on the average at most: finer than a pixel of the map, and small enough for a telephone."""

SHOWN = 6
LOST_ZERO = re.compile(r"\d{2}\.\d")

Places = Mapping[str, tuple[float, float]]
"""Longitude and latitude of a point of each region, by Kemendagri code."""


@dataclass(frozen=True)
class Boundaries:
    """Outlines by Kemendagri code, the grid they were put on (units of `outlines.UNITS`), and what was noticed."""

    kind: str
    outlines: dict[str, list[Polygon]]
    grid: int
    notes: list[str]


@dataclass(frozen=True)
class _Outline:
    """One feature as read: its code, its name and that of its province as told, its polygons."""

    code: str
    name: str
    province: str
    polygons: list[Polygon]


def is_boundaries(source: Source) -> bool:
    """Return whether a JSON document looks like a map: GeoJSON, or TopoJSON, which is refused with a better word."""
    first = next(iter(entries(source)), None)
    kinds = {"Feature", "FeatureCollection", "Polygon", "MultiPolygon", "GeometryCollection", "Topology"}
    return isinstance(first, dict) and first.get("type") in kinds


def read(source: Source, regions: Regions, places: Places) -> Boundaries:
    """Return the boundaries in a file; raise `LoadProblem`, naming what is wrong, for a map that cannot be used."""
    found = [_outline(source.name, feature) for feature in entries(source)]
    _refuse_bps(source.name, found, regions)
    coded = [(_code(source.name, each, regions), each) for each in found]
    _refuse_other_names(source.name, coded, regions)
    _refuse_twice(source.name, [code for code, _ in coded])
    kind = "kabupaten" if any("." in code for code, _ in coded) else "province"
    _refuse_missing(source.name, kind, {code for code, _ in coded}, regions.parents)
    drawn = {code: each.polygons for code, each in coded}
    notes = _refuse_elsewhere(source.name, drawn, places)
    thinned = outlines.thinned(drawn, MOST_POINTS[kind] * len(drawn))
    if thinned is None:
        raise LoadProblem(f"{source.name} is too detailed for a screen. Simplify its outlines first.")
    return Boundaries(kind, *thinned, notes)


def _outline(name: str, feature: Any) -> _Outline:
    if isinstance(feature, dict) and feature.get("type") == "Topology":
        raise LoadProblem(f"{name} is TopoJSON. Save it as GeoJSON (WGS 84, longitude before latitude).")
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise LoadProblem(f"{name} is no GeoJSON of regions: it must be a FeatureCollection with a Feature a region.")
    properties = feature.get("properties")
    told = {plain(str(key)): value for key, value in properties.items()} if isinstance(properties, dict) else {}
    code, called, province = (_first(told, names) for names in (CODE_NAMES, NAME_NAMES, PROVINCE_NAMES))
    code = code or str(feature.get("id") or "").strip()
    where, geometry = called or province or code, feature.get("geometry")
    polygons = list(_polygons(name, where, geometry if isinstance(geometry, dict) else {}))
    kept = outlines.on_grid(polygons, 1)
    if not kept:
        raise LoadProblem(f"{name}: {where} is smaller than 11 m: it has no area that could be drawn.")
    return _Outline(code, called, province, kept)


def _first(told: dict[str, Any], names: list[str]) -> str:
    return next((str(told[name]).strip() for name in names if told.get(name) not in (None, "")), "")


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
        points = [(float(point[0]), float(point[1])) for point in told]
    except (TypeError, ValueError, IndexError, KeyError, OverflowError):
        raise LoadProblem(f"{name}: a ring of {where} is no list of points.") from None
    if len(points) < 3:
        raise LoadProblem(f"{name}: a ring of {where} has fewer than three points.")
    west, south, east, north = BOX
    if not all(west <= x <= east and south <= y <= north for x, y in points):
        swapped = all(west <= y <= east and south <= x <= north for x, y in points)
        said = "has latitude before longitude" if swapped else "lies outside Indonesia, or is not in degrees (WGS 84)"
        raise LoadProblem(f"{name}: {where} {said}.")
    return outlines.ring(points)


def _refuse_bps(name: str, found: list[_Outline], regions: Regions) -> None:
    """Refuse a map of which some codes and names agree under BPS alone."""
    told = [(each.code, each.name or each.province) for each in found]
    bps = [
        f"{code} {called}" for code, called in told if code and called and regions.schemes_of(code, called) == {"bps"}
    ]
    if bps:
        raise LoadProblem(f"{name} is coded by BPS ({', '.join(bps[:SHOWN])}). Write the codes of Kemendagri into it.")


def _code(name: str, outline: _Outline, regions: Regions) -> str:
    if outline.code:
        place = regions.place(outline.code, "", "kemendagri")
    elif outline.name and outline.province and plain(outline.name) != plain(outline.province):
        place = regions.place(outline.province, outline.name)
    else:
        place = regions.anywhere(outline.name or outline.province)
    code = place.regency_code or place.province_code
    if code is None or (place.note and not outline.code):
        told = outline.code or outline.name or "a region without code and name"
        raise LoadProblem(f"{name}: '{told}' is no region of Kemendagri{_why(outline, place, regions)}.")
    return code


def _why(outline: _Outline, place: Place, regions: Regions) -> str:
    if not outline.code:
        return f" ({place.note})" if place.note else ""
    if LOST_ZERO.fullmatch(outline.code):
        return ": perhaps a zero is lost, codes are text (11.10 is not 11.1)"
    return ", but one of BPS: write the codes of Kemendagri into it" if regions.is_of_bps(outline.code) else ""


def _refuse_other_names(name: str, coded: list[tuple[str, _Outline]], regions: Regions) -> None:
    """Refuse a map of which a code and the name beside it are of different regions."""
    wrong = [f"{code} {each.name}" for code, each in coded if each.code and _is_of_another(code, each.name, regions)]
    if wrong:
        raise LoadProblem(f"{name}: code and name are of different regions ({', '.join(wrong[:SHOWN])}).")


def _is_of_another(code: str, name: str, regions: Regions) -> bool:
    """Tell whether a name is known, and neither that of the region, nor that of its province or of one within it."""
    named = regions.named(name) if name else set()
    return bool(named) and not any(each in (code, code[:2]) or each.startswith(f"{code}.") for each in named)


def _refuse_twice(name: str, codes: list[str]) -> None:
    twice = sorted(code for code, count in Counter(codes).items() if count > 1)
    if twice:
        raise LoadProblem(f"{name} has regions more than once: {', '.join(twice[:SHOWN])}.")


def _refuse_missing(name: str, kind: str, codes: set[str], parents: dict[str, str | None]) -> None:
    """Refuse a map that leaves out a province, or a kabupaten or kota of a province that it has."""
    drawn = {code[:2] for code in codes if kind == "province" or "." in code}
    wanted = {code for code, parent in parents.items() if (parent in drawn if kind == "kabupaten" else not parent)}
    missing, mixed = sorted(wanted - codes), sorted(codes - wanted)
    if mixed:
        raise LoadProblem(f"{name} has provinces among its kabupaten: {', '.join(mixed[:SHOWN])}. Load them apart.")
    if missing:
        shown = f"{', '.join(missing[:SHOWN])}{' …' if len(missing) > SHOWN else ''}"
        raise LoadProblem(f"{name} lacks {len(missing)} regions: {shown}.")


def _refuse_elsewhere(name: str, drawn: dict[str, list[Polygon]], places: Places) -> list[str]:
    """Refuse a map of which many outlines do not lie around the points of their regions; note the few that do not."""
    apart = [code for code, polygons in drawn.items() if code in places and not _is_near(polygons, *places[code])]
    shown = f"{', '.join(sorted(apart)[:SHOWN])}{' …' if len(apart) > SHOWN else ''}"
    if len(apart) > max(1, APART * len(drawn)):
        said = f"{len(apart)} of {len(drawn)} outlines lie elsewhere than their codes say ({shown})"
        raise LoadProblem(f"{name}: {said}. Perhaps it is coded by BPS: write the codes of Kemendagri into it.")
    return [f"away from where the register has them: {shown}"] if apart else []


def _is_near(polygons: list[Polygon], longitude: float, latitude: float) -> bool:
    west, south, east, north = outlines.box(polygons)
    return west - NEAR <= longitude <= east + NEAR and south - NEAR <= latitude <= north + NEAR
