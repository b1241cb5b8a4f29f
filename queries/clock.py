"""The database's clock: the one "now" of answers about ages, so that a wrong clock on a screen changes nothing."""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, Connection, cast, func, select

_SQLITE = select(cast(func.strftime("%s", "now"), BigInteger))
_POSTGRES = select(cast(func.floor(func.date_part("epoch", func.clock_timestamp())), BigInteger))


def now(connection: Connection) -> datetime:
    """Return the database's current time, aware UTC, whole seconds."""
    statement = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES
    return datetime.fromtimestamp(int(connection.execute(statement).scalar_one()), UTC)
