"""What `queries.durations` says of latency: curves, medians with their bounds, and how requests end.

Pure functions of that frame. A removal ends the wait; every other end takes the request out of sight (censored) for
the curve, and is an end of its own for the incidence. Closed messaging has no platform latency: n/a, never 0.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

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

CURVE_POINTS = 160
"""Points of one drawn curve: denser would be finer than a pixel."""

RISK_MINUTES = (1, 15, 60, 240, 1440)
"""Moments at which the numbers still watched are printed under the curves."""

DEADLINE_MINUTES = 60


def of_service(frame: pd.DataFrame, service: str) -> pd.DataFrame:
    """Return the rows of one service; '' all services but closed messaging."""
    return frame[~frame["is_closed_messaging"]] if service == "" else frame[frame["service"] == service]


def survival(rows: pd.DataFrame) -> Survival:
    """Return the Kaplan–Meier curve of removal of some rows of `durations`; times in seconds."""
    times, ended, censored = _grouped(rows, ("removed",))
    return kaplan_meier(times, ended[0], censored)


def _grouped(rows: pd.DataFrame, ends: Sequence[str]) -> tuple[Any, Any, Any]:
    seconds, n = rows["seconds"].to_numpy(), rows["n"].to_numpy()
    times, place = np.unique(seconds, return_inverse=True)
    counts = {end: _counts(place, n * (rows["end"] == end).to_numpy(), len(times)) for end in ends}
    everything = _counts(place, n, len(times))
    ended = np.array([counts[end] for end in ends], dtype=np.int64).reshape(len(ends), len(times))
    return times, ended, everything - ended.sum(axis=0)


def _counts(place: Any, n: Any, size: int) -> Any:
    return np.bincount(place, weights=n, minlength=size).astype(np.int64)


def services(frame: pd.DataFrame) -> list[str]:
    """Return the services in the frame, in screen order."""
    return list(dict.fromkeys(frame["service"]))


def summary(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per service in screen order, then the total '': median, 90th percentile, share within the hour.

    A quantile that the curve does not reach is NaN, and `longest_minutes` says how long was watched: "> x".
    """
    return from_rows([_summed(frame, service) for service in [*services(frame), ""]], SUMMARY)


def _summed(frame: pd.DataFrame, service: str) -> dict[str, object]:
    rows = of_service(frame, service)
    closed = bool(rows["is_closed_messaging"].any())
    line: dict[str, object] = {
        "service": service, "is_total": service == "", "is_applicable": not closed and len(rows) > 0,
        "is_signatory": service != "" and bool(rows["is_signatory"].all()),
        "n": int(rows["n"].sum()), "n_open": _of_end(rows, "open"), "n_removed": _of_end(rows, "removed"),
    }  # fmt: skip
    return line | _figures(survival(rows.iloc[:0] if closed else rows))


def _of_end(rows: pd.DataFrame, end: str) -> int:
    return int(rows.loc[rows["end"] == end, "n"].sum())


def _figures(curve: Survival) -> dict[str, object]:
    figures: dict[str, object] = {"longest_minutes": _minutes(curve.last_time)}
    for name, share in (("median", 0.5), ("p90", 0.9)):
        low, high = curve.quantile_band(share)
        figures |= {f"{name}_minutes": _minutes(curve.quantile(share)), f"{name}_low_minutes": _minutes(low),
                    f"{name}_high_minutes": _minutes(high)}  # fmt: skip
    up, low_up, high_up = curve.at(DEADLINE_MINUTES * 60) if curve.last_time is not None else (np.nan,) * 3
    return figures | {"removed_60": 1 - up, "removed_60_low": 1 - high_up, "removed_60_high": 1 - low_up}


def _minutes(seconds: int | None) -> float:
    return np.nan if seconds is None else seconds / 60


def curves(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per service and drawn moment, at most `CURVE_POINTS` a service: share still up, its band, still watched.

    Every curve starts at its first moment with the share 1 and ends where nobody is watched any longer.
    """
    return from_rows([row for service in _applicable(frame) for row in _drawn(frame, service)], CURVES)


def _applicable(frame: pd.DataFrame) -> list[str]:
    return services(of_service(frame, ""))


def _drawn(frame: pd.DataFrame, service: str) -> Iterator[dict[str, object]]:
    rows = of_service(frame, service)
    curve, signed = survival(rows), bool(rows["is_signatory"].all())
    if curve.last_time is None:
        return
    grid = np.unique(np.geomspace(60, max(curve.last_time, 3600), CURVE_POINTS).round().astype(int))
    for second in sorted({*grid.tolist(), DEADLINE_MINUTES * 60, 14_400, 86_400}):
        if second > curve.last_time:
            break
        up, low, high = curve.at(second)
        at_risk = curve.at_risk_at(second)
        yield {"service": service, "is_signatory": signed, "minutes": second / 60, "at_risk": at_risk,
               "still_up": up, "low": up if np.isnan(low) else low, "high": up if np.isnan(high) else high}  # fmt: skip


def at_risk(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per service and moment of `RISK_MINUTES`: requests still watched just before it."""
    lines = []
    for service in _applicable(frame):
        rows = of_service(frame, service)
        curve, signed = survival(rows), bool(rows["is_signatory"].all())
        for minutes in RISK_MINUTES:
            n = curve.at_risk_at(minutes * 60)
            lines.append({"service": service, "is_signatory": signed, "minutes": minutes, "at_risk": n})
    return from_rows(lines, AT_RISK)


def incidence(frame: pd.DataFrame, minutes: Sequence[int] = (60, 240, 1440, 10_080)) -> pd.DataFrame:
    """One row per service (then the total ''), moment and end: share that had ended so by then (Aalen–Johansen).

    `n` is the number of requests of the service that ended so at all. The shares of one moment add up to at most 1.
    """
    return from_rows([row for s in [*_applicable(frame), ""] for row in _incidence(frame, s, minutes)], INCIDENCE)


def _incidence(frame: pd.DataFrame, service: str, minutes: Sequence[int]) -> Iterator[dict[str, object]]:
    rows = of_service(frame, service)
    times, ended, censored = _grouped(rows, ENDS)
    shares = cumulative_incidence(times, ended, censored)
    for moment in minutes:
        place = int(np.searchsorted(times, moment * 60, side="right")) - 1
        for number, end in enumerate(ENDS):
            share = float(shares[number, place]) if place >= 0 else 0.0
            yield {"service": service, "minutes": moment, "end": end, "share": share, "n": int(ended[number].sum())}
