"""The words headlines are made of."""

import csv
from pathlib import Path

from data import tables
from data.reference.files import rows

OPENINGS = ("", "", "", "", "VIRAL! ", "Heboh: ", "[VIDEO] ", "Bagikan! ", "Katanya ", "Mohon info: ", "Awas! ")
"""How a post begins before it repeats the claim."""


def _templates() -> dict[int, list[str]]:
    ids = {row["code"]: row["id"] for row in rows(tables.theme)}
    found: dict[int, list[str]] = {identity: [] for code, identity in ids.items() if identity}
    with (Path(__file__).parent / "headlines.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            found[ids[row["theme_code"]]].append(row["template"])
    return found


TEMPLATES = _templates()
"""Sentences by theme id, with places for {tempat}, {jumlah}, {jam} and {hari}."""
