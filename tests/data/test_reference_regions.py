"""Regions: provinces, kabupaten and kota by Kemendagri code as text, their voters, and the map that shows them."""

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from data import tables
from data.reference.files import HERE, cells, map_of_provinces, rows

REGIONS = rows(tables.region)
PROVINCES = {row["code"]: row for row in REGIONS if row["kind"] == "province"}
PARTS = [row for row in REGIONS if row["kind"] != "province"]
FEATURES = map_of_provinces()["features"]

Ring = list[list[float]]


def test_38_provinces_and_514_kabupaten_and_kota() -> None:
    assert Counter(row["kind"] for row in REGIONS) == {"province": 38, "kabupaten": 416, "kota": 98}
    assert len({row["code"] for row in REGIONS}) == 552


def test_the_voters_add_up_exactly() -> None:
    assert sum(row["voters"] for row in PROVINCES.values()) == 203_056_748
    assert {row["voters"] for row in PARTS} == {None}


def test_one_item_is_heavy_in_a_small_province_and_light_in_a_large_one() -> None:
    per_million = {code: 1e6 / row["voters"] for code, row in PROVINCES.items()}
    assert round(per_million["93"], 2) == 2.72
    assert round(per_million["32"], 3) == 0.028


def test_codes_are_text_so_that_11_10_is_not_11_1() -> None:
    codes = {row["code"] for row in REGIONS}
    assert {"11.01", "11.10"} <= codes
    assert "11.1" not in codes
    assert all(isinstance(code, str) for code in codes)


@pytest.mark.parametrize(
    ("kemendagri", "bps"), [("91", "94"), ("92", "91"), ("93", "95"), ("94", "96"), ("95", "97"), ("96", "92")]
)
def test_in_papua_the_two_registers_number_differently(kemendagri: str, bps: str) -> None:
    assert PROVINCES[kemendagri]["bps_code"] == bps


def test_outside_papua_both_registers_agree() -> None:
    assert all(row["bps_code"] == code for code, row in PROVINCES.items() if row["island_group"] != "Papua")


def test_each_part_lies_in_a_province_and_shares_its_zone_and_islands() -> None:
    for row in PARTS:
        parent = PROVINCES[row["parent_code"]]
        assert row["code"].startswith(parent["code"] + ".")
        assert (row["zone"], row["island_group"]) == (parent["zone"], parent["island_group"])


def test_zones_and_island_groups() -> None:
    assert Counter(row["zone"] for row in PROVINCES.values()) == {"WIB": 18, "WITA": 12, "WIT": 8}
    assert {row["island_group"] for row in PROVINCES.values()} == {
        "Sumatera", "Jawa", "Bali-Nusa Tenggara", "Kalimantan", "Sulawesi", "Maluku", "Papua",
    }  # fmt: skip


def test_62_kabupaten_are_listed_as_3t() -> None:
    assert sum(row["is_3t"] for row in PARTS) == 62
    assert not any(row["is_3t"] for row in PROVINCES.values())


def test_26_names_need_their_kind() -> None:
    names = Counter(row["name"] for row in PARTS)
    assert sum(n > 1 for n in names.values()) == 26
    assert len({(row["name"], row["kind"], row["parent_code"]) for row in PARTS}) == 514


def test_each_province_has_an_iso_code_of_its_own() -> None:
    assert len({row["iso_code"] for row in PROVINCES.values()}) == 38
    assert all(row["iso_code"].startswith("ID-") for row in PROVINCES.values())


def test_aliases_lead_to_one_province_each() -> None:
    aliases: dict[str, set[str]] = {}
    for row in cells("region_aliases"):
        aliases.setdefault(row["alias"].casefold(), set()).add(row["code"])
    assert all(len(codes) == 1 for codes in aliases.values())
    assert set().union(*aliases.values()) == set(PROVINCES)
    assert aliases["d.i. yogyakarta"] == {"34"}
    assert aliases["ntt"] == {"53"}


def test_the_map_has_the_38_provinces_under_their_codes_and_names() -> None:
    assert {f["id"]: f["properties"] for f in FEATURES} == {
        code: {"code": code, "name": row["name"]} for code, row in PROVINCES.items()
    }


def test_outer_rings_run_clockwise_and_holes_against_it() -> None:
    outer = [polygon[0] for polygon in polygons()]
    holes = [hole for polygon in polygons() for hole in polygon[1:]]
    assert all(area(ring) < 0 for ring in outer)
    assert all(area(hole) > 0 for hole in holes)


def test_rings_are_closed_inside_indonesia_and_short_to_send() -> None:
    points = [point for polygon in polygons() for ring in polygon for point in ring]
    assert all(ring[0] == ring[-1] and len(ring) >= 4 for polygon in polygons() for ring in polygon)
    assert all(94 < x < 142 and -12 < y < 7 for x, y in points)
    assert all(round(x, 3) == x and round(y, 3) == y for x, y in points)
    assert (HERE / "provinces.geojson").stat().st_size < 120_000


def test_the_label_point_of_each_province_lies_inside_it() -> None:
    for feature in FEATURES:
        row = PROVINCES[feature["id"]]
        largest = max(feature["geometry"]["coordinates"], key=lambda polygon: -area(polygon[0]))
        assert holds(largest[0], row["longitude"], row["latitude"]), row["name"]


def test_each_seat_lies_near_its_province() -> None:
    boxes: dict[str, list[list[float]]] = {}
    for feature in FEATURES:
        boxes[feature["id"]] = [p for polygon in feature["geometry"]["coordinates"] for ring in polygon for p in ring]
    for row in PARTS:
        east, north = zip(*boxes[row["parent_code"]], strict=True)
        assert min(east) - 0.6 < row["longitude"] < max(east) + 0.6, row["name"]
        assert min(north) - 0.6 < row["latitude"] < max(north) + 0.6, row["name"]
    assert len({(row["longitude"], row["latitude"]) for row in PARTS}) > 490


def polygons() -> list[list[Ring]]:
    return [polygon for feature in FEATURES for polygon in feature["geometry"]["coordinates"]]


def area(ring: Ring) -> float:
    """Twice the signed area; negative is clockwise with north up."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))


def holds(ring: Ring, x: float, y: float) -> bool:
    """Whether a ring holds a point: a ray to the east crosses it an odd number of times."""
    edges: Any = pairwise(ring)
    return (
        sum((a[1] > y) != (b[1] > y) and x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0] for a, b in edges) % 2
        == 1
    )
