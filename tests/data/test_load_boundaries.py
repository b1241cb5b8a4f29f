"""Boundaries an office owns are checked before anybody draws them, and kept whole or not at all."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, func, select

from data.engine import snapshot
from data.loaders import LoadProblem, Summary
from data.loaders.formats import outlines
from data.loaders.formats.boundaries import is_boundaries
from data.reference.files import cells
from data.tables import boundary, feed, load_run
from queries import feeds
from tests.loading import OPTIONS, draw, everything, load_one, rows

REGISTER = {row["code"]: row for row in cells("region")}
PROVINCES = [code for code in REGISTER if "." not in code]
YOGYAKARTA = [code for code in REGISTER if code.startswith("34.")]

Feature = dict[str, Any]
Ring = list[list[float]]
Loads = Callable[..., Summary]


def square(code: str, half: float = 0.1) -> Ring:
    """A clockwise square around the point of a region."""
    x, y = float(REGISTER[code]["longitude"]), float(REGISTER[code]["latitude"])
    corners = [(-half, -half), (-half, half), (half, half), (half, -half), (-half, -half)]
    return [[round(x + east, 4), round(y + north, 4)] for east, north in corners]


def feature(code: str, rings: list[Ring] | None = None, **properties: str) -> Feature:
    told = properties or {"kode": code, "nama": REGISTER[code]["name_official"]}
    geometry = {"type": "Polygon", "coordinates": rings or [square(code)]}
    return {"type": "Feature", "properties": told, "geometry": geometry}


def provinces() -> list[Feature]:
    return [feature(code) for code in PROVINCES]


@pytest.fixture
def loads(engine: Engine, tmp_path: Path) -> Loads:
    """A function that loads a map of these features."""

    def of(features: list[Feature], **options: Any) -> Summary:
        text = json.dumps({"type": "FeatureCollection", "name": "peta", "features": features})
        return load_one(engine, draw(tmp_path, text, "peta.geojson"), replace(OPTIONS, **options))

    return of


def stored_ring(engine: Engine, code: str) -> Ring:
    (text,) = rows(engine, boundary, "geometry", where=boundary.c.region_code == code)
    told = json.loads(text)
    assert told["type"] == "MultiPolygon"
    ring: Ring = told["coordinates"][0][0]
    return ring


def seq(engine: Engine) -> int:
    with snapshot(engine) as connection:
        return int(connection.execute(select(feed.c.seq).where(feed.c.code == "berkas")).scalar_one())


def test_a_whole_map_of_provinces_is_kept_by_code(loads: Loads, engine: Engine) -> None:
    summary = loads(provinces(), format="map")
    assert (summary.format, summary.rows.new, summary.tables["boundary"].new) == ("map", 38, 38)
    assert rows(engine, boundary, "region_code", "kind") == [(code, "province") for code in sorted(PROVINCES)]
    assert stored_ring(engine, "31") == square("31")
    assert rows(engine, boundary, "points", "grid_degrees", "source", where=boundary.c.region_code == "31") == [
        (5, 0.0001, "peta.geojson")
    ]
    assert rows(engine, load_run, "format", "n_new") == [("map", 38)]


def test_the_same_map_once_more_changes_nothing_and_another_takes_its_place(loads: Loads, engine: Engine) -> None:
    loads(provinces())
    before = everything(engine, boundary)
    assert loads(provinces()).rows.unchanged == 38
    assert (everything(engine, boundary), seq(engine)) == (before, 1)
    mended = [feature(code, [square(code, 0.2)]) if code == "31" else feature(code) for code in PROVINCES]
    summary = loads(mended)
    assert (summary.rows.new, summary.rows.updated, summary.rows.unchanged) == (0, 1, 37)
    assert (stored_ring(engine, "31"), seq(engine)) == (square("31", 0.2), 2)


def test_screens_with_maps_are_told_of_new_outlines_and_of_nothing_else(loads: Loads, engine: Engine) -> None:
    def versions() -> dict[str, int]:
        with snapshot(engine) as connection:
            return dict(feeds.version(connection))

    before = versions()
    loads(provinces())
    told = versions()
    assert {topic for topic, count in told.items() if count != before.get(topic)} == {
        "campaign", "complaint", "content", "qos", "request",
    }  # fmt: skip
    loads(provinces())
    assert versions() == told


def test_a_dry_run_checks_and_keeps_nothing(loads: Loads, engine: Engine) -> None:
    assert loads(provinces(), is_dry_run=True).rows.new == 38
    assert (rows(engine, boundary, "region_code"), rows(engine, load_run, "format"), seq(engine)) == ([], [], 0)


def test_kabupaten_stand_beside_the_provinces_and_beside_those_of_other_provinces(loads: Loads, engine: Engine) -> None:
    loads(provinces())
    loads([feature(code) for code in YOGYAKARTA])
    summary = loads([feature(code) for code in REGISTER if code.startswith("31.")])
    assert (summary.rows.new, summary.rows.updated) == (6, 0)
    with snapshot(engine) as connection:
        counted = select(boundary.c.kind, func.count()).group_by(boundary.c.kind).order_by(boundary.c.kind)
        assert [tuple(row) for row in connection.execute(counted)] == [("kabupaten", 11), ("province", 38)]


def test_either_ring_order_comes_out_clockwise_outside_and_the_other_way_inside(loads: Loads, engine: Engine) -> None:
    outer, hole = square("11"), square("11", 0.05)
    for rings in ([outer, hole], [outer[::-1], hole[::-1]], [outer, hole[::-1]]):
        loads([feature("11", rings), *provinces()[1:]])
        (text,) = rows(engine, boundary, "geometry", where=boundary.c.region_code == "11")
        areas = [outlines.area(outlines.ring(ring)) for ring in json.loads(text)["coordinates"][0]]
        assert areas == pytest.approx([0.04, -0.01])


def test_a_ring_that_is_not_closed_is_closed_and_heights_are_dropped(loads: Loads, engine: Engine) -> None:
    high = [[*point, 12.5] for point in square("11")[:-1]]
    loads([feature("11", [high]), *provinces()[1:]])
    assert stored_ring(engine, "11") == square("11")


NAMED: dict[str, Callable[[str], dict[str, str]]] = {
    "big": lambda code: {"KDPPUM": "34", "KDPKAB": code, "WADMPR": "DI Yogyakarta"},
    "names": lambda code: {"WADMKK": REGISTER[code]["name_official"], "WADMPR": "Daerah Istimewa Yogyakarta"},
    "no dot": lambda code: {"kode_kab": code.replace(".", ""), "kabupaten": REGISTER[code]["name_official"]},
}


def test_regions_are_known_by_the_properties_that_offices_use(loads: Loads, engine: Engine) -> None:
    for number, told in enumerate(NAMED.values()):
        summary = loads([feature(code, **told(code)) for code in YOGYAKARTA])
        assert (summary.rows.new, summary.rows.unchanged) == ((0, 5) if number else (5, 0))
    assert rows(engine, boundary, "region_code") == sorted(YOGYAKARTA)


def swapped() -> list[Feature]:
    return [feature("11", [[point[::-1] for point in square("11")]]), *provinces()[1:]]


def by_bps() -> list[Feature]:
    """Kabupaten of Aceh under their BPS codes without a name: every code exists, and means another one."""
    aceh = [code for code in REGISTER if code.startswith("11.")]
    return [feature(code, kode=REGISTER[code]["bps_code"]) for code in aceh]


WRONG: dict[str, tuple[Callable[[], list[Feature]], str]] = {
    "missing": (lambda: provinces()[2:], "lacks 2 regions: 11, 12"),
    "missing kabupaten": (lambda: [feature(code) for code in YOGYAKARTA[1:]], r"lacks 1 regions: 34\.01"),
    "twice": (lambda: [*provinces(), provinces()[0]], "more than once: 11"),
    "bps": (lambda: [*provinces()[:-1], feature("91", kode="94", nama="Papua")], "coded by BPS .94 Papua."),
    "bps without names": (by_bps, "outlines lie elsewhere than their codes say"),
    "unknown": (lambda: [*provinces(), feature("11", kode="99")], "'99' is no region of Kemendagri"),
    "two of a name": (
        lambda: [feature("32", nama="Bogor")],
        "'Bogor' is no region of Kemendagri .name of more than one",
    ),
    "lost zero": (lambda: [feature("11", kode="11.1")], "'11.1' is no region of Kemendagri: perhaps a zero is lost"),
    "bps alone": (lambda: [*provinces(), feature("95", kode="97")], "'97' is no region of Kemendagri, but one of BPS"),
    "other name": (lambda: [feature("11", kode="11", nama="Bali"), *provinces()[1:]], "different regions .11 Bali."),
    "mixed": (lambda: [*provinces(), *map(feature, YOGYAKARTA)], "provinces among its kabupaten: 11, 12"),
    "swapped axes": (swapped, "Aceh has latitude before longitude"),
    "metres": (lambda: [feature("11", [[[700_000, 10], [700_001, 10], [700_000, 11]]])], "outside Indonesia"),
    "no number": (lambda: [feature("11", [[[float("nan"), 10], [96, 10], [97, 11]]])], "outside Indonesia"),
    "no area": (lambda: [{**feature("11"), "geometry": None}], "Aceh has no area"),
    "a line": (lambda: [feature("11", [[[95, 5], [96, 5], [97, 5]]])], "smaller than 11 m"),
    "no ring": (lambda: [feature("11", [[1, 2, 3]])], "a ring of Aceh is no list of points"),  # type: ignore[list-item]
    "too large": (lambda: [feature("11", [[[10**400, 5], [96, 5], [97, 5]]])], "outside Indonesia"),
    "no feature": (lambda: [{"type": "Point"}], "must be a FeatureCollection"),
}


def test_what_is_wrong_with_a_map_is_named_and_the_earlier_map_stays(loads: Loads, engine: Engine) -> None:
    loads([feature(code) for code in YOGYAKARTA])
    before = everything(engine, boundary, feed, load_run)
    for made, said in WRONG.values():
        with pytest.raises(LoadProblem, match=said):
            loads(made(), format="map")
        assert everything(engine, boundary, feed, load_run) == before


def test_a_few_outlines_that_lie_elsewhere_are_told(loads: Loads) -> None:
    summary = loads([feature("11", [square("12")]), *provinces()[1:]])
    assert "away from where the register has them: 11" in summary.notes


def test_outlines_with_too_many_points_are_thinned_and_neighbours_still_share_their_line() -> None:
    steps = np.linspace(0, 1, 20_001)
    line = [(100 + 0.01 * np.sin(40 * step), float(step)) for step in steps]
    west = outlines.ring([(99.0, 0.0), *line, (99.0, 1.0)])
    east = outlines.ring([*line[::-1], (101.0, 0.0), (101.0, 1.0)])
    islet = outlines.ring([(105.0, 1.0), (105.0, 1.0005), (105.0005, 1.0)])
    found = outlines.thinned({"w": [[west]], "e": [[east], [islet]], "i": [[islet]]}, 3_000)
    assert found is not None
    thin, grid = found
    assert (grid, len(thin["e"]), len(thin["i"])) == (10, 1, 1), "an islet goes, unless it is all there is"
    sides = [{tuple(point) for point in thin[side][0][0] if 995_000 < point[0] < 1_005_000} for side in "we"]
    assert sides[0] == sides[1]
    assert 900 < len(sides[0]) < 1_400
    assert outlines.thinned({"w": [[west]]}, 3) is None


def test_a_line_along_the_edge_of_the_grid_leaves_no_way_there_and_back() -> None:
    trembling = [(100.0005 + 0.0002 * (-1) ** step, step / 1_000) for step in range(1_001)]
    found = outlines.thinned({"w": [[outlines.ring([(99.0, 0.0), *trembling, (99.0, 1.0)])]]}, 300)
    assert found is not None
    ring, grid = found[0]["w"][0][0], found[1]
    assert (grid, len(ring) < 300) == (50, True)
    assert not (ring[2:] == ring[:-2]).all(axis=1).any()
    spike = outlines.ring([(0.0, 0.0), (0.0, 2.0), (1.0, 2.0), (3.0, 2.0), (1.0, 2.0), (1.0, 0.0)])
    assert outlines.without_spikes(spike).tolist() == outlines.ring([(0, 0), (0, 2), (1, 2), (1, 0)]).tolist()
    way = [(1.0, 2.0 + step / 10) for step in range(50)]
    long = outlines.ring([(0.0, 0.0), (0.0, 2.0), *way, *way[::-1], (1.0, 0.0)])
    assert (
        outlines.without_spikes(outlines.without_repeats(long)).tolist()
        == outlines.ring([(0, 0), (0, 2), (1, 2), (1, 0)]).tolist()
    )


def test_maps_are_told_from_other_json(tmp_path: Path, engine: Engine) -> None:
    assert is_boundaries(draw(tmp_path, json.dumps({"type": "FeatureCollection", "features": provinces()}), "a.json"))
    assert not is_boundaries(draw(tmp_path, json.dumps({"claims": []}), "b.json"))
    with pytest.raises(LoadProblem, match="is TopoJSON"):
        load_one(engine, draw(tmp_path, json.dumps({"type": "Topology", "arcs": []}), "c.json"))


def test_a_table_is_a_map_only_with_a_mapping_file(tmp_path: Path, engine: Engine) -> None:
    source = draw(tmp_path, "apa,kapan\nHoaks,2024-11-20\n")
    with pytest.raises(LoadProblem, match="is no JSON: it cannot be map"):
        load_one(engine, source, replace(OPTIONS, format="map"))
    told = {"title": ("apa",), "detected_at": ("kapan",)}
    assert load_one(engine, source, replace(OPTIONS, format="map"), columns=told).rows.new == 1
