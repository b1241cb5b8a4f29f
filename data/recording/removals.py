"""Rows that should never have been there: taken out, with a correction that says so."""

from datetime import datetime

from sqlalchemy import Connection

from data.recording.results import Recorded, Rows


def delete_contents(connection: Connection, feed_code: str, rows: Rows, *, now: datetime) -> Recorded:
    """Remove content with its requests and appeals; rows carry `content_id`, `content_key` or what contents() takes.

    Each removal leaves a correction (with the row's `reason`) and an event of kind `deleted` for each request.
    """
    raise NotImplementedError


def delete_requests(connection: Connection, feed_code: str, rows: Rows, *, now: datetime) -> Recorded:
    """Remove requests, named by `content_id` or `content_key` and `request_no` (default 1).

    The content then shows the outcome of the request that is now its highest; without any it is open again.
    """
    raise NotImplementedError
