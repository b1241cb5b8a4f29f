"""Recording: the one write path. Plain functions, each in the caller's transaction.

Each takes `(connection, feed_code, rows, *, now)`. A row is a dict of the table's columns; unknown keys raise
`UnknownColumn`. None, NaN and missing keys mean "not known" and never overwrite; to empty columns, name them in the
row's `clear`. A row may carry `reason` (kept with corrections), `line` and `file_name` (kept with rejects).
Times are aware datetimes. The same rows once more change nothing. Use `data.engine.transaction` around the call and
`data.engine.retrying` around both.
"""

from data.recording.access_block import access_blocks
from data.recording.appeal import appeals
from data.recording.clarification import clarifications
from data.recording.complaint import complaints
from data.recording.content import contents
from data.recording.feeds import heartbeat
from data.recording.issue import issues
from data.recording.outreach import activities, campaign_reach, hashtag_reach
from data.recording.qos_measurement import qos_measurements
from data.recording.referral import referrals
from data.recording.removals import delete_contents, delete_requests
from data.recording.results import Recorded, Refused, Reject, Rows, UnknownColumn, UnknownFeed
from data.recording.takedown_request import takedown_requests

__all__ = [
    "Recorded", "Refused", "Reject", "Rows", "UnknownColumn", "UnknownFeed", "access_blocks", "activities", "appeals",
    "campaign_reach", "clarifications", "complaints", "contents", "delete_contents", "delete_requests",
    "hashtag_reach", "heartbeat", "issues", "qos_measurements", "referrals", "takedown_requests",
]  # fmt: skip
