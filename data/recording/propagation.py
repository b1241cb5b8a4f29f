"""What one table tells another: copies on requests, the latest outcome on content, first clarifications.

Each step takes the changes of the table that was recorded and writes the others through `stored.write`, so that
their roll-ups are kept too. Whatever arrives first, the last to arrive completes the picture.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from operator import itemgetter

from sqlalchemy import Connection, Table

from data import tables
from data.recording import stored
from data.recording.changes import Changes, Key, Row
from data.rollups.clocks import OPEN
from data.rollups.integrity import COPIES

FILLED = ("posted_at", "detected_at", "verified_at")
"""Times of a request that are taken from its content where the request does not bring its own."""

NO_REQUEST = {"outcome_id": OPEN, "ended_at": None, "requested_at": None}


def complete_contents(connection: Connection, changes: Changes) -> None:
    """Give content what its requests and the clarifications of its issue say."""
    ids = {key[0] for key in (*changes.new(), *changes.changed())}
    requests = stored.read_by_id(connection, tables.takedown_request, "content_id", ids)
    changes.related = requests
    told = summaries(requests)
    clarified = _clarified(connection, {row["issue_id"] for row in changes.after.values()})
    for content_id in ids:
        row = changes.after[content_id,]
        values = told.get(content_id, {"requested_at": None})
        changes.set((content_id,), {**values, "clarified_at": clarified.get(row["issue_id"])})


def copy_contents_to_requests(connection: Connection, changes: Changes) -> None:
    """Give requests and appeals the service, province, theme and detection source of their content.

    Times of a request follow those of its content as long as they were taken from it.
    """
    told = {*changes.new(), *(change.key for change in changes.differences((*COPIES, *FILLED)))}
    rows = [row for row in changes.related if (row["content_id"],) in told]
    requests = _follow_up(changes, tables.takedown_request, rows)
    for key, request in requests.before.items():
        before, after = changes.before.get(key[:1]), changes.after[key[:1]]
        taken = [name for name in FILLED if request[name] in {None, before and before[name]}]
        requests.set(key, {name: after[name] for name in (*COPIES, *taken)})
    stored.write(connection, requests)
    appeals = _follow_up(changes, tables.appeal, _appeals(connection, told))
    for key in appeals.before:
        appeals.set(key, {"service_id": changes.after[key[:1]]["service_id"]})
    stored.write(connection, appeals)


def _appeals(connection: Connection, contents: Iterable[Key]) -> list[Row]:
    return stored.read(connection, tables.appeal, ("content_id",), contents)


def complete_requests(connection: Connection, changes: Changes) -> None:
    """Give requests what they repeat of their content, where it is recorded already."""
    changes.related = stored.read_by_id(connection, tables.content, "content_id", changes.touched())
    contents = {row["content_id"]: row for row in changes.related}
    for key in (*changes.new(), *changes.changed()):
        content = contents.get(key[0])
        if content is not None:
            row = changes.after[key]
            told = {name: content[name] for name in COPIES if row[name] != content[name]}
            told |= {name: content[name] for name in FILLED if row[name] is None and content[name] is not None}
            changes.set(key, told)


def copy_requests_to_contents(connection: Connection, changes: Changes) -> None:
    """Give content the outcome of its highest request and the time of its first."""
    ids = changes.touched()
    contents = [row for row in changes.related if row["content_id"] in ids]
    requests = [row for key, row in (changes.before | changes.after).items() if key[0] in ids]
    show_requests(connection, changes, contents, requests)


def show_requests(connection: Connection, cause: Changes, contents: Iterable[Row], requests: Iterable[Row]) -> None:
    """Write what all requests of some content say to it; content without any is open and was never requested."""
    told = summaries(requests)
    changes = _follow_up(cause, tables.content, contents)
    for key in changes.before:
        changes.set(key, told.get(key[0], NO_REQUEST))
    stored.write(connection, changes)


def complete_appeals(connection: Connection, changes: Changes) -> None:
    """Give appeals the service of their content, where it is recorded already."""
    found = stored.read_by_id(connection, tables.content, "content_id", changes.touched(), "content_id", "service_id")
    services = {row["content_id"]: row["service_id"] for row in found}
    for key in (*changes.new(), *changes.changed()):
        if key[0] in services:
            changes.set(key, {"service_id": services[key[0]]})


def clarify_issues(connection: Connection, changes: Changes) -> None:
    """Give issues the time of their first recorded clarification; without any, what they bring stands."""
    for issue_id, first_at in _first_clarifications(connection, changes.touched()).items():
        changes.set((issue_id,), {"clarified_at": first_at})


def clarify_contents_of_issues(connection: Connection, changes: Changes) -> None:
    """Give content the time at which its issue was clarified."""
    new = {key[0] for key, row in changes.new().items() if row["clarified_at"] is not None}
    clarified = {change.key[0] for change in changes.differences(["clarified_at"])}
    _clarify_contents(connection, changes, {i: changes.after[i,]["clarified_at"] for i in new | clarified})


def clarifications_to_issues(connection: Connection, changes: Changes) -> None:
    """Give issues, and their content, the time of their first clarification."""
    first = _first_clarifications(connection, changes.touched())
    issues = _follow_up(changes, tables.issue, stored.read_by_id(connection, tables.issue, "issue_id", first))
    for key in issues.before:
        issues.set(key, {"clarified_at": first[key[0]]})
    told = {change.key[0]: change.new for change in issues.differences(["clarified_at"])}
    stored.write(connection, issues)
    _clarify_contents(connection, changes, told)


def summaries(requests: Iterable[Row]) -> dict[int, Row]:
    """Return outcome, its time and the first request's time by content; open requests have not ended.

    The first request's time is, of each, when it was sent, else received, else acted upon.
    """
    by_content: defaultdict[int, list[Row]] = defaultdict(list)
    for request in requests:
        by_content[request["content_id"]].append(request)
    return {content_id: _summary(rows) for content_id, rows in by_content.items()}


def _summary(requests: list[Row]) -> Row:
    last = max(requests, key=itemgetter("request_no"))
    times = [row["notified_at"] or row["received_at"] or row["actioned_at"] for row in requests]
    return {
        "outcome_id": last["outcome_id"],
        "ended_at": last["actioned_at"] if last["outcome_id"] != OPEN else None,
        "requested_at": min(filter(None, times), default=None),
    }


def _follow_up(cause: Changes, table: Table, rows: Iterable[Row]) -> Changes:
    """Return the changes of another table that follow from a recording, with its stored rows."""
    changes = Changes(table, cause.feed_code, cause.now, told=cause.told)
    changes.before = {changes.key_of(row): row for row in rows}
    return changes


def _first_clarifications(connection: Connection, issue_ids: Iterable[int]) -> dict[int, int]:
    found = stored.read_by_id(connection, tables.clarification, "issue_id", issue_ids, "issue_id", "published_at")
    first: dict[int, int] = {}
    for row in found:
        if row["published_at"] is not None:
            first[row["issue_id"]] = min(row["published_at"], first.get(row["issue_id"], row["published_at"]))
    return first


def _clarified(connection: Connection, issue_ids: Iterable[int | None]) -> dict[int | None, int]:
    known = [i for i in issue_ids if i is not None]
    rows = stored.read_by_id(connection, tables.issue, "issue_id", known, "issue_id", "clarified_at")
    return {row["issue_id"]: row["clarified_at"] for row in rows}


def _clarify_contents(connection: Connection, cause: Changes, clarified: Mapping[int, int | None]) -> None:
    contents = stored.read_by_id(connection, tables.content, "issue_id", clarified)
    changes = _follow_up(cause, tables.content, contents)
    for key, row in changes.before.items():
        changes.set(key, {"clarified_at": clarified[row["issue_id"]]})
    stored.write(connection, changes)
