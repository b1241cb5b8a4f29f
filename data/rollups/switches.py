"""Settings of a database that say how its roll-ups are kept."""

from sqlalchemy import Connection, select

from data.tables import setting


def is_recorded(connection: Connection) -> bool:
    """Return whether the recording functions keep the roll-ups of this database, not triggers."""
    chosen = connection.execute(select(setting.c.value).where(setting.c.name == "rollups")).scalar()
    return bool(chosen == "recorded")
