"""The times of one office row."""

from datetime import datetime, timedelta

from data.loaders.files.records import Row
from data.loaders.plans import Plan
from data.loaders.problems import RowProblem
from data.loaders.values.dates import WIB, Moment, moment, on_clock, whole_day

TOLERANCE = timedelta(minutes=5)
"""How far ahead of our clock another office's clock may run."""


def moments_of(plan: Plan, row: Row, now: datetime) -> dict[str, Moment]:
    """Return the known times of a row by field; raise `RowProblem` for unreadable ones and those in the future."""
    found = {}
    for name in plan.times:
        read = _read(plan, row, name)
        if read is None:
            continue
        if read.at > now + TOLERANCE:
            raise RowProblem(f"{name} lies in the future: {read.at.astimezone(WIB):%Y-%m-%d %H:%M} WIB")
        found[name] = read
    return found


def _read(plan: Plan, row: Row, name: str) -> Moment | None:
    style = plan.styles.get(name, plan.style)
    try:
        read = moment(plan.cell(row, name), style)
    except RowProblem as problem:
        raise RowProblem(f"{name}: {problem}") from None
    if read is None:
        return None
    if name in ("at", plan.main_time) and plan.has("clock"):
        return on_clock(read, plan.text(row, "clock"), style)
    return whole_day(read) if name in plan.day_only else read


def main_moment(plan: Plan, found: dict[str, Moment]) -> Moment | None:
    """Return the time by which the row is counted."""
    return found.get(plan.main_time) if plan.main_time else None
