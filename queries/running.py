"""Requests over an hour old whose clock shows less than an hour, on any clock: they are not yet due.

The default clock has an index for these few (`queries.waiting`), and serves all that end with the action; on the
others they are looked for in the window.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Connection, and_, bindparam, select, text

from data.rollups import clocks
from data.rollups.declarations import REQUEST, on_clock
from data.rollups.requests import WITHIN_SECONDS
from data.tables import takedown_request
from data.tables.facts import ODD_OPEN_REQUEST
from queries.cubes import Asked, Piece, started_between
from queries.dimensions import Ids
from queries.filters import Filters
from queries.known import age, as_known
from queries.narrowing import Narrowed, narrowed, values
from queries.once import once
from queries.reading import Statement, rows
from queries.waiting import HOUR_LONG, Waiting


def running(connection: Connection, filters: Filters, numbered: Ids) -> Sequence[tuple[int, int]]:
    """Return (service_id, started in UTC seconds) of running requests of the window that stops keep from being due."""
    return once(connection, (running, filters), lambda: _read(connection, filters, numbered))


def _read(connection: Connection, filters: Filters, numbered: Ids) -> Sequence[tuple[int, int]]:
    if filters.clock == clocks.DEFAULT.code:
        return Waiting(filters, numbered).running(connection)
    until = min(int(filters.until.timestamp()), int((filters.as_of - HOUR_LONG).timestamp()) + 1)
    longest = int(Asked(REQUEST, filters, numbered).longest.total_seconds())
    since = max(int(filters.since.timestamp()), until - longest)
    moments = {"since": since, "until": until, "as_of": int(filters.as_of.timestamp())}
    statement = _statement(narrowed(filters), filters.clock, filters.pinned)
    found = rows(connection, statement, {**values(filters, numbered), **moments})
    return [tuple(row) for row in found]


@lru_cache(maxsize=200)
def _statement(shape: Narrowed, code: str, is_pinned: bool) -> Statement:
    clock, starts = clocks.CLOCKS[code], on_clock(REQUEST.table.name, code).starts
    piece = Piece(None, *(bindparam(name, type_=BigInteger) for name in ("since", "until")))
    row: Any = as_known(takedown_request, piece, starts) if is_pinned else takedown_request.c
    begun = clocks.started(row, clock).label("started")
    young = and_(clocks.is_running(row, clock), clocks.measurable(row, clock), age(row, clock) < WITHIN_SECONDS)
    window = started_between(on_clock(REQUEST.table.name, code), row, piece)
    # An open one of over an hour whose clock shows less was stopped: it is among the odd ones, which have an index.
    few: list[Any] = [] if is_pinned or clock.is_confirmed else [text(ODD_OPEN_REQUEST)]
    where = (*few, window, young, *shape.facts(row))
    return select(row.service_id, begun).where(*where).order_by(row.service_id, begun)
