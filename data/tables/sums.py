"""Roll-up tables: sums over facts, exact at every commit (see data.rollups for what they hold and how they are kept).

Every row names its `cube` (a grain and a set of dimensions, `data.rollups.declarations`). A dimension that the cube
does not keep holds -1, or '*' for a province; content without a province holds ''.
"""

from typing import Any

from sqlalchemy import DDL, BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, Text, event

from data.columns import column
from data.tables.metadata import rollup


def _dimensions(*names: str) -> list[Column]:  # type: ignore[type-arg]
    kinds = {"province_code": Text, "issue_id": BigInteger, "second_of_day": Integer}
    return [
        column(
            n,
            kinds.get(n, SmallInteger),
            f"{n} of the facts; -1 or '*' when the cube does not keep it",
            primary_key=True,
            autoincrement=False,
        )
        for n in names
    ]


def _measures(**comments: str) -> list[Column]:  # type: ignore[type-arg]
    return [column(n, BigInteger, c, server_default="0") for n, c in comments.items()]


def _cube() -> Column:  # type: ignore[type-arg]
    return column("cube", SmallInteger, "Cube.id of data.rollups.declarations", primary_key=True, autoincrement=False)


def _bucket(what: str) -> Column:  # type: ignore[type-arg]
    return column(
        "bucket", Integer, f"Time bucket of {what} in the cube's grain", primary_key=True, autoincrement=False
    )


rollup_content = rollup(
    "rollup_content",
    "Content by the hour, day or four weeks it was found",
    _cube(),
    *_dimensions("service_id", "theme_id", "source_id"),
    _bucket("content.detected_at"),
    *_dimensions("technique_id", "province_code"),
    *_measures(
        n_found="Content found",
        n_verified="of which verified",
        n_clarified="of which the issue is clarified",
        n_requested="of which a takedown was requested",
        n_removed="of which removed",
        n_restricted="of which restricted",
        n_labelled="of which labelled",
        n_rejected="of which the request was rejected",
        n_withdrawn="of which withdrawn or deleted by the uploader",
        n_open="of which open: counted by itself, so that found = the sum of its parts can fail",
        n_day_precision="of which only the date is known",
    ),
)

rollup_request = rollup(
    "rollup_request",
    "Takedown requests by the hour or day their default clock started",
    _cube(),
    *_dimensions("service_id"),
    _bucket("received_at, else notified_at"),
    *_dimensions("theme_id", "source_id", "province_code"),
    *_measures(
        n_requests="Requests whose clock started, measurable or not",
        n_unmeasurable="of which the times cannot give a latency (day precision or negative)",
        n_open="measurable and open",
        n_removed="measurable and removed",
        n_within_60="measurable and removed within 60 minutes",
        n_restricted="measurable and restricted",
        n_labelled="measurable and labelled",
        n_rejected="measurable and rejected",
        n_withdrawn_60="measurable and withdrawn or deleted by the uploader within 60 minutes",
    ),
)

rollup_class = rollup(
    "rollup_class",
    "Takedown requests by class of urgency and the hour or day their default clock started",
    _cube(),
    *_dimensions("service_id"),
    _bucket("received_at, else notified_at"),
    column(
        "class_id",
        SmallInteger,
        "takedown_request.urgency: 0 hoax, 1 urgent, 2 anything else",
        primary_key=True,
        autoincrement=False,
    ),
    *_measures(
        n_requests="Requests whose clock started, measurable or not",
        n_unmeasurable="of which the times cannot give a latency (day precision or negative)",
        n_open="measurable and open",
        n_removed="measurable and removed",
        n_within_15="measurable and removed within 15 minutes",
        n_within_30="measurable and removed within 30 minutes",
        n_within_60="measurable and removed within 60 minutes",
        n_within_120="measurable and removed within 120 minutes",
        n_within_240="measurable and removed within 240 minutes",
        n_within_1440="measurable and removed within 1440 minutes",
        n_withdrawn_15="measurable and withdrawn or deleted by the uploader within 15 minutes",
        n_withdrawn_30="measurable and withdrawn or deleted by the uploader within 30 minutes",
        n_withdrawn_60="measurable and withdrawn or deleted by the uploader within 60 minutes",
        n_withdrawn_120="measurable and withdrawn or deleted by the uploader within 120 minutes",
        n_withdrawn_240="measurable and withdrawn or deleted by the uploader within 240 minutes",
        n_withdrawn_1440="measurable and withdrawn or deleted by the uploader within 1440 minutes",
    ),
)

