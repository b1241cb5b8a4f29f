"""What `queries.durations` says of latency: curves, medians with their bounds, and how requests end.

Pure functions of that frame. A removal ends the wait; every other end takes the request out of sight (censored) for
the curve, and is an end of its own for the incidence. Closed messaging has no platform latency: n/a, never 0.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from queries.reading import Columns, from_rows
from queries.survival import Survival, cumulative_incidence, kaplan_meier

SUMMARY: Columns = {
    "service": "text", "is_total": "flag", "is_signatory": "flag", "is_applicable": "flag",
    "n": "count", "n_open": "count", "n_removed": "count",
    "median_minutes": "real", "median_low_minutes": "real", "median_high_minutes": "real",
    "p90_minutes": "real", "p90_low_minutes": "real", "p90_high_minutes": "real",
    "longest_minutes": "real",
    "removed_60": "share", "removed_60_low": "share", "removed_60_high": "share",
}  # fmt: skip
CURVES: Columns = {
    "service": "text", "is_signatory": "flag", "minutes": "real", "at_risk": "count",
    "still_up": "share", "low": "share", "high": "share",
}  # fmt: skip
AT_RISK: Columns = {"service": "text", "is_signatory": "flag", "minutes": "real", "at_risk": "count"}
INCIDENCE: Columns = {"service": "text", "minutes": "real", "end": "text", "share": "share", "n": "count"}

COMPETING = ("restricted", "labelled", "rejected", "withdrawn")
"""Ends that are no removal."""

ENDS = ("removed", *COMPETING)
EVERY_END = ("open", *ENDS)

CURVE_POINTS = 160
"""Points of one drawn curve: denser would be finer than a pixel."""

RISK_MINUTES = (1, 15, 60, 240, 1440)
"""Moments at which the numbers still watched are printed under the curves."""

DEADLINE_MINUTES = 60


def of_service(frame: pd.DataFrame, service: str) -> pd.DataFrame:
    """Return the rows of one service; '' all services but closed messaging."""
    return frame[~frame["is_closed_messaging"]] if service == "" else frame[frame["service"] == service]


@dataclass(frozen=True)
class Rows:
    """Some rows of `durations` as arrays: seconds, number and end (its place in `EVERY_END`) of each."""

    seconds: NDArray[np.int64]
    n: NDArray[np.int64]
    end: NDArray[np.int64]
    is_signatory: bool = False
    is_closed: bool = False

    def kept(self, where: NDArray[np.bool_], **known: bool) -> "Rows":
        """Return those rows for which `where` is true."""
        return Rows(self.seconds[where], self.n[where], self.end[where], **known)

    def of_end(self, end: str) -> int:
        """Return how many requests ended so."""
        return int(self.n[self.end == EVERY_END.index(end)].sum())

    def grouped(self, ends: Sequence[str]) -> tuple[Any, Any, Any]:
        """Return distinct times, the number of each of these ends at each, and of all else at each."""
        times, place = np.unique(self.seconds, return_inverse=True)
        code = self.end * len(times) + place
        counts = np.bincount(code, weights=self.n, minlength=len(EVERY_END) * len(times)).astype(np.int64)
        by_end = counts.reshape(len(EVERY_END), len(times))
        ended = by_end[[EVERY_END.index(end) for end in ends]]
        return times, ended, by_end.sum(axis=0) - ended.sum(axis=0)

    def survival(self) -> Survival:
        """Return the Kaplan–Meier curve of removal; times in seconds."""
        times, ended, censored = self.grouped(("removed",))
        return kaplan_meier(times, ended[0], censored)


def _rows_of(frame: pd.DataFrame) -> Rows:
    codes, names = pd.factorize(frame["end"])
    places = np.array([EVERY_END.index(name) for name in names] or [0], dtype=np.int64)
    return Rows(frame["seconds"].to_numpy(np.int64), frame["n"].to_numpy(np.int64), places[codes])


def _by_service(frame: pd.DataFrame) -> dict[str, Rows]:
    """Return the rows of each service in screen order, and under '' those of all but closed messaging."""
    every, closed = _rows_of(frame), frame["is_closed_messaging"].to_numpy(bool)
    signed = frame["is_signatory"].to_numpy(bool)
    codes, names = pd.factorize(frame["service"])
    found = {}
    for code, service in enumerate(names):
        own = codes == code
        found[service] = every.kept(own, is_signatory=bool(signed[own].all()), is_closed=bool(closed[own].any()))
    return found | {"": every.kept(~closed)}


def _applicable(frame: pd.DataFrame) -> dict[str, Rows]:
    return {service: rows for service, rows in _by_service(frame).items() if service and not rows.is_closed}


def survival(rows: pd.DataFrame) -> Survival:
    """Return the Kaplan–Meier curve of removal of some rows of `durations`; times in seconds."""
    return _rows_of(rows).survival()


def services(frame: pd.DataFrame) -> list[str]:
    """Return the services in the frame, in screen order."""
    return list(frame["service"].unique())


def summary(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per service in screen order, then the total '': median, 90th percentile, share within the hour.

    A quantile that the curve does not reach is NaN, and `longest_minutes` says how long was watched: "> x".
    """
    return from_rows([_summed(service, rows) for service, rows in _by_service(frame).items()], SUMMARY)


