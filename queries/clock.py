"""The database's clock: the one "now" of answers about ages, so that a wrong clock on a screen changes nothing."""

from datetime import UTC, datetime

from sqlalchemy import Connection, Integer, cast, func, select


def now(connection: Connection) -> datetime:
    """Return the database's current time, aware UTC, whole seconds."""
    if connection.dialect.name == "sqlite":
        seconds = cast(func.strftime("%s", "now"), Integer)
    else:
        seconds = cast(func.floor(func.extract("epoch", func.clock_timestamp())), Integer)
    return datetime.fromtimestamp(int(connection.execute(select(seconds)).scalar_one()), UTC)
