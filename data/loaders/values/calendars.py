"""Names of months, zones and spans of time in Indonesian and English."""

import re
from datetime import UTC, timedelta, timezone

_NAMES = (
    ("januari", "january", "jan"),
    ("februari", "pebruari", "february", "feb", "peb"),
    ("maret", "march", "mar", "mrt"),
    ("april", "apr"),
    ("mei", "may"),
    ("juni", "june", "jun"),
    ("juli", "july", "jul"),
    ("agustus", "august", "agust", "agt", "ags", "agu", "aug"),
    ("september", "sept", "sep"),
    ("oktober", "october", "okt", "oct"),
    ("november", "nopember", "nov", "nop"),
    ("desember", "december", "des", "dec"),
)

MONTHS = {name[:3]: number for number, names in enumerate(_NAMES, start=1) for name in names}
"""Number of a month by the first three letters of its name."""

MONTH = "(?:" + "|".join(sorted((name for names in _NAMES for name in names), key=len, reverse=True)) + r")\b\.?"

NAMED_ZONES = {
    "WIB": timezone(timedelta(hours=7), "WIB"),
    "WITA": timezone(timedelta(hours=8), "WITA"),
    "WIT": timezone(timedelta(hours=9), "WIT"),
    "UTC": UTC,
}
"""Zones by name; none of them has daylight saving."""

ZONE = re.compile(r"\b(wita|wit|wib)\b|\b(?:utc|gmt)\b(?!\s*[+-]\s*\d)|(?<=\d)z\b")
"""The name of a zone behind a time; UTC where its first group is empty."""

UNIT_SECONDS = {
    "detik": 1, "second": 1, "seconds": 1, "sec": 1, "secs": 1,
    "menit": 60, "mnt": 60, "minute": 60, "minutes": 60, "min": 60, "mins": 60,
    "jam": 3_600, "j": 3_600, "hour": 3_600, "hours": 3_600, "hr": 3_600, "hrs": 3_600, "h": 3_600,
    "hari": 86_400, "day": 86_400, "days": 86_400,
    "minggu": 604_800, "mgg": 604_800, "pekan": 604_800, "week": 604_800, "weeks": 604_800,
    "bulan": 2_592_000, "bln": 2_592_000, "month": 2_592_000, "months": 2_592_000,
    "tahun": 31_536_000, "thn": 31_536_000, "year": 31_536_000, "years": 31_536_000,
}  # fmt: skip
"""Seconds in a unit of "15 jam lalu"; months and years are of 30 and 365 days, which day precision forgives."""

_UNIT = "|".join(sorted(UNIT_SECONDS, key=len, reverse=True))
DAYS_AGO = {"kemarin": 1, "yesterday": 1, "hari ini": 0, "today": 0}

RELATIVE = re.compile(
    r"(?:sekitar |kira-kira |about )?"
    rf"(?:(?P<count>\d{{1,4}}|se|an?|one)\s*(?P<unit>{_UNIT})\s*(?:y(?:an)?g )?(?P<tongue>lalu|ago)"
    rf"|baru saja|just now|(?P<day>{'|'.join(DAYS_AGO)})"
    r"(?P<clock>[ ,]+(?:pukul |pkl\.? |jam )?\d{1,2}[.:]\d{2}.{0,20})?)\.?"
)