def _summed(service: str, rows: Rows) -> dict[str, object]:
    line: dict[str, object] = {
        "service": service, "is_total": service == "", "is_applicable": not rows.is_closed and len(rows.n) > 0,
        "is_signatory": rows.is_signatory,
        "n": int(rows.n.sum()), "n_open": rows.of_end("open"), "n_removed": rows.of_end("removed"),
    }  # fmt: skip
    none = np.zeros(len(rows.n), dtype=bool)
    return line | _figures((rows.kept(none) if rows.is_closed else rows).survival())


def _figures(curve: Survival) -> dict[str, object]:
    figures: dict[str, object] = {"longest_minutes": _minutes(curve.last_time)}
    for name, share in (("median", 0.5), ("p90", 0.9)):
        low, high = curve.quantile_band(share)
        figures |= {f"{name}_minutes": _minutes(curve.quantile(share)), f"{name}_low_minutes": _minutes(low),
                    f"{name}_high_minutes": _minutes(high)}  # fmt: skip
    hour = DEADLINE_MINUTES * 60
    up, low_up, high_up = curve.at(hour) if curve.is_known_at(hour) else (np.nan,) * 3
    return figures | {"removed_60": 1 - up, "removed_60_low": 1 - high_up, "removed_60_high": 1 - low_up}


def _minutes(seconds: int | None) -> float:
    return np.nan if seconds is None else seconds / 60


def curves(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per service and drawn moment, about `CURVE_POINTS` a service: share still up, its band, still watched.

    Every curve starts at its first moment with the share 1 and ends where nobody is watched any longer.
    """
    return from_rows([row for service, rows in _applicable(frame).items() for row in _drawn(service, rows)], CURVES)


def _drawn(service: str, rows: Rows) -> Iterator[dict[str, object]]:
    curve = rows.survival()
    if curve.last_time is None:
        return
    grid = np.geomspace(60, max(curve.last_time, 3600), CURVE_POINTS).round().astype(np.int64)
    drawn = np.unique([*grid.tolist(), DEADLINE_MINUTES * 60, 14_400, 86_400, curve.last_time])
    drawn = drawn[drawn <= curve.last_time]
    place = np.searchsorted(curve.times, drawn, side="right")
    up, low, high = (np.concatenate([[1.0], side])[place] for side in (curve.survival, curve.low, curve.high))
    at_risk = curve.at_risk[np.searchsorted(curve.times, drawn, side="left")]
    low = np.where(np.isnan(low), up, low)
    high = pd.Series(high).ffill().fillna(1).to_numpy()  # all down: no surer of it than at the step before
    columns = (drawn / 60, at_risk, up, low, high)
    for minutes, n, *shares in zip(*(column.tolist() for column in columns), strict=True):
        known = dict(zip(("still_up", "low", "high"), shares, strict=True))
        yield {"service": service, "is_signatory": rows.is_signatory, "minutes": minutes, "at_risk": n} | known


def at_risk(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per service and moment of `RISK_MINUTES`: requests still watched just before it."""
    lines = []
    for service, rows in _applicable(frame).items():
        curve = rows.survival()
        for minutes in RISK_MINUTES:
            n = curve.at_risk_at(minutes * 60)
            lines.append({"service": service, "is_signatory": rows.is_signatory, "minutes": minutes, "at_risk": n})
    return from_rows(lines, AT_RISK)


def incidence(frame: pd.DataFrame, minutes: Sequence[int] = (60, 240, 1440, 10_080)) -> pd.DataFrame:
    """One row per service (then the total ''), moment and end: share that had ended so by then (Aalen–Johansen).

    `n` is the number of requests of the service that ended so at all. The shares of one moment add up to at most 1;
    they are NaN for a moment until which no request was watched while some had not ended.
    """
    shown = {service: rows for service, rows in _by_service(frame).items() if not rows.is_closed}
    return from_rows([row for service, rows in shown.items() for row in _incidence(service, rows, minutes)], INCIDENCE)


def _incidence(service: str, rows: Rows, minutes: Sequence[int]) -> Iterator[dict[str, object]]:
    times, ended, censored = rows.grouped(ENDS)
    shares = cumulative_incidence(times, ended, censored)
    all_ended = len(times) > 0 and not censored.any()
    for moment in minutes:
        place = int(np.searchsorted(times, moment * 60, side="right")) - 1
        is_known = len(times) > 0 and (all_ended or times[-1] >= moment * 60)
        for number, end in enumerate(ENDS):
            known = float(shares[number, place]) if place >= 0 else 0.0
            share = known if is_known else np.nan
            yield {"service": service, "minutes": moment, "end": end, "share": share, "n": int(ended[number].sum())}
