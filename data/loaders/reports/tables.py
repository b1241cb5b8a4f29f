"""Tables of reports, ready to be loaded by the machinery of every other format."""

from collections.abc import Callable
from typing import Any

import numpy as np

from data.loaders.codes import Codes
from data.loaders.files.records import Row
from data.loaders.files.tables import Table
from data.loaders.options import Options
from data.loaders.prepared import Prepared
from data.loaders.problems import LoadProblem
from data.loaders.reports import activities, measurements, reach
from data.loaders.reports.kinds import Kind, columns_of, in_feed_of, told
from data.loaders.reports.plans import Key, ReportPlan, decide
from data.loaders.reports.words import METRICS
from data.loaders.values.decimals import measured
from data.loaders.words import plain

Reader = reach.ReachReader | activities.ActivityReader | measurements.MeasurementReader

KEYS: dict[str, Key] = {"reach": reach.key_of, "activity": activities.key_of, "qos": measurements.key_of}
REPEATED = {
    "reach": "rows repeat the day, channel, place and message of an earlier one: the later counts",
    "activity": "rows repeat an earlier activity: the later counts",
}


def prepare_known(tables: list[Table], codes: Codes, options: Options) -> tuple[Options, list[Prepared[Row]]] | None:
    """Return the reports among the tables ready to be loaded, and the options with their feed; None where none is one.

    Raise `LoadProblem` when the kind was told and no table has its columns.
    """
    kinds = [(table, kind) for table in tables if (kind := told(table, options))]
    if not kinds:
        return None
    ready, problems = [], []
    for table, kind in kinds:
        try:
            ready.append(prepare(table, kind, codes, in_feed_of(kind, options)))
        except LoadProblem as problem:
            problems.append(problem)
    if not ready:
        raise problems[0]
    passed = [table.name for table in tables if all(table is not each for each, _ in kinds)]
    ready[0].notes.extend(f"sheet passed over: {each}" for each in (*problems, *passed))
    return in_feed_of(kinds[0][1], options), ready


def prepare(table: Table, kind: Kind, codes: Codes, options: Options) -> Prepared[Row]:
    """Survey a table and return it ready to be loaded."""
    columns = columns_of(table, kind, options.mapping)
    plan = decide(table, columns, options, KEYS[kind.name], codes.regions)
    reader = _reader(table, kind, plan, codes, options)
    return Prepared(
        name=table.name,
        format=kind.name,
        header=table.header,
        row_count=plan.row_count,
        rows=table.rows,
        look=_itself,
        numbers=plan.groups,
        interpret=reader.interpret,
        unknowns=reader.unknowns,
        notes=[*plan.notes, *_repeated(kind, plan)],
        date_order=plan.order.order,
    )


def _reader(table: Table, kind: Kind, plan: ReportPlan, codes: Codes, options: Options) -> Reader:
    if kind.name == "reach":
        return reach.ReachReader(plan, codes, options, is_by_hashtag=_is_by_hashtag(table, plan))
    if kind.name == "activity":
        return activities.ActivityReader(plan, codes, options)
    return measurements.MeasurementReader(plan, table.header, codes, options, is_per_cent=_is_per_cent(table, plan))


def _itself(row: Row) -> Row:
    return row


def _repeated(kind: Kind, plan: ReportPlan) -> list[str]:
    """Return a sentence on rows that speak of the same thing; of measurements a row a metric is the usual form."""
    keys = np.frombuffer(plan.groups.contents, dtype=np.int64) if len(plan.groups.contents) else np.empty(0)
    n = len(keys) - len(np.unique(keys))
    return [f"{n} {REPEATED[kind.name]}"] if n and kind.name in REPEATED else []


def _any_row(table: Table, holds: Callable[[Row], Any]) -> bool:
    return any(holds(row) for row in table.rows() if row.problem is None)


def _is_by_hashtag(table: Table, plan: ReportPlan) -> bool:
    """Return whether rows of one day and channel differ in their hashtags alone: no reach of a campaign."""
    if not plan.plan.has("hashtag"):
        return False
    names = [name for name in reach.KEY if name != "hashtag"]
    seen: dict[int, str] = {}

    def differs(row: Row) -> bool:
        key = hash(tuple(plain(plan.plan.text(row, name)) for name in names))
        hashtag = plain(plan.plan.text(row, "hashtag"))
        return seen.setdefault(key, hashtag) != hashtag

    return _any_row(table, differs)


def _is_per_cent(table: Table, plan: ReportPlan) -> bool:
    """Return whether bare numbers of packet loss are per cent: their header says so, or one of them is above 1."""
    positions = plan.plan.columns.get("packet_loss_share", ())
    if any(measurements.is_per_cent(table.header[position]) for position in positions):
        return True

    def is_above_one(row: Row) -> bool:
        is_loss = METRICS.get(plain(plan.plan.text(row, "metric").partition("(")[0])) == "packet_loss_share"
        name = "packet_loss_share" if positions else "value"
        found = measured(plan.plan.cell(row, name), plan.marks[name]) if positions or is_loss else None
        return found is not None and found[0] > 1

    return (bool(positions) or plan.plan.has("metric")) and _any_row(table, is_above_one)
