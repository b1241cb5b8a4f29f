"""The roll-ups counted once more in plain Python, from rows, without the declared expressions."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from struct import iter_unpack
from typing import Any

from sqlalchemy import BigInteger, Connection, Table, select, type_coerce

from data import tables
from data.columns import UtcSeconds
from data.rollups.declarations import ROLLUPS
from data.rollups.latency import upper_bounds
from data.rollups.shapes import Rollup

Row = dict[str, Any]
Cell = tuple[Any, ...]
UPPER_BOUNDS = upper_bounds().tolist()
OPEN, REMOVED, RESTRICTED, LABELLED, REJECTED = range(5)
WITHDRAWN = {5, 6}
BUCKETS: dict[str, Callable[[int], int]] = {
    "hour": lambda at: at // 3600,
    "day": lambda at: (at + 7 * 3600) // 86400,
    "week": lambda at: ((at + 7 * 3600) // 86400 + 3) // 7,
    "block": lambda at: ((at + 7 * 3600) // 86400 + 3) // 28,
    "sixteen_weeks": lambda at: ((at + 7 * 3600) // 86400 + 3) // 112,
}


def rows_of(connection: Connection, table: Table) -> list[Row]:
    """Return all rows of a table in key order, times as whole UTC seconds."""
    columns = [type_coerce(c, BigInteger).label(c.name) if isinstance(c.type, UtcSeconds) else c for c in table.c]
    found = connection.execute(select(*columns).order_by(*table.primary_key))
    return [dict(row) for row in found.mappings()]


def cells_of(connection: Connection, rollup: Rollup) -> dict[Cell, Cell]:
    """Return the stored cells that are not all zero: measures by key."""
    if rollup.packed is not None:
        return _packed_cells(connection, rollup)
    keys = [column.name for column in rollup.table.primary_key]
    stored = {
        tuple(row[name] for name in keys): tuple(row[name] for name in rollup.measures)
        for row in rows_of(connection, rollup.table)
    }
    return {key: sums for key, sums in stored.items() if any(sums)}


def _packed_cells(connection: Connection, rollup: Rollup) -> dict[Cell, Cell]:
    """Return the cells of a histogram: those in its bytes, and what waits in rows of the hour, added up."""
    sums: Counter[Cell] = Counter()
    assert rollup.packed is not None
    others = [c.name for c in rollup.table.primary_key if c.name not in {"cube", "service_id", "bucket"}]
    for row in rows_of(connection, rollup.packed):
        for n, place in iter_unpack("<ii", row["counts"]):
            places = divmod(place, 2**16) if len(others) == 2 else (place,)
            sums[row["cube"], row["service_id"], row["bucket"], *places] += n
    start = {"hour": lambda bucket: bucket * 3600, "day": lambda bucket: bucket * 86400 - 7 * 3600}
    narrowest = min(rollup.cubes, key=lambda cube: cube.grain.width).grain.name
    for row in rows_of(connection, rollup.table):
        for cube in rollup.cubes:
            bucket = BUCKETS[cube.grain.name](start[narrowest](row["bucket"]))
            sums[cube.id, row["service_id"], bucket, *(row[name] for name in others)] += row["n_requests"]
    return {key: (n,) for key, n in sums.items() if n}


def recount(connection: Connection, rollup: Rollup) -> dict[Cell, Cell]:
    """Return the cells that the facts make, counted one row at a time."""
    sums: dict[Cell, Counter[str]] = {}
    for row in rows_of(connection, rollup.facts):
        for at, dimensions, measures in COUNTING[rollup.table.name](row):
            for cube in rollup.cubes:
                key = _key(rollup, cube.id, BUCKETS[cube.grain.name](at), dimensions, cube.dimensions)
                sums.setdefault(key, Counter()).update(measures)
    made = {key: tuple(counter[name] for name in rollup.measures) for key, counter in sums.items()}
    return {key: values for key, values in made.items() if any(values)}


def _key(rollup: Rollup, cube: int, bucket: int, dimensions: Row, kept: tuple[str, ...]) -> Cell:
    values = {"cube": cube, "bucket": bucket}
    for name, value in dimensions.items():
        values[name] = value if name in kept else "*" if name == "province_code" else -1
    return tuple(values[column.name] for column in rollup.table.primary_key)


Counted = Iterator[tuple[int, Row, dict[str, int]]]


def _content(row: Row) -> Counted:
    if row["detected_at"] is None:
        return
    names = ("service_id", "theme_id", "source_id", "technique_id")
    outcome = row["outcome_id"]
    yield (
        row["detected_at"],
        {n: row[n] for n in names} | {"province_code": row["province_code"] or ""},
        {
            "n_found": 1,
            "n_verified": int(row["verified_at"] is not None),
            "n_clarified": int(row["clarified_at"] is not None),
            "n_requested": int(row["requested_at"] is not None),
            "n_removed": int(outcome == REMOVED),
            "n_restricted": int(outcome == RESTRICTED),
            "n_labelled": int(outcome == LABELLED),
            "n_rejected": int(outcome == REJECTED),
            "n_withdrawn": int(outcome in WITHDRAWN),
            "n_open": int(outcome == OPEN),
            "n_day_precision": int(row["time_precision"] == "day"),
        },
    )


def latency_of(row: Row) -> int | None:
    """Return action minus start minus stops in seconds, or None where the times give no latency."""
    start = row["received_at"] if row["received_at"] is not None else row["notified_at"]
    if row["time_precision"] != "second" or row["actioned_at"] is None or start is None:
        return None
    seconds: int = row["actioned_at"] - start - row["stopped_seconds"]
    return seconds if seconds >= 0 else None


def _request(row: Row) -> Counted:
    start = row["received_at"] if row["received_at"] is not None else row["notified_at"]
    if start is None:
        return
    outcome, latency = row["outcome_id"], latency_of(row)
    measurable = row["time_precision"] == "second" if outcome == OPEN else latency is not None
    names = ("service_id", "theme_id", "source_id")
    yield (
        start,
        {n: row[n] for n in names} | {"province_code": row["province_code"] or ""},
        {
            "n_requests": 1,
            "n_unmeasurable": int(not measurable),
            "n_open": int(measurable and outcome == OPEN),
            "n_removed": int(measurable and outcome == REMOVED),
            "n_within_60": int(measurable and outcome == REMOVED and latency is not None and latency <= 3600),
            "n_restricted": int(measurable and outcome == RESTRICTED),
            "n_labelled": int(measurable and outcome == LABELLED),
            "n_rejected": int(measurable and outcome == REJECTED),
            "n_withdrawn_60": int(measurable and outcome in WITHDRAWN and latency is not None and latency <= 3600),
        },
    )


def _class(row: Row) -> Counted:
    for start, dimensions, measures in _request(row):
        latency, outcome = latency_of(row), row["outcome_id"]
        kept = ("n_requests", "n_unmeasurable", "n_open", "n_removed")
        within = {
            f"n_{name}_{minutes}": int(outcome in outcomes and latency is not None and latency <= minutes * 60)
            for name, outcomes in (("within", {REMOVED}), ("withdrawn", WITHDRAWN))
            for minutes in (15, 30, 60, 120, 240, 1440)
        }
        place = {"service_id": dimensions["service_id"], "class_id": {"hoax": 0, "urgent": 1}.get(row["urgency"], 2)}
        yield start, place, {name: measures[name] for name in kept} | within


def _latency(row: Row) -> Counted:
    latency = latency_of(row)
    if row["outcome_id"] == OPEN or latency is None:
        return
    start = row["received_at"] if row["received_at"] is not None else row["notified_at"]
    place = {"service_id": row["service_id"], "outcome_id": row["outcome_id"]}
    yield start, place | {"latency_bucket": bisect_left(UPPER_BOUNDS, latency)}, {"n_requests": 1}


def _open(row: Row) -> Counted:
    start = row["received_at"] if row["received_at"] is not None else row["notified_at"]
    stands = row["stopped_at"] is not None or row["stopped_seconds"] != 0
    if start is None or row["outcome_id"] != OPEN or row["time_precision"] != "second" or stands:
        return
    yield start, {"service_id": row["service_id"], "second_of_day": (start + 7 * 3600) % 86400}, {"n_requests": 1}


def _removal(row: Row) -> Counted:
    if row["outcome_id"] != REMOVED or row["actioned_at"] is None:
        return
    down = row["actioned_at"] if row["confirmed_down_at"] is None else row["confirmed_down_at"]
    back = None if row["reappeared_at"] is None else row["reappeared_at"] - down
    again = {f"n_back_{days}": int(back is not None and back <= days * 86_400) for days in (7, 30)}
    yield row["actioned_at"], {"service_id": row["service_id"]}, {"n_removed": 1} | again


def _issue(row: Row) -> Counted:
    if row["first_seen_at"] is not None:
        yield (
            row["first_seen_at"],
            {"theme_id": row["theme_id"]},
            {
                "n_issues": 1,
                "n_clarified": int(row["clarified_at"] is not None),
                "n_closed": int(row["status"] == "closed"),
            },
        )


def _issue_closed(row: Row) -> Counted:
    if row["closed_at"] is not None and row["status"] == "closed":
        yield row["closed_at"], {"theme_id": row["theme_id"]}, {"n_closed": 1}


def _issue_content(row: Row) -> Counted:
    if row["detected_at"] is not None and row["issue_id"] is not None:
        yield row["detected_at"], {"issue_id": row["issue_id"]}, {"n_found": 1, "n_views": row["views"] or 0}


COUNTING: dict[str, Callable[[Row], Counted]] = {
    "rollup_content": _content,
    "rollup_request": _request,
    "rollup_class": _class,
    "rollup_latency": _latency,
    "rollup_open": _open,
    "rollup_removal": _removal,
    "rollup_issue": _issue,
    "rollup_issue_closed": _issue_closed,
    "rollup_issue_content": _issue_content,
}


def assert_exact(connection: Connection) -> None:
    """Pass when every stored cell of every roll-up is that of the recount."""
    for rollup in ROLLUPS:
        stored, counted = cells_of(connection, rollup), recount(connection, rollup)
        assert stored == counted, {
            key: (stored.get(key), counted.get(key))
            for key in stored.keys() | counted.keys()
            if stored.get(key) != counted.get(key)
        }


def facts(connection: Connection) -> dict[str, list[Row]]:
    """Return every row of every fact table: what a replay must not change."""
    named = [table for table in tables.metadata.sorted_tables if table.info["room"] == "fact"]
    return {table.name: rows_of(connection, table) for table in named}
