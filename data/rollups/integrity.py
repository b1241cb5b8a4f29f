"""What the facts say of each other: copies, latest outcomes, first times, rows that point at nothing."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, case, func, or_, select

from data.rollups import keeping, triggers
from data.rollups.clocks import OPEN
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


def requested_at(request: Any) -> ColumnElement[Any]:
    """Return when a request was made at the latest: sent, else received, else acted upon."""
    return func.coalesce(request.notified_at, request.received_at, request.actioned_at)


def check(connection: Connection) -> list[Finding]:
    """Return everything that does not agree, most serious first; an empty list is a clean database.

    A row that points at nothing may only be early: feeds arrive in any order. The others are errors of a writer
    that did not use the recording functions.
    """
    found = [_finding(connection, name, ids) for name, ids in _questions().items()]
    return [*_switches(connection), *(finding for finding in found if finding.rows)]


def _finding(connection: Connection, name: str, ids: Select[Any]) -> Finding:
    rows = ids.subquery()
    count, example = connection.execute(select(func.count(), func.min(rows.c[0]))).one()
    return Finding(name, SENTENCES[name], count, example)


def _questions() -> dict[str, Select[Any]]:
    return {
        "request_copies": _request_copies(),
        "content_outcome": _content_outcome(),
        "content_requested": _content_requested(),
        "issue_clarified": _issue_clarified(),
        "content_clarified": _content_clarified(),
        "request_without_content": _orphans(takedown_request, content, "content_id"),
        "appeal_without_request": _orphans(appeal, takedown_request, "content_id", "request_no"),
        "clarification_without_issue": _orphans(clarification, issue, "issue_id"),
        "content_without_issue": _orphans(content, issue, "issue_id"),
        "complaint_without_content": _orphans(complaint, content, "content_id"),
        "complainant_without_complaint": _orphans(complainant, complaint, "complaint_id"),
        "referral_without_subject": _referral_without_subject(),
    }


def _request_copies() -> Select[Any]:
    differ = [takedown_request.c[name].is_distinct_from(content.c[name]) for name in COPIES]
    joined = takedown_request.join(content, takedown_request.c.content_id == content.c.content_id)
    return select(content.c.content_id).select_from(joined).where(or_(*differ))


def _requests_of_content() -> FromClause:
    request = takedown_request.c
    return (
        select(
            request.content_id,
            func.max(request.request_no).label("last_no"),
            func.min(requested_at(request)).label("first_at"),
        )
        .group_by(request.content_id)
        .subquery("requests")
    )


def _content_outcome() -> Select[Any]:
    latest, request = _requests_of_content(), takedown_request.c
    ended_at = case((request.outcome_id != OPEN, request.actioned_at))
    joined = latest.join(
        takedown_request, and_(request.content_id == latest.c.content_id, request.request_no == latest.c.last_no)
    ).join(content, content.c.content_id == latest.c.content_id)
    differ = or_(content.c.outcome_id != request.outcome_id, content.c.ended_at.is_distinct_from(ended_at))
    return select(content.c.content_id).select_from(joined).where(differ)


def _content_requested() -> Select[Any]:
    requests = _requests_of_content()
    joined = content.outerjoin(requests, content.c.content_id == requests.c.content_id)
    differ = content.c.requested_at.is_distinct_from(requests.c.first_at)
    return select(content.c.content_id).select_from(joined).where(differ)


def _issue_clarified() -> Select[Any]:
    first_at = func.min(clarification.c.published_at).label("first_at")
    first = select(clarification.c.issue_id, first_at).group_by(clarification.c.issue_id).subquery("first")
    joined = issue.join(first, issue.c.issue_id == first.c.issue_id)
    differ = and_(first.c.first_at.is_not(None), issue.c.clarified_at.is_distinct_from(first.c.first_at))
    return select(issue.c.issue_id).select_from(joined).where(differ)


def _content_clarified() -> Select[Any]:
    joined = content.outerjoin(issue, content.c.issue_id == issue.c.issue_id)
    differ = content.c.clarified_at.is_distinct_from(issue.c.clarified_at)
    return select(content.c.content_id).select_from(joined).where(differ)


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
