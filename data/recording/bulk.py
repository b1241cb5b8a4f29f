"""Millions of rows at once: whole rows into the tables, roll-ups made once at the end."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
from sqlalchemy import Connection, Engine, Table, case, func, insert, literal, or_, select, update

from data import tables
from data.columns import UtcSeconds
from data.engine import checkpoint, is_postgres, transaction
from data.recording import (
    access_block,
    appeal,
    clarification,
    complaint,
    content,
    issue,
    outreach,
    qos_measurement,
    referral,
    takedown_request,
)
from data.rollups import keeping, recount, triggers

Columns = Mapping[str, Sequence[Any]] | pd.DataFrame | pa.Table
"""One batch by column: lists, numpy arrays, masked arrays, a frame or an Arrow table. Times: UTC seconds or aware."""

Batch = tuple[str, Columns]
"""A table's name and rows for it. Columns that are missing take NULL, or their default where they have none."""

Progress = Callable[[str, int], None]
"""Called with what is being done (a table's name, or 'rollups') and how many rows of it are done."""

SUBJECTS = {
    module.SUBJECT.table.name: module.SUBJECT
    for module in (access_block, appeal, clarification, complaint, content, issue, qos_measurement, referral,
                   takedown_request)
} | {subject.table.name: subject for subject in (outreach.REACH, outreach.ACTIVITY, outreach.HASHTAG)}  # fmt: skip

Mark = tuple[int, bool]
"""Newest fact of a feed in UTC seconds, and whether any of its rows was invented."""

DAY_SECONDS, WIB_SECONDS = 86_400, 25_200


def load(
    engine: Engine, batches: Iterable[Batch], *, progress: Progress | None = None, one_transaction: bool = True
) -> dict[str, int]:
    """Load whole rows of any tables, rebuild the roll-ups, bump the feeds; return rows loaded by table.

    The rows are taken as they are: ids, copies and outcomes must already agree (`data.rollups.integrity` tells).
    Keys must be new. In one transaction readers see all or nothing; otherwise `setting.rollups_state` says
    `building` until the end, readers refuse, and a load that died is mended by `recount.rebuild`.
    """
    say = progress or (lambda _name, _rows: None)
    loaded: dict[str, int] = {}
    marks: dict[str, Mark] = {}
    if one_transaction:
        with transaction(engine) as connection:
            with_triggers = _begin(connection)
            for batch in batches:
                _write(connection, batch, loaded, marks, say)
            _finish(connection, with_triggers, marks, say)
    else:
        _load_in_parts(engine, batches, loaded, marks, say)
    checkpoint(engine)
    return loaded


def _load_in_parts(
    engine: Engine, batches: Iterable[Batch], loaded: dict[str, int], marks: dict[str, Mark], say: Progress
) -> None:
    with transaction(engine) as connection:
        recount.set_state(connection, recount.BUILDING)
        with_triggers = _begin(connection)
    for batch in batches:
        with transaction(engine) as connection:
            _write(connection, batch, loaded, marks, say)
    with transaction(engine) as connection:
        _finish(connection, with_triggers, marks, say)


def _begin(connection: Connection) -> bool:
    """Take the triggers away and return whether they are to come back."""
    keeping.take_gate(connection)
    kept_by = connection.execute(
        select(tables.setting.c.value).where(tables.setting.c.name == "rollups").order_by(tables.setting.c.name)
    ).scalar()
    triggers.remove(connection)
    return kept_by != "recorded"


def _finish(connection: Connection, with_triggers: bool, marks: Mapping[str, Mark], say: Progress) -> None:
    recount.rebuild(connection, lambda name, cells: say(f"rollups: {name}", cells))
    if with_triggers:
        triggers.install(connection)
    if is_postgres(connection):
        connection.exec_driver_sql("ANALYZE")
    _bump(connection, marks)


def _bump(connection: Connection, marks: Mapping[str, Mark]) -> None:
    feed, now = tables.feed, int(datetime.now(UTC).timestamp())
    for code, (mark, is_simulated) in sorted(marks.items()):
        newest = min(mark, now)
        later = case((func.coalesce(feed.c.watermark_at, 0) > newest, feed.c.watermark_at), else_=newest)
        connection.execute(
            update(feed)
            .where(feed.c.code == code)
            .values(
                seq=feed.c.seq + 1,
                watermark_at=later,
                written_at=now,
                is_simulated=or_(feed.c.is_simulated, literal(is_simulated)),
            )
        )


