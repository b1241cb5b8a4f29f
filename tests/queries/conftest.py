"""What every test of a question starts from."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine

from data.engine import transaction


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """One open transaction on a fresh database: what the test records in it, the question sees."""
    with transaction(engine) as connection:
        yield connection
