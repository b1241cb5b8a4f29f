"""Is the data alive, and how old is it."""

import pandas as pd
from sqlalchemy import Connection

from queries.filters import Filters
from queries.reading import Columns

STATE: Columns = {
    "code": "text",
    "label_id": "text",
    "label_en": "text",
    "agency": "text",
    "topic": "text",
    "seq": "count",
    "watermark_at": "time",
    "written_at": "time",
    "age_seconds": "number",
    "fact_age_seconds": "number",
    "expected_seconds": "count",
    "freshness": "text",
    "is_simulated": "flag",
}


def state(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per feed, stalest first."""
    raise NotImplementedError


def version(connection: Connection) -> tuple[tuple[str, int], ...]:
    """Return (topic, sum of seq) of each topic, sorted: equal versions mean equal data."""
    raise NotImplementedError
