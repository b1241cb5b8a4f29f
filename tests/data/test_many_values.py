"""Rows bound as one array a column arrive as they were sent."""

from typing import Any

import numpy as np
import pytest
from sqlalchemy import BigInteger, Boolean, Engine, Float, Integer, SmallInteger, Text, select

from data.engine import is_postgres, transaction
from data.many_values import as_arrays, unnested, whole_numbers

KINDS = {"big": BigInteger(), "whole": Integer(), "small": SmallInteger(), "word": Text(), "sure": Boolean(),
         "part": Float()}  # fmt: skip
ROWS: list[tuple[Any, ...]] = [
    (2**63 - 1, -1, 32_767, "plain", True, 0.25),
    (-(2**63), None, None, 'quo"ted', None, None),
    (None, 0, -32_768, "back\\slash", False, 1e300),
    (0, 7, 1, "NULL", True, 3.0),
    (1, 8, 2, "", False, 0.1),
    (2, 9, 3, "{a,b}\n\u2028é", True, -2.5),
]


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], ROWS[3:], [], [(None,) * 6] * 2])
def test_values_arrive_as_they_are(engine: Engine, rows: list[tuple[Any, ...]]) -> None:
    if not is_postgres(engine):
        return
    columns = {name: [row[place] for row in rows] for place, name in enumerate(KINDS)}
    with transaction(engine) as connection:
        found = connection.execute(select(*unnested(KINDS)), as_arrays(KINDS, columns)).all()
    assert [tuple(row) for row in found] == rows


def test_arrays_of_numpy_arrive_too(engine: Engine) -> None:
    if not is_postgres(engine):
        return
    kinds = {"big": BigInteger(), "small": SmallInteger()}
    arrays = as_arrays(kinds, {"big": np.array([5, -(2**62)]), "small": np.array([3, 4])[::-1]})
    with transaction(engine) as connection:
        assert [tuple(row) for row in connection.execute(select(*unnested(kinds)), arrays)] == [(5, 4), (-(2**62), 3)]


def test_a_number_that_does_not_fit_is_refused() -> None:
    with pytest.raises(OverflowError):
        whole_numbers([2**63])
