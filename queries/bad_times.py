"""Requests whose times measure nothing, by what is wrong with them: kept, counted, listed, and left out of figures."""

from functools import lru_cache
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, Connection, and_, bindparam, func, literal, select, true, union_all

from data.rollups import clocks
from data.rollups.clocks import OPEN, seconds
from data.rollups.declarations import REQUEST, on_clock
from data.rollups.shapes import one_if
from data.tables import takedown_request
from data.tables.facts import ODD_OPEN_REQUEST
from queries.cubes import Piece, started_between
from queries.dimensions import ids
from queries.filters import Filters
from queries.known import as_known
from queries.narrowing import Narrowed, narrowed, values
from queries.newest import newest
from queries.open_ages import STARTLESS, odd_ones
from queries.reading import Columns, Statement, from_rows, rows, total
from queries.sum_statements import ways_between
from queries.waiting import SKEW_SECONDS, open_then

SIFTED_REQUESTS = 10_000
"""Newest requests that are sifted by what is wrong with their times at every tick: a few milliseconds."""

BAD_TIMES: Columns = {"kind": "text", "n": "count"}

KINDS = ("negative", "without_end", "day_only", "without_start", "future")
"""What is wrong, in the order shown.

negative: it ended before its clock started. without_end: it ended, nobody knows when. day_only: a date without a time
of day. These three are of clocks started in the window. without_start: no time to start from, open now, whenever sent,
or ended in the window. future: sent, received or ended after as_of, by more than `SKEW_SECONDS`.
"""


def counts(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per kind in the order of `KINDS`, zeros included; the kinds of one request exclude each other.

    All but open and future ones are read from the newest part of the window (`queries.newest`):
    `attrs["bounded_since"]`.
    """
    numbered, ticking = ids(connection), filters.clock
    cut = newest(connection, filters, numbered, SIFTED_REQUESTS)
    moments = {name: int(getattr(cut, name).timestamp()) for name in ("since", "until", "as_of")}
    chosen: dict[str, Any] = {**values(cut, numbered), **moments, "late": moments["as_of"] + SKEW_SECONDS}
    sifted = rows(connection, _sifted(narrowed(cut), ticking, cut.pinned), chosen)[0]._mapping  # noqa: SLF001
    startless = sifted["ended_startless"]
    if cut.pinned:
        startless += rows(connection, _startless_then(narrowed(cut)), chosen)[0][0]
    else:
        startless += int((odd_ones(connection, cut, numbered)[:, 1] == STARTLESS).sum())
    found = {**sifted, "without_start": startless}
    bounded = cut.since if cut.since > filters.since else None
    return from_rows([{"kind": kind, "n": found[kind]} for kind in KINDS], BAD_TIMES, {"bounded_since": bounded})


@lru_cache(maxsize=200)
def _sifted(shape: Narrowed, code: str, is_pinned: bool) -> Statement:
    """Count all but open requests without a start, in one row; a fixed link knows nothing of the future."""
    odd, ended = _odd(shape, code, is_pinned).subquery(), _ended_startless(shape, is_pinned).subquery()
    ahead = (select(literal(0).label("future")) if is_pinned else _ahead(shape)).subquery()
    return select(odd, ended, ahead).select_from(odd.join(ended, true()).join(ahead, true()))


@lru_cache(maxsize=200)
def _odd(shape: Narrowed, code: str, is_pinned: bool) -> Statement:
    """Count what has a start in the window but no length, each request under the first kind that fits."""
    ticking, rollup = clocks.CLOCKS[code], on_clock(REQUEST.table.name, code)
    piece = Piece(None, *(bindparam(name, type_=BigInteger) for name in ("since", "until")))
    row: Any = as_known(takedown_request, piece, rollup.starts) if is_pinned else takedown_request.c
    is_day, has_ended = row.time_precision != "second", ~clocks.is_running(row, ticking)
    endless = and_(has_ended, clocks.ended(row, ticking).is_(None))
    backwards = and_(has_ended, clocks.latency(row, ticking) < 0)
    kinds = {"day_only": is_day, "without_end": and_(~is_day, endless), "negative": and_(~is_day, backwards)}
    sums = [total(one_if(met)).label(kind) for kind, met in kinds.items()]
    # Each way to start is counted apart: of one OR SQLite would look up each request.
    ways = [started_between(rollup, row, piece)] if is_pinned else ways_between(rollup, row, piece)
    found = union_all(*(select(*sums).where(way, *shape.facts(row)) for way in ways)).subquery().c
    return select(*(total(found[kind]).label(kind) for kind in kinds))


@lru_cache(maxsize=200)
def _startless_then(shape: Narrowed) -> Statement:
    """Count requests that were open and without a start at the moment of a link."""
    row: Any = open_then(ODD_OPEN_REQUEST)
    return select(func.count()).where(clocks.started(row, clocks.DEFAULT).is_(None), *shape.facts(row))


@lru_cache(maxsize=200)
def _ended_startless(shape: Narrowed, is_pinned: bool) -> Statement:
    """Count requests that ended in the window and never started: no clock that starts in a window shows them."""
    piece = Piece(None, *(bindparam(name, type_=BigInteger) for name in ("since", "until")))
    row: Any = as_known(takedown_request, piece, ("actioned_at",)) if is_pinned else takedown_request.c
    ended = (seconds(row.actioned_at) >= piece.start, seconds(row.actioned_at) < piece.end)
    startless = (row.outcome_id != OPEN, clocks.started(row, clocks.DEFAULT).is_(None))
    return select(func.count().label("ended_startless")).where(*ended, *startless, *shape.facts(row))


@lru_cache(maxsize=200)
def _ahead(shape: Narrowed) -> Statement:
    """Count what was sent, received or ended in the future, by the last of these, each through its own index."""
    row, late = takedown_request.c, bindparam("late", type_=BigInteger)
    sent, received, ended = (seconds(time) for time in (row.notified_at, row.received_at, row.actioned_at))
    not_ended, not_received = (func.coalesce(time, late) <= late for time in (ended, received))
    ways = ((ended > late,), (received > late, not_ended), (sent > late, not_received, not_ended))
    counts = [select(func.count()).where(*way, *shape.facts(row)).scalar_subquery() for way in ways]
    return select((counts[0] + counts[1] + counts[2]).label("future"))
