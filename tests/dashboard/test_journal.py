"""The log: one JSON line an event, nothing in it that the screen or a stranger wrote."""

import json
import logging

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from dashboard import journal


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The lines written by the test, filled in as they come."""
    found: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.getMessage())

    logger = logging.getLogger("posko")
    handler = Keep()
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    return found


def test_an_error_is_one_line_that_carries_its_id(lines: list[str]) -> None:
    with pytest.raises(KeyError) as caught:
        json.loads("{}")['column\r\n{"what": "forged"}']
    error_id = journal.failure("panel", caught.value, page="isu")
    (line,) = lines
    told = json.loads(line)
    assert "\n" not in line
    assert (told["what"], told["id"], told["page"], told["kind"]) == ("panel", error_id, "isu", "builtins.KeyError")
    assert told["frames"][-1].startswith("test_journal.py:")


def test_a_statement_and_its_values_are_never_written(lines: list[str]) -> None:
    address = "postgresql://dash:hunter2@db/hoax"
    journal.failure("question", OperationalError("SELECT nik FROM complainant", {"nik": "3171"}, Exception(address)))
    assert not any(word in lines[0] for word in ("SELECT", "3171", "hunter2", "complainant"))


@given(st.text(max_size=5_000))
@example("\x7f")
@example("\U0001f600" * 400)
def test_whatever_the_text_the_line_is_one_short_json_object(text: str) -> None:
    found: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(journal._log, "error", found.append)
        journal.failure("script", ValueError(text), page=text)
    (line,) = found
    assert len(line) <= journal.LINE_BYTES
    assert line.isprintable()
    assert json.loads(line)["what"] == "script"
