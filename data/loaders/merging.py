"""Several statements on one thing, made one: later words over earlier ones, what is not known over nothing."""

from collections.abc import Iterable
from typing import Any

from data.loaders.interpreted import Part
from data.rollups.clocks import OPEN

KEYS = {
    "content": ("natural_key",),
    "takedown_request": ("content_key",),
    "clarification": ("issue_key", "natural_key"),
    "appeal": ("content_key",),
    "campaign_reach": ("campaign_id", "channel_id", "province_code", "day", "theme_id"),
    "hashtag_reach": ("hashtag", "service_id", "day"),
    "activity": ("reference",),
    "qos_measurement": ("site_key", "measured_at"),
}
"""By what rows of each table are the same."""


def merged(table: str, parts: Iterable[Part]) -> list[Part]:
    """Return one row for each thing the rows of a table speak of, in the order they are first met.

    The recorder would merge them as well, but in batches of its own: a row met in two of them would be written twice.
    """
    found: dict[tuple[Any, ...], Part] = {}
    for part in parts:
        key = tuple(part[name] for name in KEYS[table])
        found[key] = _laid_over(found[key], part) if key in found else part
    return list(found.values())


def _laid_over(before: Part, after: Part) -> Part:
    known = {name: value for name, value in after.items() if value is not None}
    if after.get("outcome_id") == OPEN and after.get("actioned_at") is None:
        before = {**before, "actioned_at": None}
    return {**before, **known}


def merge_issue(before: Part | None, after: Part) -> Part:
    """Return two statements on one isu as one; it was first seen at the earlier of two times."""
    if before is None:
        return after
    known = {name: value for name, value in after.items() if value is not None}
    return {**before, **known, "first_seen_at": earliest(before["first_seen_at"], after["first_seen_at"])}


def earliest(one: Any, other: Any) -> Any:
    """Return the earlier of two times of which either may be unknown."""
    return min((time for time in (one, other) if time is not None), default=None)
