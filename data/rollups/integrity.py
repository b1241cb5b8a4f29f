"""What the facts say of each other: copies, latest outcomes, first times, rows that point at nothing."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from data.rollups import keeping, triggers
from data.rollups.agreement import disagreements
from data.tables import (
    appeal,
    clarification,
    complainant,
    complaint,
    content,
    issue,
    referral,
    setting,
    takedown_request,
)

COPIES = ("service_id", "province_code", "theme_id", "source_id")
"""Columns of a request that repeat those of its content, so that requests can be counted without a join."""


@dataclass(frozen=True)
class Finding:
    """One thing that does not agree, the number of rows, and the id of one of them (None where rows have no id)."""

    name: str
    sentence: str
    rows: int
    example: int | None = None


SENTENCES = {
    "request_copies": "requests that differ from their content in service, province, theme or detection source",
    "content_outcome": "content that does not show the outcome of its latest request",
    "content_requested": "content whose first request is not where its requests say",
    "issue_clarified": "issues whose first clarification is not where their clarifications say",
    "content_clarified": "content whose clarification is not that of its issue",
    "request_without_content": "requests for content that is not recorded",
    "appeal_without_request": "appeals against requests that are not recorded",
    "clarification_without_issue": "clarifications of issues that are not recorded",
    "content_without_issue": "content of issues that are not recorded",
    "complaint_without_content": "complaints that name content that is not recorded",
    "complainant_without_complaint": "complainants of complaints that are not recorded",
    "referral_without_subject": "referrals of issues or content that are not recorded",
}


def check(connection: Connection) -> list[Finding]:
    """Return everything that does not agree, most serious first; an empty list is a clean database.

    A row that points at nothing may only be early: feeds arrive in any order. The others are errors of a writer
    that did not use the recording functions.
    """
    counted = disagreements(connection)
    found = {name: _finding(connection, name, ids) for name, ids in _questions().items()}
    found |= {name: Finding(name, SENTENCES[name], n, counted.example[name]) for name, n in counted.rows.items()}
    return [*_switches(connection), *(found[name] for name in SENTENCES if name in found and found[name].rows)]


def _finding(connection: Connection, name: str, ids: Select[Any]) -> Finding:
    rows = ids.subquery()
    count, example = connection.execute(select(func.count(), func.min(rows.c[0]))).one()
    return Finding(name, SENTENCES[name], count, example)


def _questions() -> dict[str, Select[Any]]:
    return {
        "issue_clarified": _issue_clarified(),
        "appeal_without_request": _orphans(appeal, takedown_request, "content_id", "request_no"),
        "clarification_without_issue": _orphans(clarification, issue, "issue_id"),
        "complaint_without_content": _orphans(complaint, content, "content_id"),
        "complainant_without_complaint": _orphans(complainant, complaint, "complaint_id"),
        "referral_without_subject": _referral_without_subject(),
    }


def _issue_clarified() -> Select[Any]:
    first_at = func.min(clarification.c.published_at).label("first_at")
    first = select(clarification.c.issue_id, first_at).group_by(clarification.c.issue_id).subquery("first")
    joined = issue.join(first, issue.c.issue_id == first.c.issue_id)
    differ = and_(first.c.first_at.is_not(None), issue.c.clarified_at.is_distinct_from(first.c.first_at))
    return select(issue.c.issue_id).select_from(joined).where(differ)


def _orphans(table: Any, parent: Any, *columns: str) -> Select[Any]:
    """Return the ids of rows that name a parent which is not recorded."""
    same = and_(*(table.c[name] == parent.c[name] for name in columns))
    missing = and_(table.c[columns[0]].is_not(None), parent.c[columns[0]].is_(None))
    return select(table.c[columns[0]]).select_from(table.outerjoin(parent, same)).where(missing)


def _referral_without_subject() -> Select[Any]:
    joined = referral.outerjoin(issue, referral.c.issue_id == issue.c.issue_id).outerjoin(
        content, referral.c.content_id == content.c.content_id
    )
    no_issue = and_(referral.c.issue_id.is_not(None), issue.c.issue_id.is_(None))
    no_content = and_(referral.c.content_id.is_not(None), content.c.content_id.is_(None))
    return select(referral.c.referral_id).select_from(joined).where(or_(no_issue, no_content))


def _switches(connection: Connection) -> list[Finding]:
    """Return what is wrong with the keeping itself."""
    switches = dict(connection.execute(select(setting.c.name, setting.c.value)).all())
    wrong = []
    if switches.get("rollups_state") == "building":
        wrong.append(Finding("rollups_building", "a load or rebuild has not ended; rebuild the roll-ups", 1))
    if switches.get("rollups") == "triggers" and not triggers.present(connection):
        wrong.append(Finding("triggers_missing", "triggers are missing; `posko db rebuild` puts them back", 1))
    if switches.get("write_gate") != keeping.OPEN_GATE:
        wrong.append(Finding("gate_left_shut", "a batch was left half kept; rebuild the roll-ups", 1))
    return wrong
