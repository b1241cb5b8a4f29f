"""Faults of drivers become our own, in words that show no address, path or statement; passing ones are tried twice."""

import sqlite3
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy.exc import OperationalError, PendingRollbackError

from data import errors
from data.engine import retrying
from data.errors import DatabaseFault, translate

Fault = type[DatabaseFault]


def postgresql_error(state: str) -> psycopg.Error:
    error: Callable[[str], psycopg.Error] = psycopg.errors.lookup(state)
    return error("host h1 port 5432, SELECT rahasia FROM complainant")


def sqlite_error(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("SELECT rahasia FROM /srv/posko.db")
    error.sqlite_errorcode = code
    return error


def wrapped(error: Exception) -> OperationalError:
    return OperationalError("SELECT rahasia", {"contact": "rahasia"}, error)


@pytest.mark.parametrize(
    ("state", "fault", "passing"),
    [
        ("40001", errors.DatabaseBusy, True),
        ("40P01", errors.DatabaseBusy, True),
        ("55P03", errors.DatabaseBusy, True),
        ("53300", errors.DatabaseBusy, True),
        ("57P01", errors.DatabaseUnreachable, True),
        ("08006", errors.DatabaseUnreachable, True),
        ("57014", errors.QueryTooSlow, False),
        ("53100", errors.DatabaseFull, False),
        ("25006", errors.AccessRefused, False),
        ("42501", errors.AccessRefused, False),
        ("42P01", errors.SchemaMissing, False),
        ("XX001", errors.DatabaseDamaged, False),
        ("42703", DatabaseFault, False),
    ],
)
def test_states_of_postgresql(state: str, fault: Fault, passing: bool) -> None:
    found = translate(wrapped(postgresql_error(state)))
    assert (type(found), found.passing) == (fault, passing)


@pytest.mark.parametrize(
    ("code", "fault", "passing"),
    [
        (sqlite3.SQLITE_BUSY, errors.DatabaseBusy, True),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, errors.DatabaseBusy, True),
        (sqlite3.SQLITE_INTERRUPT, errors.QueryTooSlow, False),
        (sqlite3.SQLITE_FULL, errors.DatabaseFull, False),
        (sqlite3.SQLITE_NOTADB, errors.DatabaseDamaged, False),
        (sqlite3.SQLITE_CORRUPT_INDEX, errors.DatabaseDamaged, False),
        (sqlite3.SQLITE_CANTOPEN, errors.DatabaseUnreachable, True),
        (sqlite3.SQLITE_READONLY, errors.AccessRefused, False),
        (sqlite3.SQLITE_MISMATCH, DatabaseFault, False),
    ],
)
def test_codes_of_sqlite(code: int, fault: Fault, passing: bool) -> None:
    found = translate(wrapped(sqlite_error(code)))
    assert (type(found), found.passing) == (fault, passing)


@pytest.mark.parametrize("fault", [DatabaseFault, *DatabaseFault.__subclasses__()])
def test_sentences_name_a_mend_and_nothing_secret(fault: Fault) -> None:
    sentence = str(fault())
    assert sentence.endswith(".")
    assert not any(word in sentence for word in ("/", "SELECT", "postgresql://", "sqlite"))


def test_a_fault_of_ours_comes_back_as_it_is() -> None:
    fault = errors.QueryTooSlow()
    assert translate(fault) is fault


def calls_that_raise(*raised: Exception) -> tuple[Callable[[], str], list[Exception]]:
    left = list(raised)

    def call() -> str:
        if left:
            raise left.pop(0)
        return "answer"

    return call, left


@pytest.mark.parametrize("state", ["40001", "40P01", "57P01", "08000"])
def test_a_passing_fault_is_tried_once_more(state: str) -> None:
    call, _ = calls_that_raise(wrapped(postgresql_error(state)))
    assert retrying(call) == "answer"


def test_a_connection_lost_within_a_savepoint_is_tried_once_more() -> None:
    call, _ = calls_that_raise(PendingRollbackError("Can't reconnect until invalid savepoint is rolled back"))
    assert retrying(call) == "answer"


def test_sqlite_busy_is_tried_once_more() -> None:
    call, _ = calls_that_raise(wrapped(sqlite_error(sqlite3.SQLITE_BUSY)))
    assert retrying(call) == "answer"


def test_it_is_tried_exactly_once_more() -> None:
    call, left = calls_that_raise(*(wrapped(postgresql_error("40001")) for _ in range(3)))
    with pytest.raises(errors.DatabaseBusy):
        retrying(call)
    assert len(left) == 1


@pytest.mark.parametrize("raised", [wrapped(postgresql_error("57014")), errors.SchemaOlder(), ValueError("rahasia")])
def test_other_faults_are_not_tried_again(raised: Exception) -> None:
    call, left = calls_that_raise(raised, raised)
    with pytest.raises((DatabaseFault, ValueError)):
        retrying(call)
    assert len(left) == 1
