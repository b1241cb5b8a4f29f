"""Outlines: the office's own where it loaded them, else those that come with the program."""

import json
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from queries import boundaries
from queries.reading import DTYPES
from tests.queries.factories import NOW, ago, row


def outline(connection: Connection, code: str, **given: Any) -> None:
    square = '{"type":"MultiPolygon","coordinates":[[[[107,-7],[107,-6],[108,-6],[107,-7]]]]}'
    known = {"kind": "kabupaten" if "." in code else "province", "geometry": square, "points": 4}
    where = {"grid_degrees": 0.0001, "source": "peta.geojson", "loaded_at": NOW}
    row(connection, "boundary", region_code=code, **known | where | given)


def types(frame: pd.DataFrame) -> dict[str, str]:
    return {name: str(dtype) for name, dtype in frame.dtypes.items()}


def test_without_a_map_of_its_own_the_office_has_38_provinces_no_kabupaten_and_no_set(connection: Connection) -> None:
    found = boundaries.provinces(connection)
    assert (len(found), found["is_own"].any(), set(found["source"])) == (38, False, {boundaries.SHIPPED})
    assert found["region_code"].is_monotonic_increasing
    assert found["loaded_at"].isna().all()
    drawn = [json.loads(text) for text in found["geometry"]]
    assert {each["type"] for each in drawn} == {"MultiPolygon"}
    assert found["points"].tolist() == [
        sum(len(ring) for area in each["coordinates"] for ring in area) for each in drawn
    ]
    empty = {"kabupaten": boundaries.kabupaten(connection, "32"), "sets": boundaries.sets(connection)}
    assert [len(frame) for frame in empty.values()] == [0, 0]
    for frame, columns in ((found, boundaries.OUTLINES), (empty["kabupaten"], boundaries.OUTLINES),
                           (empty["sets"], boundaries.SETS)):  # fmt: skip
        assert types(frame) == {name: DTYPES[kind] for name, kind in columns.items()}


def test_a_map_of_its_own_takes_the_place_of_ours(connection: Connection) -> None:
    for code in ("32", "31"):
        outline(connection, code)
    outline(connection, "32.04")
    found = boundaries.provinces(connection)
    assert found[["region_code", "province_code", "name", "is_own"]].to_numpy().tolist() == [
        ["31", "31", "DKI Jakarta", True], ["32", "32", "Jawa Barat", True],
    ]  # fmt: skip
    assert found["loaded_at"].tolist() == [pd.Timestamp(NOW).floor("s")] * 2


def test_kabupaten_are_those_of_one_province_in_the_order_of_their_codes(connection: Connection) -> None:
    for code in ("32.73", "32.04", "33.01"):
        outline(connection, code)
    outline(connection, "32")
    found = boundaries.kabupaten(connection, "32")
    assert found["region_code"].tolist() == ["32.04", "32.73"]
    assert set(found["province_code"]) == {"32"}
    assert len(boundaries.provinces(connection)) == 1


def test_sets_say_which_file_drew_what(connection: Connection) -> None:
    for code, source in (("32.04", "jabar.geojson"), ("32.73", "jabar.geojson"), ("33.01", "jateng.geojson")):
        outline(connection, code, source=source, loaded_at=ago(days=len(source)))
    outline(connection, "31", points=9)
    found = boundaries.sets(connection)
    assert found.drop(columns="loaded_at").to_numpy().tolist() == [
        ["kabupaten", "jabar.geojson", 2, 1, 8],
        ["kabupaten", "jateng.geojson", 1, 1, 4],
        ["province", "peta.geojson", 1, 1, 9],
    ]
    assert found["loaded_at"].is_monotonic_increasing is False
