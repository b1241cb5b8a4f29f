"""Promises and rules on time, as they hold at the moment of the answer: the lines drawn across latency."""

import pandas as pd
from sqlalchemy import BigInteger, Connection, bindparam, or_, select

from data.rollups.clocks import seconds
from data.tables import deadline
from queries.filters import Filters
from queries.known import AS_OF
from queries.reading import Columns, frame

DEADLINES: Columns = {
    "code": "text", "label_id": "text", "label_en": "text", "clock": "text", "kind": "text", "applies_to": "text",
    "minutes": "count", "basis": "text", "is_of_clock": "flag",
}  # fmt: skip

_COLUMNS = [deadline.c[name] for name in DEADLINES if name in deadline.c]
_IN_FORCE = (
    select(*_COLUMNS, (deadline.c.clock == bindparam("start")).label("is_of_clock"))
    .where(or_(deadline.c.valid_from.is_(None), seconds(deadline.c.valid_from) <= AS_OF))
    .where(or_(deadline.c.valid_to.is_(None), seconds(deadline.c.valid_to) > bindparam("as_of", type_=BigInteger)))
    .order_by(deadline.c.minutes, deadline.c.code)
)


def in_force(connection: Connection, filters: Filters) -> pd.DataFrame:
    """One row per promise or rule that holds at as_of, shortest first; `is_of_clock`: it is measured on this clock."""
    start = filters.clock.removesuffix("_confirmed")
    rows = connection.execute(_IN_FORCE, {"as_of": int(filters.as_of.timestamp()), "start": start}).mappings().all()
    return frame({name: [row[name] for row in rows] for name in DEADLINES}, DEADLINES)
