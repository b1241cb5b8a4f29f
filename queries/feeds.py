"""Is the data alive, and how old is it: the age is that of the data, not of the screen's last refresh."""

from collections import Counter
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, Boolean, Connection, Integer, cast, select, type_coerce, union_all

from data.columns import UtcSeconds
from data.recording.feeds import CHANGES_OF, TOPICS
from data.tables import feed, setting
from queries import clock
from queries.filters import Filters
from queries.reading import Columns, from_rows, rows

STATE: Columns = {
    "code": "text", "label_id": "text", "label_en": "text", "agency": "text", "topic": "text", "seq": "count",
    "watermark_at": "time", "written_at": "time", "age_seconds": "number", "fact_age_seconds": "number",
    "expected_seconds": "count", "freshness": "text", "has_stopped": "flag", "is_simulated": "flag",
}  # fmt: skip

FRESH, LATE, STALE, NEVER = "fresh", "late", "stale", "never"

LATE_AFTER, STALE_AFTER = 1, 3
"""Times the expected silence after which a feed that does not write is late, and stale."""

OLD_FACTS_LATE, OLD_FACTS_STALE = 3, 9
"""Times the expected silence after which a feed that writes nothing new is late, and stale: a heart without blood."""

_ORDER = (STALE, LATE, FRESH, NEVER)

_BY_OTHERS = [f"{CHANGES_OF}{topic}" for topic in sorted(set(TOPICS.values()))]
_VERSION = union_all(
    select(feed.c.topic.label("topic"), feed.c.seq.label("seq")),
    select(setting.c.name, cast(setting.c.value, BigInteger)).where(setting.c.name.in_(_BY_OTHERS)),
).order_by("topic", "seq")

_PLAIN = {UtcSeconds: BigInteger, Boolean: Integer}
_COLUMNS = (type_coerce(c, _PLAIN.get(type(c.type), type(c.type))).label(c.name) for c in feed.c)
_FEEDS = select(*_COLUMNS).order_by(feed.c.code)


def version(connection: Connection) -> tuple[tuple[str, int], ...]:
    """Return (topic, changes) of each topic, sorted by topic: equal versions mean equal data.

    Changes are the sequences of the topic's feeds, and what feeds of other topics changed of it.
    """
    sums: Counter[str] = Counter()
    for topic, changes in connection.execute(_VERSION):
        sums[topic.removeprefix(CHANGES_OF)] += int(changes)
    return tuple(sorted(sums.items()))


def state(connection: Connection, filters: Filters) -> pd.DataFrame:  # noqa: ARG001 - every question has this shape
    """One row per feed, stalest first, those that never wrote last; ages by the database's clock, never negative.

    `age_seconds` is the time since the feed last wrote, `fact_age_seconds` since its newest fact. A feed that has
    stopped does not write at all, so that what it would have told since is unknown, not none.
    """
    now = int(clock.now(connection).timestamp())
    known = [row._asdict() for row in rows(connection, _FEEDS, {})]
    told = [row | _ages(row, now) for row in known]
    told.sort(key=lambda row: (_ORDER.index(row["freshness"]), -(row["age_seconds"] or 0), row["code"]))
    return from_rows(told, STATE)


def _ages(row: Any, now: int) -> dict[str, Any]:
    age = None if row["written_at"] is None else max(now - row["written_at"], 0)
    fact_age = None if row["watermark_at"] is None else max(now - row["watermark_at"], 0)
    return {
        "age_seconds": age,
        "fact_age_seconds": fact_age,
        "freshness": _freshness(age, fact_age, row["expected_seconds"]),
        "has_stopped": age is not None and age > STALE_AFTER * row["expected_seconds"],
    }


def _freshness(age: int | None, fact_age: int | None, expected: int) -> str:
    if age is None:
        return NEVER
    facts = fact_age or 0
    if age > STALE_AFTER * expected or facts > OLD_FACTS_STALE * expected:
        return STALE
    return LATE if age > LATE_AFTER * expected or facts > OLD_FACTS_LATE * expected else FRESH
