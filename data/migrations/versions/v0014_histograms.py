"""Histograms of latency as bytes: a row of a service and a stretch of time, not one of every ten buckets.

Read as rows they took most of the time of the page of latencies. Open requests lie beside them by when they started.
What was counted since the last fold waits in rows.

A request that was withdrawn, or whose content its uploader deleted, is left out of the judgement only where that came
before its time was up: those are counted, by each limit, in place of all that were withdrawn.

All sums are made anew when the migrations are done.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from data.migrations.shorthand import BIG, HOT, SMALL, TEXT, WHOLE, column, key

revision = "v0014"
down_revision = "v0013"

UNKEPT = "of the facts; -1 or '*' when the cube does not keep it"

COUNTS = "Numbers of requests by {} (data.rollups.histograms)"
FEWER = "to be added to the packed ones; less than 0: fewer"

SUMS = {name: value for name, value in HOT.items() if name != "fillfactor"} | {"fillfactor": "45"}


def upgrade() -> None:
    """Make the tables, empty."""
    _withdrawn_in_time()
    op.drop_table("rollup_latency")
    _rows(
        "rollup_latency",
        "Ended requests by latency on the default clock, by the hour it started:"
        " what is not in rollup_latency_packed yet",
        {"outcome_id": SMALL, "latency_bucket": SMALL},
        f"Measurable requests that ended so, {FEWER}",
    )
    _bytes(
        "rollup_latency_packed",
        "Histograms of latency on the default clock, by the hour, day, week, four or sixteen weeks it started",
        COUNTS.format("outcome and latency bucket"),
    )
    _rows(
        "rollup_open",
        "Open requests by the second the default clock started: what is not in rollup_open_packed yet",
        {"second_of_day": WHOLE},
        f"Measurable requests whose clock runs, {FEWER}",
    )
    _bytes(
        "rollup_open_packed",
        "Open requests whose clock runs, by the day and second the default clock started",
        COUNTS.format("second of the day"),
    )


LIMITS = (15, 30, 60, 120, 240, 1_440)
WITHDRAWN = "measurable and withdrawn or deleted by the uploader within {} minutes"
COMMON = {
    "n_requests": "Requests whose clock started, measurable or not",
    "n_unmeasurable": "of which the times cannot give a latency (day precision or negative)",
    "n_open": "measurable and open",
    "n_removed": "measurable and removed",
}
REQUEST = COMMON | {
    "n_within_60": "measurable and removed within 60 minutes",
    "n_restricted": "measurable and restricted",
    "n_labelled": "measurable and labelled",
    "n_rejected": "measurable and rejected",
    "n_withdrawn_60": WITHDRAWN.format(60),
}
CLASS = COMMON | {
    f"n_{name}_{minutes}": words.format(minutes)
    for name, words in (("within", "measurable and removed within {} minutes"), ("withdrawn", WITHDRAWN))
    for minutes in LIMITS
}


def _withdrawn_in_time() -> None:
    copied = {name: f"{name} {UNKEPT}" for name in ("theme_id", "source_id")}
    others = [*(key(name, SMALL, comment) for name, comment in copied.items())]
    others.append(key("province_code", TEXT, f"province_code {UNKEPT}"))
    _sums("rollup_request", "Takedown requests by the hour or day their default clock started", others, REQUEST)
    urgency = key("class_id", SMALL, "takedown_request.urgency: 0 hoax, 1 urgent, 2 anything else")
    by_class = "Takedown requests by class of urgency and the hour or day their default clock started"
    _sums("rollup_class", by_class, [urgency], CLASS)


def _sums(name: str, comment: str, others: list["sa.Column[Any]"], measures: dict[str, str]) -> None:
    op.drop_table(name)
    op.create_table(
        name,
        *_keys(),
        *others,
        *(column(measure, BIG, words, server_default="0") for measure, words in measures.items()),
        sa.PrimaryKeyConstraint("cube", "service_id", "bucket", *(other.name for other in others), name=f"pk_{name}"),
        comment=comment,
        postgresql_with=SUMS,
        sqlite_with_rowid=False,
    )


def _rows(name: str, comment: str, dimensions: dict[str, Any], what: str) -> None:
    op.create_table(
        name,
        *_keys(),
        *(key(each, kind, f"{each} {UNKEPT}") for each, kind in dimensions.items()),
        column("n_requests", BIG, what, server_default="0"),
        sa.PrimaryKeyConstraint("cube", "service_id", "bucket", *dimensions, name=f"pk_{name}"),
        comment=comment,
        postgresql_with=SUMS,
        sqlite_with_rowid=False,
    )


def _bytes(name: str, comment: str, what: str) -> None:
    op.create_table(
        name,
        *_keys(),
        column("counts", sa.LargeBinary(), what),
        sa.PrimaryKeyConstraint("cube", "service_id", "bucket", name=f"pk_{name}"),
        comment=comment,
        postgresql_with=SUMS,
        sqlite_with_rowid=False,
    )
    if op.get_context().dialect.name == "postgresql":
        # To press the bytes together and to take them apart again costs more than to read them as they are.
        op.execute(f"ALTER TABLE {name} ALTER COLUMN counts SET STORAGE EXTERNAL")


def _keys() -> list["sa.Column[Any]"]:
    return [
        key("cube", SMALL, "Cube.id of data.rollups.declarations"),
        key("service_id", SMALL, f"service_id {UNKEPT}"),
        key("bucket", WHOLE, "Time bucket of received_at, else notified_at in the cube's grain"),
    ]
