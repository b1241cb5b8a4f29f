"""Open requests by the age of their clock: what the roll-up alone cannot say.

The roll-up knows how many requests of an hour are open. It does not know how old those of the last two are, whose
clock was stopped, or which have no usable start ("odd" ones): these few are read through partial indexes.
A fixed link reads requests as they were known then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection

from data.rollups.declarations import REQUEST
from data.rollups.requests import WITHIN_SECONDS
from queries.cubes import Asked
from queries.dimensions import Ids
from queries.filters import Filters
from queries.first_days import FAR, LONG_AGO, first_day, first_day_beside
from queries.narrowing import narrowed, values
from queries.open_ages import DATED, Numbers, before, odd_ones
from queries.reading import SqlRow, rows, whole_numbers
from queries.waiting_statements import COUNTED, NEARING_SECONDS, SKEW_SECONDS, open_then, statement_of, with_sums
from queries.windows import hour_start

__all__ = ["FAR", "HOUR_LONG", "LONG_AGO", "SKEW_SECONDS", "Waiting", "open_then"]

HOUR_LONG = timedelta(seconds=WITHIN_SECONDS)


@dataclass(frozen=True)
class Waiting:
    """The open requests of some filters at their `as_of`, whatever their window."""

    filters: Filters
    ids: Ids

    def counts(self, connection: Connection) -> Mapping[int, Mapping[str, int]]:
        """Return by service id: `COUNTED` of the requests open at as_of.

        n_overdue: dated, started more than 60 minutes ago, stopped clocks not spared. n_recent: dated, begun in the
        last hour. n_nearing: from minute 45 to 60. n_undated: without a usable start, or one in the future. n_spared:
        part of n_overdue, but the clock stood still and shows no more than 60 minutes.
        """
        now = int(self.filters.as_of.timestamp())
        moments = (now - WITHIN_SECONDS, now - NEARING_SECONDS, now + SKEW_SECONDS + 1)
        found = before(connection, self.filters, self.ids, moments, *first_day_beside(self.filters, self.ids))
        if found is not None:
            return _counted(found, odd_ones(connection, self.filters, self.ids), *moments[:2])
        return self._read(connection)

    def _read(self, connection: Connection) -> Mapping[int, Mapping[str, int]]:
        """Return the counts of a fixed link, or of filters that no sum holds."""
        counts: dict[int, dict[str, int]] = {}
        due = self.filters.as_of - HOUR_LONG
        past = replace(self.filters, since=LONG_AGO, until=hour_start(due))
        asked = Asked(REQUEST, past, self.ids, by=("service_id",), measures=("n_open",))
        young = statement_of("young", narrowed(self.filters), self.filters.pinned)
        sums = asked.sums() if asked.held() else None
        moments = self._moments() | {"whole": int(past.until.timestamp()) if sums else 0}
        statement, known = (with_sums(young, sums.statement), sums.parameters) if sums else (young, {})
        for service, *found in whole_numbers(connection, statement, {**moments, **known}).tolist():
            row = counts.setdefault(service, dict.fromkeys(COUNTED, 0))
            for name, n in zip(COUNTED, found, strict=True):
                row[name] += n
        return counts

    def odd(self, connection: Connection) -> Sequence[SqlRow]:
        """Return (service_id, n_overdue, n_recent, n_nearing, n_undated, n_spared) of the odd ones, first two 0."""
        return self._rows(connection, "odd")

    def running(self, connection: Connection) -> Sequence[tuple[int, int]]:
        """Return (service_id, started) of open requests of the window kept from being due by a stopped clock.

        They started at least 60 minutes ago; all younger ones are counted by `counts`.
        """
        if self.filters.pinned:
            return [tuple(row) for row in self._rows(connection, "running")]
        moments, (service, lacks, start, run) = self._moments(), odd_ones(connection, self.filters, self.ids).T
        inside = (start >= moments["since"]) & (start < moments["until"])
        kept = (lacks == DATED) & (run < WITHIN_SECONDS) & inside
        return sorted(zip(service[kept].tolist(), start[kept].tolist(), strict=True))

    def oldest(self, connection: Connection) -> SqlRow | None:
        """Return (started, age: seconds of its clock) of the dated open request that started first, or None."""
        return next(iter(self._rows(connection, "oldest", first_day(connection, self.filters, self.ids))), None)

    def _moments(self) -> dict[str, Any]:
        now = int(self.filters.as_of.timestamp())
        return {
            **values(self.filters, self.ids),
            "as_of": now, "due": now - WITHIN_SECONDS, "nearing": now - NEARING_SECONDS,
            "since": int(self.filters.since.timestamp()),
            "until": min(int(self.filters.until.timestamp()), now - WITHIN_SECONDS + 1),
        }  # fmt: skip

    def _rows(self, connection: Connection, kind: str, day: tuple[int, int] = (0, FAR)) -> Sequence[SqlRow]:
        statement = statement_of(kind, narrowed(self.filters), self.filters.pinned)
        moments = self._moments()
        last = min(day[1], moments["as_of"] + SKEW_SECONDS + 1)
        return rows(connection, statement, {**moments, "first": day[0], "last": last})


def _counted(found: Numbers, odd: Numbers, due: int, nearing: int) -> Mapping[int, Mapping[str, int]]:
    """Return `COUNTED` by service of how many started before certain moments, and of the odd ones."""
    service, n_late, n_later, n_begun, n_open = found.T
    of, lacks, start, run = odd.T
    is_dated = lacks == DATED
    spared = is_dated & (start < due) & (run <= WITHIN_SECONDS)
    is_young = is_dated & (start >= due)
    nearing_by_sum = is_young & (start < nearing)
    services = np.unique(np.concatenate([service, of]))
    known, odd_place = np.searchsorted(services, service), np.searchsorted(services, of)

    def added(counts: Numbers, *odd_ones: Any) -> list[int]:
        """Return by service: counts of those known by sums, and 1 for each odd one that is among some."""
        whole = np.bincount(known, counts, len(services))
        for sign, are in zip((1, -1), odd_ones, strict=False):
            whole = whole + sign * np.bincount(odd_place[are], minlength=len(services))
        return [int(n) for n in whole]

    columns = (
        added(n_late),
        added(n_begun - n_late),
        added(n_later - n_late, (spared | is_young) & (run > NEARING_SECONDS), nearing_by_sum),
        added(n_open - n_begun, ~is_dated),
        added(np.zeros_like(n_open), spared),
    )
    return {
        key: dict(zip(COUNTED, row, strict=True))
        for key, row in zip(services.tolist(), zip(*columns, strict=True), strict=True)
    }
