"""How each service behaves in the invented season: how much is found there, how fast it acts and how requests end.

Only the order of magnitude is borrowed from published figures; no public source gives times to the minute.
"""

from dataclasses import dataclass

import numpy as np

from data import tables
from data.reference.files import rows
from data.season.arrays import Floats


@dataclass(frozen=True)
class Habit:
    """One service.

    `found` is its share of all content, `views` multiplies views. `quick`, `usual`, `slow` are (share, median minutes)
    of three ways in which its staff acts. `ends` are the shares of removed, restricted, labelled, rejected, withdrawn,
    deleted by the uploader, and forgotten (withdrawn after months).
    """

    found: float
    views: float
    quick: tuple[float, float]
    usual: tuple[float, float]
    slow: tuple[float, float]
    ends: tuple[float, float, float, float, float, float, float]


MOST = (0.700, 0.020, 0.210, 0.030, 0.010, 0.025, 0.005)
FIRM = (0.800, 0.015, 0.110, 0.030, 0.010, 0.030, 0.005)
SOFT = (0.360, 0.020, 0.530, 0.050, 0.010, 0.018, 0.012)
OTHER = (0.660, 0.020, 0.220, 0.050, 0.015, 0.020, 0.015)

HABITS = {
    "unknown": Habit(0.0, 1.0, (0.30, 40), (0.40, 420), (0.30, 3600), OTHER),
    "whatsapp": Habit(0.010, 0.0, (0.30, 40), (0.40, 420), (0.30, 3600), OTHER),
    "instagram": Habit(0.068, 1.2, (0.50, 26), (0.35, 210), (0.15, 2200), MOST),
    "facebook": Habit(0.447, 1.0, (0.45, 28), (0.38, 240), (0.17, 2400), MOST),
    "threads": Habit(0.005, 0.3, (0.45, 32), (0.37, 270), (0.18, 2600), MOST),
    "google": Habit(0.002, 1.5, (0.20, 40), (0.45, 540), (0.35, 4300), OTHER),
    "youtube": Habit(0.012, 3.0, (0.30, 35), (0.45, 420), (0.25, 3600), MOST),
    "tiktok": Habit(0.118, 4.0, (0.62, 22), (0.28, 180), (0.10, 1800), FIRM),
    "telegram": Habit(0.006, 0.5, (0.15, 45), (0.45, 600), (0.40, 4800), OTHER),
    "snackvideo": Habit(0.013, 0.8, (0.40, 32), (0.40, 300), (0.20, 2900), FIRM),
    "line": Habit(0.002, 0.0, (0.30, 40), (0.40, 420), (0.30, 3600), OTHER),
    "x": Habit(0.314, 0.7, (0.08, 45), (0.37, 840), (0.55, 5400), SOFT),
    "website": Habit(0.003, 0.4, (0.05, 50), (0.30, 1200), (0.65, 7200), OTHER),
}

SERVICES = [row["code"] for row in sorted(rows(tables.service), key=lambda row: row["id"])]
"""Codes of the services, so that SERVICES[id] is the code."""

CLOSED = np.array([row["is_closed_messaging"] for row in sorted(rows(tables.service), key=lambda row: row["id"])])
"""Whether a service is closed messaging, by service id."""


def _by_service(values: list[object]) -> Floats:
    return np.array(values, dtype=np.float64)


FOUND = _by_service([HABITS[code].found for code in SERVICES])
VIEWS = _by_service([HABITS[code].views for code in SERVICES])
ENDS = _by_service([HABITS[code].ends for code in SERVICES])
WAYS = _by_service([[way[0] for way in (h.quick, h.usual, h.slow)] for h in (HABITS[code] for code in SERVICES)])
MINUTES = _by_service([[way[1] for way in (h.quick, h.usual, h.slow)] for h in (HABITS[code] for code in SERVICES)])
SPREAD = np.array([0.6, 0.9, 1.0])
"""Spread of the logarithm of the time in the quick, the usual and the slow way."""