rollup_latency = rollup(
    "rollup_latency",
    "Ended requests by latency on the default clock, by the hour it started: what is not in rollup_latency_packed yet",
    _cube(),
    *_dimensions("service_id"),
    _bucket("received_at, else notified_at"),
    *_dimensions("outcome_id", "latency_bucket"),
    *_measures(n_requests="Measurable requests that ended so, to be added to the packed ones; less than 0: fewer"),
)

rollup_latency_packed = rollup(
    "rollup_latency_packed",
    "Histograms of latency on the default clock, by the hour, day, week, four or sixteen weeks it started",
    _cube(),
    *_dimensions("service_id"),
    _bucket("received_at, else notified_at"),
    column("counts", LargeBinary, "Numbers of requests by outcome and latency bucket (data.rollups.histograms)"),
)

rollup_open = rollup(
    "rollup_open",
    "Open requests by the second the default clock started: what is not in rollup_open_packed yet",
    _cube(),
    *_dimensions("service_id"),
    _bucket("received_at, else notified_at"),
    *_dimensions("second_of_day"),
    *_measures(n_requests="Measurable requests whose clock runs, to be added to the packed ones; less than 0: fewer"),
)

rollup_open_packed = rollup(
    "rollup_open_packed",
    "Open requests whose clock runs, by the day and second the default clock started",
    _cube(),
    *_dimensions("service_id"),
    _bucket("received_at, else notified_at"),
    column("counts", LargeBinary, "Numbers of requests by second of the day (data.rollups.histograms)"),
)

for _packed in (rollup_latency_packed, rollup_open_packed):
    # To press the bytes together and to take them apart again costs more than to read them as they are.
    _apart: Any = DDL(f"ALTER TABLE {_packed.name} ALTER COLUMN counts SET STORAGE EXTERNAL")  # type: ignore[no-untyped-call]
    event.listen(_packed, "after_create", _apart.execute_if(dialect="postgresql"))

rollup_removal = rollup(
    "rollup_removal",
    "Removals by the hour, day or four weeks the service acted",
    _cube(),
    *_dimensions("service_id"),
    _bucket("takedown_request.actioned_at"),
    *_measures(
        n_removed="Requests that ended with removal, whatever their clock",
        n_back_7="of which seen up again within 7 days",
        n_back_30="of which seen up again within 30 days",
    ),
)

rollup_issue = rollup(
    "rollup_issue",
    "Issues by the hour or day they were first seen",
    _cube(),
    *_dimensions("theme_id"),
    _bucket("issue.first_seen_at"),
    *_measures(
        n_issues="Issues first seen",
        n_clarified="of which clarified",
        n_closed="of which closed",
    ),
)

rollup_issue_closed = rollup(
    "rollup_issue_closed",
    "Issues by the hour, day or four weeks they were closed",
    _cube(),
    _bucket("issue.closed_at"),
    *_dimensions("theme_id"),
    *_measures(n_closed="Closed issues"),
)

rollup_issue_content = rollup(
    "rollup_issue_content",
    "Content found per issue and day or four weeks; the index gives the issues with most of it first",
    *_dimensions("issue_id"),
    _cube(),
    _bucket("content.detected_at"),
    *_measures(n_found="Content found", n_views="Views of that content as last reported"),
    Index("ix_rollup_issue_content_most", "cube", "bucket", "n_found", "issue_id"),
)
