"""What several questions of a page need is read once a snapshot: within one, nothing that is read can change."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Transaction

T = TypeVar("T")

_READ: WeakKeyDictionary[Transaction, dict[Hashable, Any]] = WeakKeyDictionary()
"""What was read in transactions that are still open."""


def once(connection: Connection, key: Hashable, read: Callable[[], T]) -> T:
    """Return what was read under this key in the open snapshot, else read it; nobody may change what is given.

    In a transaction that writes all is read anew.
    """
    if not connection.get_execution_options().get("posko_reads"):
        return read()
    transaction = connection.get_transaction()
    kept = None if transaction is None else _READ.get(transaction)
    if kept is not None and key in kept:
        found: T = kept[key]
        return found
    found = read()
    transaction = connection.get_transaction()
    if transaction is not None:
        _READ.setdefault(transaction, {})[key] = found
    return found


def is_missing(connection: Connection, key: Hashable) -> bool:
    """Return whether a snapshot is open in which nothing was kept under this key."""
    if not connection.get_execution_options().get("posko_reads"):
        return False
    transaction = connection.get_transaction()
    return transaction is not None and key not in _READ.get(transaction, {})


def keep(connection: Connection, key: Hashable, found: object) -> None:
    """Keep what was read with something else, so that `once` gives it; only where it `is_missing`."""
    transaction = connection.get_transaction()
    if transaction is not None:
        _READ.setdefault(transaction, {})[key] = found


def forget(connection: Connection) -> None:
    """Forget what was read in the open snapshot: who measures a question asks it as the first one."""
    transaction = connection.get_transaction()
    if transaction is not None:
        _READ.pop(transaction, None)
