"""A statement that is kept gives the driver the same rows as one that is compiled each time."""

from typing import Any

import numpy as np
import pytest
from sqlalchemy import BigInteger, Connection, Select, SmallInteger, bindparam, case, func, literal, select

from data.engine import is_postgres, reader, snapshot
from data.many_keys import bound, each_key
from data.tables import content, feed
from queries.prepared import Prepared, execute
from queries.reading import rows, whole_numbers
from tests.queries import factories
from tests.queries.factories import ago


@pytest.fixture
def found(connection: Connection) -> Connection:
    batch = factories.Batch()
    for service, theme in ((1, 1), (1, 2), (2, 1), (3, 3)):
        factories.content(batch, ago(hours=1), service_id=service, theme_id=theme)
    batch.write(connection)
    return connection


def asked() -> Select[Any]:
    row = content.c
    services = row.service_id.in_(bindparam("services", expanding=True))
    known = case((row.service_id.in_((1, 2)), literal(1)), else_=0)
    own = row.theme_id.in_(bindparam("themes", type_=SmallInteger, expanding=True))
    late = row.detected_at >= bindparam("since", type_=BigInteger)
    counted = select(row.service_id, func.count().label("n"), func.sum(known).label("known"))
    return counted.where(services, own, late).group_by(row.service_id).order_by(row.service_id)


@pytest.mark.parametrize(
    ("services", "themes", "expected"),
    [
        ([1, 2, 3], [1, 2], [(1, 2, 2), (2, 1, 1)]),
        ([1, 2, 3], [3], [(3, 1, 0)]),
        ([2], [1, 2, 3], [(2, 1, 1)]),
        ([], [1], []),
        ([1], [], []),
    ],
)
def test_lists_of_any_length_go_with_one_statement(
    found: Connection, services: list[int], themes: list[int], expected: list[tuple[int, ...]]
) -> None:
    statement = asked()
    values = {"services": services, "themes": themes, "since": int(ago(hours=2).timestamp())}
    for _ in range(2):
        assert [tuple(row) for row in rows(found, statement, values)] == expected
    plain = found.execute(statement, values).all()
    assert [tuple(row) for row in plain] == expected
    array = whole_numbers(found, statement, values)
    assert array.shape == (len(expected), 3)
    assert array.dtype == np.int64


def test_rows_are_named_and_a_missing_value_is_a_fault(found: Connection) -> None:
    values = {"services": [3], "themes": [3], "since": 0}
    assert [(row.service_id, row.n) for row in rows(found, asked(), values)] == [(3, 1)]
    with pytest.raises(KeyError):
        rows(found, asked(), {"services": [3], "themes": [3]})


def test_text_is_compared_as_text(found: Connection) -> None:
    named = select(feed.c.code).where(feed.c.code.in_(bindparam("codes", expanding=True))).order_by(feed.c.code)
    assert [row.code for row in rows(found, named, {"codes": ["platform", "it's, {odd}"]})] == ["platform"]


def test_a_column_that_the_driver_does_not_give_as_it_is_is_refused(connection: Connection) -> None:
    with pytest.raises(TypeError, match="detected_at"):
        Prepared(select(content.c.detected_at).order_by(content.c.content_id), connection.dialect)


def test_many_lengths_are_not_kept_for_ever(found: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("queries.prepared.MOST_TEXTS", 3)
    prepared = Prepared(asked(), found.dialect)
    for n in range(1, 9):
        text, values = prepared.asked({"services": list(range(n)), "themes": [1], "since": 0})
        assert text.count("SELECT") == 1
        assert len(values) == len(prepared.asked({"services": [1], "themes": [1], "since": 0})[1]) + (
            0 if is_postgres(found) else n - 1
        )
    assert len(prepared._texts) <= 3


def test_a_question_that_is_kept_is_stopped_by_the_deadline_too(database_url: str, found: Connection) -> None:
    found.commit()
    reading = reader(database_url, query_seconds=5)
    with snapshot(reading) as connection:
        values = {"services": [1], "themes": [1, 2], "since": 0}
        assert [tuple(row) for row in execute(connection, asked(), values)] == [(1, 2, 2)]
    reading.dispose()


def test_keys_bound_as_one_value_are_those_keys(connection: Connection) -> None:
    """On PostgreSQL they come as bytes: taken for a list, each byte would be a key."""
    key = each_key(connection.dialect.name)
    keys = {-3, 300, 2_386, 2**62 + 7}
    array = whole_numbers(connection, select(key.label("key")).order_by(key), bound(keys, connection.dialect.name))
    assert set(array[:, 0].tolist()) == keys
