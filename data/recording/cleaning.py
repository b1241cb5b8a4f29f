"""Values at the door: turned into what the database stores, or refused with a reason."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from math import isfinite, isnan
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, SmallInteger, Table

from data.columns import UtcSeconds
from data.recording.results import Refused
from data.rollups.shapes import WIB_SECONDS

FUTURE_SECONDS = 300
"""How far a clock of another agency may run ahead of ours before its times are refused."""

EARLIEST = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())
"""No service watched here is older; earlier times are empty cells of spreadsheets that became dates."""

TEXT_CHARACTERS = 10_000
"""Longest text kept; a whole article has about 5,000."""

HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters and halves of characters: they break files, terminals and databases, and mean nothing."""

Clean = Callable[[Any, int], Any]
"""Takes a value that is not missing and the latest time allowed (UTC seconds); returns what is stored."""


def is_missing(value: Any) -> bool:
    """Return whether a value means "not known": None, NaN, NaT, NA."""
    return value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and isnan(value))


def latest_allowed(now: int) -> int:
    """Return the latest time that may be reported, UTC seconds."""
    return now + FUTURE_SECONDS


@cache
def cleaners(table: Table, planned: frozenset[str]) -> Mapping[str, Clean]:
    """Return how the values of each column of a table are cleaned; `planned` times may lie ahead."""
    return {str(column.name): _cleaner(column, column.name in planned) for column in table.columns}


def _cleaner(column: Column[Any], is_planned: bool) -> Clean:
    if isinstance(column.type, UtcSeconds) or column.name.endswith("_at"):
        return planned_seconds if is_planned else seconds
    if column.name == "day":
        return day
    if isinstance(column.type, Boolean):
        return boolean
    if isinstance(column.type, Float):
        return number
    return _whole(column) if isinstance(column.type, Integer) else _text(column.name)


def seconds(value: Any, latest: int) -> int:
    """Return an aware datetime as UTC seconds; raise `Refused` for a naive one, one before 2000 or in the future."""
    stored = planned_seconds(value, latest)
    if stored > latest:
        raise Refused("lies in the future")
    return stored


def planned_seconds(value: Any, _: int) -> int:
    """Return an aware datetime as UTC seconds, also one that lies ahead."""
    if not isinstance(value, datetime):
        raise Refused("is not a time")
    if value.utcoffset() is None:
        raise Refused("is a time without a zone")
    stored = int(value.timestamp())
    if stored < EARLIEST:
        raise Refused("lies before the year 2000")
    return stored


def day(value: Any, latest: int) -> int:
    """Return a date, or days since 1970-01-01, as the WIB day; raise `Refused` for a day that has not begun."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = (value - date(1970, 1, 1)).days
    stored = _integer(value)
    if not (EARLIEST // 86_400 <= stored <= (latest + WIB_SECONDS) // 86_400):
        raise Refused("is a day before 2000 or in the future")
    return stored


def boolean(value: Any, _: int) -> bool:
    """Return true or false; raise `Refused` for anything else."""
    if isinstance(value, (bool, np.bool_)) or (isinstance(value, (int, np.integer)) and value in {0, 1}):
        return bool(value)
    raise Refused("is neither true nor false")


def is_true(value: Any) -> bool:
    """Return whether a value, missing or of any kind, is true or 1."""
    return isinstance(value, (bool, np.bool_, int)) and bool(value)


def number(value: Any, _: int) -> float:
    """Return a finite number that is not negative; raise `Refused` for anything else."""
    if isinstance(value, (str, bytes)) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise Refused("is not a number")
    if not isfinite(value) or value < 0:
        raise Refused("is negative or not finite")
    return float(value)


def text(value: Any, _: int = 0) -> str:
    """Return a text without hidden characters and outer blanks, cut at `TEXT_CHARACTERS`."""
    if not isinstance(value, str):
        raise Refused("is not a text")
    if not value.isprintable():
        value = HIDDEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return str(value).strip()[:TEXT_CHARACTERS]


def _integer(value: Any) -> int:
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return int(value)
    raise Refused("is not a whole number")


def _whole(column: Column[Any]) -> Clean:
    bits = 15 if isinstance(column.type, SmallInteger) else 63 if isinstance(column.type, BigInteger) else 31

    def whole(value: Any, _: int) -> int:
        stored = _integer(value)
        if not 0 <= stored < 1 << bits:
            raise Refused("is negative or too large")
        return stored

    return whole


def _text(name: str) -> Clean:
    return region if name in {"province_code", "regency_code"} else text


def region(value: Any, _: int) -> str:
    """Return a region code as it came: an unknown one is kept and shown; '*' is our own mark for "any"."""
    code = text(value)
    if code == "*":
        raise Refused("is not a code of a region")
    return code
