"""How a row gets its key: from its id, its natural key, its address, or the feed and the source's reference."""

from collections.abc import Callable
from typing import Any

from data.keys import stable_id
from data.recording.links import canonical_url
from data.recording.results import Refused

Row = dict[str, Any]


def natural_key(row: Row, feed_code: str) -> str | None:
    """Return `url:<canonical url>` where the row has an address, else `<feed>:<reference>`, else None.

    A row that brings its own `natural_key` keeps it.
    """
    if row.get("natural_key"):
        return str(row["natural_key"])
    if row.get("url"):
        return f"url:{canonical_url(row['url'])}"
    if row.get("reference"):
        return f"{feed_code}:{row['reference']}"
    return None


def by_natural_key(table: str, id_column: str) -> Callable[[Row, str], None]:
    """Return the step that fills `natural_key` and the id of a row of that table."""

    def identify(row: Row, feed_code: str) -> None:
        key = natural_key(row, feed_code)
        row.pop("reference", None)
        if key is not None:
            row["natural_key"] = key
        if row.get(id_column) is None:
            if key is None:
                raise Refused("neither an id, a natural key, an address nor a reference")
            row[id_column] = stable_id(table, key)

    return identify


def resolve_issue(row: Row) -> None:
    """Turn `issue_key`, the natural key of an issue, into `issue_id`."""
    key = row.pop("issue_key", None)
    if key is not None and row.get("issue_id") is None:
        row["issue_id"] = stable_id("issue", key)


def resolve_content(row: Row) -> None:
    """Turn `content_key`, the natural key of a content item, into `content_id`."""
    key = row.pop("content_key", None)
    if key is not None and row.get("content_id") is None:
        row["content_id"] = stable_id("content", key)


def need(row: Row, *columns: str) -> None:
    """Raise `Refused` when a column is missing that the row's key is made of."""
    for name in columns:
        if row.get(name) is None:
            raise Refused(f"{name} is missing")
