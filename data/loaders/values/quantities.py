"""Numbers as people write them: "2.500-an", "66,3 rb", "1,2 jt", "788,745". Unknown is None, never 0."""

import re
from decimal import Decimal
from functools import lru_cache

from data.loaders.words import is_unknown, without_hidden

SHAPE = re.compile(
    r"(?:[±~≈<>≥≤+]|\b(?:sekitar|kira-kira|kurang lebih|lebih dari|hampir|about|over|rp\.?))?\s*"
    r"(?P<digits>\d[\d.,' ]*)"
    r"\s*(?P<unit>(?:ribu|rb|k|juta|jt|miliar|milyar|mil|m|b)(?=an\b|\b))?\.?"
    r"\s*(?P<rounded>-?\s*an\b|\+|lebih\b)?"
    r"\s*(?P<what>(?:kali|x|views?|tayangan|penayangan|penonton|orang|suka|likes?|shares?|dibagikan|ditonton|pengguna|akun)\b.{0,20})?"
)
THOUSAND, MILLION, BILLION = Decimal(1_000), Decimal(1_000_000), Decimal(1_000_000_000)
UNITS = {
    "ribu": THOUSAND,
    "rb": THOUSAND,
    "k": THOUSAND,
    "juta": MILLION,
    "jt": MILLION,
    "miliar": BILLION,
    "milyar": BILLION,
    "b": BILLION,
}
LARGEST = 10**15
LONGEST = 60


def whole(cell: object) -> int | None:
    """Return the whole number a cell names, rounded from "66,3 rb"; None for unknown, negative or unreadable cells."""
    value = number(cell)
    if value is None or value < 0 or value > LARGEST:
        return None
    rounded = int(value)
    return rounded if rounded == value else None


def number(cell: object) -> Decimal | None:
    """Return the number a cell names, or None where it names none or where "M" leaves million or miliar open."""
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, (int, float, Decimal)):
        value = Decimal(str(cell))
        return value if value.is_finite() else None
    return _of_text(without_hidden(cell).strip()[: LONGEST + 1]) if isinstance(cell, str) else None


@lru_cache(maxsize=16_384)
def _of_text(text: str) -> Decimal | None:
    if is_unknown(text) or len(text) > LONGEST:
        return None
    found = SHAPE.fullmatch(" ".join(text.casefold().split()))
    if found is None:
        return None
    digits, unit = found["digits"].replace(" ", "").replace("'", "").rstrip(".,"), found["unit"]
    factor = _factor(digits, unit)
    value = _value(digits, has_unit=unit is not None)
    return None if factor is None or value is None else (value * factor).normalize()


def _factor(digits: str, unit: str | None) -> Decimal | None:
    if unit in ("m", "mil"):
        return MILLION if "." in digits else None
    return UNITS[unit] if unit else Decimal(1)


def _value(digits: str, *, has_unit: bool) -> Decimal | None:
    """Read points and commas: groups of three are thousands, unless a unit follows; the last other mark is decimal."""
    if "." in digits and "," in digits:
        decimal_mark = max(".", ",", key=digits.rfind)
        thousands = "," if decimal_mark == "." else "."
        head, _, tail = digits.rpartition(decimal_mark)
        return Decimal(f"{head.replace(thousands, '')}.{tail}") if _is_grouped(head, thousands) else None
    mark = "." if "." in digits else ","
    if mark not in digits:
        return Decimal(digits)
    if _is_grouped(digits, mark) and not (has_unit and digits.count(mark) == 1):
        return Decimal(digits.replace(mark, ""))
    return Decimal(digits.replace(mark, ".")) if digits.count(mark) == 1 else None


def _is_grouped(digits: str, mark: str) -> bool:
    first, *others = digits.split(mark)
    return first.isdecimal() and len(first) <= 3 and all(len(group) == 3 and group.isdecimal() for group in others)