def _write(connection: Connection, batch: Batch, loaded: dict[str, int], marks: dict[str, Mark], say: Progress) -> None:
    name, rows = batch
    table = tables.metadata.tables[name]
    arrays = _completed(table, rows)
    n_rows = len(next(iter(arrays.values()))) if arrays else 0
    if not n_rows:
        return
    copy = _copy if is_postgres(connection) else _insert
    copy(connection, table, arrays)
    _note_newest(name, arrays, marks)
    loaded[name] = loaded.get(name, 0) + n_rows
    say(name, loaded[name])


def _completed(table: Table, rows: Columns) -> dict[str, pa.Array]:
    """Return the given columns as Arrow arrays in the table's order, with the subject's defaults for missing ones."""
    given: dict[str, Any] = {name: rows[name] for name in (rows.column_names if isinstance(rows, pa.Table) else rows)}
    if unknown := set(given) - set(table.c.keys()):
        raise KeyError(f"{table.name} has no columns {sorted(unknown)}")
    arrays = {name: _array(values, isinstance(table.c[name].type, UtcSeconds)) for name, values in given.items()}
    n_rows = len(next(iter(arrays.values()))) if arrays else 0
    subject = SUBJECTS.get(table.name)
    for name, value in (subject.defaults if subject else {}).items():
        arrays.setdefault(name, pa.array([value] * n_rows))
    return {column.name: arrays[column.name] for column in table.columns if column.name in arrays}


def _array(values: Any, is_time: bool) -> pa.Array:
    if isinstance(values, pa.ChunkedArray):
        array = values.combine_chunks()
    elif isinstance(values, np.ma.MaskedArray):
        array = pa.array(values.data, mask=np.ma.getmaskarray(values), from_pandas=True)
    else:
        array = pa.array(values, from_pandas=True)
    if is_time and pa.types.is_timestamp(array.type):
        return array.cast(pa.timestamp("s", tz="UTC"), safe=False).cast(pa.int64())
    return array


def _insert(connection: Connection, table: Table, arrays: Mapping[str, pa.Array]) -> None:
    words = str(insert(table).compile(dialect=connection.dialect, column_keys=list(arrays)))
    cursor = connection.connection.cursor()
    cursor.executemany(words, zip(*(array.to_pylist() for array in arrays.values()), strict=True))
    cursor.close()


def _copy(connection: Connection, table: Table, arrays: Mapping[str, pa.Array]) -> None:
    """COPY as CSV: Arrow quotes every text and leaves what is missing unquoted, so '' and NULL stay apart."""
    page = BytesIO()
    options = pyarrow.csv.WriteOptions(include_header=False)
    pyarrow.csv.write_csv(pa.table(dict(arrays)), page, options)
    names = ", ".join(f'"{name}"' for name in arrays)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN (FORMAT csv)') as stream:
        stream.write(page.getbuffer())


def _note_newest(name: str, arrays: Mapping[str, pa.Array], marks: dict[str, Mark]) -> None:
    """Note the newest fact of each feed in a batch."""
    subject = SUBJECTS.get(name)
    if subject is None or "feed_code" not in arrays:
        return
    newest = np.zeros(len(arrays["feed_code"]), dtype=np.int64)
    for column in subject.clock:
        if column in arrays:
            seconds = np.nan_to_num(arrays[column].to_numpy(zero_copy_only=False).astype("float64")).astype(np.int64)
            is_day = column.endswith("day")
            newest = np.maximum(newest, seconds * DAY_SECONDS - WIB_SECONDS if is_day else seconds)
    codes = np.asarray(arrays["feed_code"].to_pylist(), dtype=object)
    invented = np.asarray(arrays["is_simulated"].to_pylist() if "is_simulated" in arrays else [False] * len(codes))
    for code in sorted(set(codes)):
        mark, was_invented = marks.get(code, (0, False))
        here = codes == code
        marks[code] = max(mark, int(newest[here].max())), was_invented or bool(invented[here].any())
