"""What the simulator tells the recorder: rows of the season's tables as the recording functions take them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection

from data import recording
from data.season import aftermath, desk, findings, petitions
from data.season.arrays import Flags
from data.season.cells import Columns
from data.season.lifecycle import NEVER, verified
from data.season.petitions import Ends
from data.season.posts import FEEDS, Posts, province_corrected
from data.season.stories import Stories

Row = dict[str, Any]
Record = Callable[..., recording.Recorded]
OURS = frozenset({"feed_code", "recorded_at", "updated_at", "requested_at", "clarified_at", "outcome_id", "ended_at"})
"""Columns of content and issues that the recorder keeps itself."""

WRITTEN = frozenset({"feed_code", "recorded_at", "updated_at"})


def rows(columns: Columns, without: frozenset[str] = WRITTEN) -> list[Row]:
    """Return columns as rows of what is known: times as aware datetimes, nothing for what is masked or None."""
    lists = {name: _values(name, values) for name, values in columns.items() if name not in without}
    return [
        {name: value for name, value in zip(lists, values, strict=True) if value is not None}
        for values in zip(*lists.values(), strict=True)
    ]


def _values(name: str, values: Any) -> list[Any]:
    found = values.tolist()
    if name.endswith("_at"):
        return [None if value is None else datetime.fromtimestamp(value, UTC) for value in found]
    return list(found)


def tell(connection: Connection, record: Record, feed: str, columns: Columns, now: datetime) -> int:
    """Record columns under one feed; return how many rows were new or changed something."""
    told = rows(columns)
    if not told:
        return 0
    answer = record(connection, feed, told, now=now)
    return answer.new + answer.updated


def new_contents(connection: Connection, found: Posts, now: datetime) -> int:
    """Record posts that were just found, each under the feed that found it."""
    if not found.ids.size:
        return 0
    nothing = Ends(*(np.full(found.ids.size, fill) for fill in (NEVER, 0, NEVER)))
    columns = findings.contents(found, nothing, np.full(found.ids.size, NEVER), _seconds(now))
    return _by_feed(connection, found, rows(columns, without=OURS), now)


def changed_contents(connection: Connection, found: Posts, now: datetime) -> int:
    """Record what became known about posts since they were found: verification, and provinces put right."""
    if not found.ids.size:
        return 0
    moment = _seconds(now)
    known = {"content_id": found.ids, "verified_at": np.ma.masked_greater(verified(found.found), moment)}
    told = rows(known)
    places = zip(found.province.tolist(), found.regency.tolist(), province_corrected(found).tolist(), strict=True)
    for row, (province, regency, at) in zip(told, places, strict=True):
        if at <= moment:
            reason = aftermath.REASONS["content.province_code"]
            row |= {"province_code": province, "regency_code": regency, "reason": reason}
    return _by_feed(connection, found, told, now)


def _by_feed(connection: Connection, found: Posts, told: Sequence[Row], now: datetime) -> int:
    feeds, changed = FEEDS[found.source].tolist(), 0
    for feed in sorted(set(feeds)):
        its = [{**row, "is_simulated": True} for row, code in zip(told, feeds, strict=True) if code == feed]
        answer = recording.contents(connection, feed, its, now=now)
        changed += answer.new + answer.updated
    return changed


def followed(connection: Connection, found: Posts, now: datetime) -> dict[str, int]:
    """Record everything that has followed from posts by now; what is recorded already changes nothing."""
    if not found.ids.size:
        return {}
    moment = _seconds(now)
    counts = {"complaint": 0, "takedown_request": 0, "appeal": 0}
    for each in petitions.sent(found, moment):
        counts["takedown_request"] += _requests(connection, each, now)
        appeals = aftermath.appeals(each, moment)
        counts["appeal"] += tell(connection, recording.appeals, "keberatan", appeals, now)
    for columns in desk.complaints(found, moment):
        counts["complaint"] += tell(connection, recording.complaints, "aduan", columns, now)
    referrals, blocks = aftermath.referrals(found, moment), aftermath.blocks(found, moment)
    counts["referral"] = tell(connection, recording.referrals, "rujukan", referrals, now)
    counts["access_block"] = tell(connection, recording.access_blocks, "pemutusan_akses", blocks, now)
    return counts


def _requests(connection: Connection, each: petitions.Petitions, now: datetime) -> int:
    """Record requests; one whose clock runs again loses its stop, one whose time was put right says why."""
    told = rows(petitions.columns(each))
    moves: Flags = (each.state.stopped == NEVER) & (each.state.stopped_seconds > 0)
    late = petitions.action_corrected(each.state.plan, each.posts.ids) <= _seconds(now)
    for row, runs_again, put_right in zip(told, moves.tolist(), late.tolist(), strict=True):
        if runs_again:
            row["clear"] = ("stopped_at",)
        if put_right:
            row["reason"] = aftermath.REASONS["takedown_request.actioned_at"]
    if not told:
        return 0
    answer = recording.takedown_requests(connection, "platform", told, now=now)
    return answer.new + answer.updated


def stories(connection: Connection, told: Stories, now: datetime) -> int:
    """Record issues with their status and their clarifications."""
    if not told.ids.size:
        return 0
    moment = _seconds(now)
    answer = recording.issues(connection, "isu", rows(findings.issues(told, moment), without=OURS), now=now)
    for columns in aftermath.clarifications(told, moment):
        tell(connection, recording.clarifications, "klarifikasi", columns, now)
    return answer.new + answer.updated


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
