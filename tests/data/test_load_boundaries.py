"""Boundaries an office owns are checked before anybody draws them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from data.engine import snapshot
from data.loaders import LoadProblem, load
from data.loaders.formats.boundaries import Boundaries, is_boundaries, is_clockwise, read
from data.loaders.values.regions import Regions
from data.reference.files import cells
from tests.loading import OPTIONS, draw

PROVINCES = [row for row in cells("region") if not row["parent_code"]]
SQUARE = [[100.0, 0.0], [100.0, 1.0], [101.0, 1.0], [101.0, 0.0], [100.0, 0.0]]
HOLE = [[100.2, 0.2], [100.8, 0.2], [100.8, 0.8], [100.2, 0.8], [100.2, 0.2]]

Feature = dict[str, Any]


def feature(code: str, name: str, rings: list[Any] | None = None) -> Feature:
    geometry = {"type": "Polygon", "coordinates": rings or [SQUARE]}
    return {"type": "Feature", "properties": {"kode_prov": code, "Provinsi": name}, "geometry": geometry}


def provinces() -> list[Feature]:
    return [feature(row["code"], row["name"]) for row in PROVINCES]


@pytest.fixture
def boundaries(engine: Engine, tmp_path: Path) -> Callable[[list[Feature]], Boundaries]:
    """A function that reads a map of these features."""

    def of(features: list[Feature]) -> Boundaries:
        text = json.dumps({"type": "FeatureCollection", "name": "peta", "features": features})
        source = draw(tmp_path, text, "peta.geojson")
        with snapshot(engine) as connection:
            return read(source, Regions(connection))

    return of


def test_a_whole_map_of_provinces_is_read_by_code(boundaries: Callable[[list[Feature]], Boundaries]) -> None:
    found = boundaries(provinces())
    assert found.kind == "province"
    assert sorted(found.outlines) == sorted(row["code"] for row in PROVINCES)


def test_either_ring_order_comes_out_clockwise_outside_and_the_other_way_inside(
    boundaries: Callable[[list[Feature]], Boundaries],
) -> None:
    for outer, hole in ((SQUARE, HOLE), (SQUARE[::-1], HOLE[::-1])):
        first = PROVINCES[0]
        found = boundaries([feature(first["code"], first["name"], [outer, hole]), *provinces()[1:]])
        ((turned, inside),) = found.outlines[first["code"]]
        assert is_clockwise(turned)
        assert not is_clockwise(inside)


def test_regions_without_a_code_are_found_by_name(boundaries: Callable[[list[Feature]], Boundaries]) -> None:
    named = [{**each, "properties": {"WADMPR": each["properties"]["Provinsi"]}} for each in provinces()]
    assert len(boundaries(named).outlines) == len(PROVINCES)


def test_kabupaten_must_be_whole_for_each_province_on_the_map(
    boundaries: Callable[[list[Feature]], Boundaries],
) -> None:
    inside = [feature(row["code"], row["name_official"]) for row in cells("region") if row["parent_code"] == "34"]
    found = boundaries(inside)
    assert (found.kind, len(found.outlines)) == ("kabupaten", 5)
    with pytest.raises(LoadProblem, match=r"lacks 1 regions: 34\.01"):
        boundaries(inside[1:])


def swapped() -> list[Feature]:
    return [feature("11", "Aceh", [[point[::-1] for point in SQUARE]]), *provinces()[1:]]


WRONG: dict[str, tuple[Callable[[], list[Feature]], str]] = {
    "missing": (lambda: provinces()[2:], "lacks 2 regions: 11, 12"),
    "twice": (lambda: [*provinces(), provinces()[0]], "more than once: 11"),
    "bps": (lambda: [*provinces()[:-1], feature("94", "Papua")], "coded by BPS .94 Papua."),
    "unknown": (lambda: [*provinces(), feature("99", "Atlantis")], "'99' is no region of Kemendagri"),
    "lost zero": (lambda: [feature("11.1", "Aceh Singkil")], "'11.1' is no region of Kemendagri"),
    "swapped axes": (swapped, "Aceh has latitude before longitude"),
    "metres": (lambda: [feature("11", "Aceh", [[[700_000, 10], [700_001, 10], [700_000, 11]]])], "outside Indonesia"),
    "no area": (lambda: [{**feature("11", "Aceh"), "geometry": None}], "Aceh has no area"),
    "no ring": (lambda: [feature("11", "Aceh", [[1, 2, 3]])], "a ring of Aceh is no list of points"),
    "no feature": (lambda: [{"type": "Topology"}], "must be a FeatureCollection"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_with_a_map_is_named(what: str, boundaries: Callable[[list[Feature]], Boundaries]) -> None:
    made, said = WRONG[what]
    with pytest.raises(LoadProblem, match=said):
        boundaries(made())


def test_geojson_is_told_from_other_json(tmp_path: Path) -> None:
    assert is_boundaries(draw(tmp_path, json.dumps({"type": "FeatureCollection", "features": provinces()}), "a.json"))
    assert not is_boundaries(draw(tmp_path, json.dumps({"claims": []}), "b.json"))


def test_a_map_given_to_the_loader_is_checked_and_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    for features, said in ((provinces(), "whole map of 38 regions"), (provinces()[1:], "lacks 1 regions: 11")):
        text = json.dumps({"type": "FeatureCollection", "features": features})
        with pytest.raises(LoadProblem, match=said):
            load(engine, draw(tmp_path, text, "peta.geojson"), OPTIONS)
