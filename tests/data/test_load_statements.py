"""EU DSA statements of reasons, whatever their number of columns."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from data.loaders.formats.statements import codes_in
from data.rollups.declarations import LABELLED, OPEN, REMOVED, RESTRICTED
from data.rollups.recount import verify
from data.tables import content, takedown_request
from tests.loading import draw, load_one, rows, utc

LIGHT = """
uuid decision_visibility decision_visibility_other end_date_visibility_restriction decision_monetary
decision_monetary_other end_date_monetary_restriction decision_provision end_date_service_restriction decision_account
end_date_account_restriction account_type decision_ground decision_ground_reference_url incompatible_content_ground
incompatible_content_illegal category category_addition category_specification category_specification_other
content_type content_type_other content_language content_date application_date decision_facts source_type
source_identity automated_detection automated_decision platform_name platform_uid created_at content_id_ean
""".split()  # noqa: SIM905 - thirty-four names read best as text
TEXTS = """
illegal_content_legal_ground illegal_content_explanation incompatible_content_explanation territorial_scope
""".split()  # noqa: SIM905
FULL = [*LIGHT, *TEXTS]
HEADERS = {38: FULL, 37: [*LIGHT[:-1], *TEXTS], 34: LIGHT, 33: LIGHT[:-1]}


def statement(number: int, **values: Any) -> dict[str, Any]:
    """Return one statement with plain values where none are given."""
    return {
        "uuid": f"u-{number}",
        "decision_visibility": json.dumps(["DECISION_VISIBILITY_CONTENT_REMOVED"]),
        "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
        "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "content_type": json.dumps(["CONTENT_TYPE_TEXT"]),
        "content_date": "2026-11-06 00:00:00",
        "application_date": "2026-11-07 00:00:00",
        "created_at": "2026-11-08 22:10:42",
        "source_type": "SOURCE_VOLUNTARY",
        "automated_detection": "No",
        "platform_name": "Facebook",
        "decision_facts": 'Klaim "palsu", tentang jadwal',
        **values,
    }


def dump(header: list[str], *statements: dict[str, Any]) -> str:
    """Return statements as a dump writes them."""
    stream = StringIO()
    writer = csv.DictWriter(stream, header, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(statements)
    return stream.getvalue()


@pytest.mark.parametrize("width", HEADERS)
def test_every_width_of_dump_loads_by_its_headers(width: int, engine: Engine, tmp_path: Path) -> None:
    header = HEADERS[width]
    assert len(header) == width
    summary = load_one(engine, draw(tmp_path, dump(header, statement(1), statement(2, platform_name="X"))))
    assert (summary.format, summary.rows.new, summary.n_rejected) == ("dsa", 2, 0)
    found = rows(
        engine, content, "natural_key", "service_id", "outcome_id", "detected_at", "posted_at", "time_precision"
    )
    applied, posted = utc("2026-11-07T00:00+07:00"), utc("2026-11-06T00:00+07:00")
    assert found == [
        ("dsa:u-1", 3, REMOVED, applied, posted, "day"),
        ("dsa:u-2", 11, REMOVED, applied, posted, "day"),
    ]


def test_a_statement_is_a_decision_and_no_request_of_ours(engine: Engine, tmp_path: Path) -> None:
    load_one(engine, draw(tmp_path, dump(FULL, statement(1))))
    assert rows(engine, takedown_request, "content_id") == []
    assert rows(engine, content, "ended_at", "title") == [
        (utc("2026-11-07T00:00+07:00"), 'Klaim "palsu", tentang jadwal')
    ]


BOTH = '["DECISION_VISIBILITY_CONTENT_LABELLED","DECISION_VISIBILITY_CONTENT_DISABLED"]'
DECISIONS = {
    "gravest counts": ({"decision_visibility": BOTH}, REMOVED),
    "label": ({"decision_visibility": '["DECISION_VISIBILITY_CONTENT_LABELLED"]'}, LABELLED),
    "bare code": ({"decision_visibility": "DECISION_VISIBILITY_CONTENT_DEMOTED"}, RESTRICTED),
    "account": ({"decision_visibility": "", "decision_account": "DECISION_ACCOUNT_SUSPENDED"}, RESTRICTED),
    "other alone": ({"decision_visibility": '["DECISION_VISIBILITY_OTHER"]'}, OPEN),
}


def test_decisions_are_outcomes_and_what_is_not_known_is_counted(engine: Engine, tmp_path: Path) -> None:
    statements = [statement(n, **values) for n, (values, _) in enumerate(DECISIONS.values())]
    summary = load_one(engine, draw(tmp_path, dump(FULL, *statements)))
    assert rows(engine, content, "natural_key", "outcome_id") == [
        (f"dsa:u-{n}", outcome) for n, (_, outcome) in enumerate(DECISIONS.values())
    ]
    assert summary.unknowns.rows["outcome"] == 1


def test_kinds_sources_and_techniques_are_read_from_codes(engine: Engine, tmp_path: Path) -> None:
    elections = "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS"
    hoax = {"category": elections, "category_specification": '["KEYWORD_MISINFORMATION_DISINFORMATION"]'}
    synthetic = {"content_type": '["CONTENT_TYPE_SYNTHETIC_MEDIA","CONTENT_TYPE_VIDEO"]'}
    text = dump(
        FULL,
        statement(1, **hoax, **synthetic, source_type="SOURCE_ARTICLE_16"),
        statement(2, source_type="SOURCE_TRUSTED_FLAGGER"),
        statement(3, category=elections, automated_detection="Yes"),
    )
    load_one(engine, draw(tmp_path, text))
    assert rows(engine, content, "natural_key", "harm_id", "technique_id", "source_id") == [
        ("dsa:u-1", 1, 4, 3),
        ("dsa:u-2", 6, 0, 4),
        ("dsa:u-3", 0, 0, 1),
    ]


def test_odd_statements_are_kept_counted_or_rejected(engine: Engine, tmp_path: Path) -> None:
    text = dump(
        FULL,
        statement(1, content_date="2026-11-10 00:00:00"),
        statement(2, application_date="2026-11-30 00:00:00"),
        statement(3, created_at="2026-12-01 10:00:00"),
        statement(4, application_date="kapan"),
        statement("", uuid=""),
        statement(6, platform_name="Marketplace"),
        statement(1, content_date="2026-11-10 00:00:00"),
    )  # fmt: skip
    summary = load_one(engine, draw(tmp_path, text))
    assert (summary.rows.new, summary.rows.unchanged, summary.n_rejected) == (2, 1, 4)
    assert summary.unknowns.odd["decided before the content was posted: kept"] == 2
    assert summary.unknowns.words["service"] == {"Marketplace": 1}
    again = load_one(engine, draw(tmp_path, text))
    assert (again.rows.new, again.rows.updated, again.rows.unchanged) == (0, 0, 3)
    with engine.connect() as connection:
        assert verify(connection) == []


@pytest.mark.parametrize("cell", ['["A_BCD","E_FGH"]', "A_BCD, E_FGH", '["A_BCD" "E_FGH"', "A_BCD|E_FGH"])
def test_codes_are_found_in_arrays_and_in_broken_ones(cell: str) -> None:
    assert codes_in(cell) == ["A_BCD", "E_FGH"]
