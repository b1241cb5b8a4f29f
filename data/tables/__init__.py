"""Every table of the shared database. The schema is the interface: other agencies write here too."""

from data.tables.dimensions import (
    CODED,
    activity_format,
    calendar_event,
    campaign,
    channel,
    deadline,
    detection_source,
    election,
    harm,
    operator,
    organisation,
    outcome,
    period,
    region,
    service,
    technique,
    theme,
)
from data.tables.facts import appeal, clarification, content, issue, request_event, takedown_request
from data.tables.ledgers import (
    correction,
    feed,
    load_run,
    published_figure,
    quarantine,
    schema_version,
    setting,
)
from data.tables.metadata import metadata
from data.tables.outreach import (
    access_block,
    activity,
    campaign_reach,
    complainant,
    complaint,
    hashtag_reach,
    qos_measurement,
    referral,
)
from data.tables.sums import rollup_content, rollup_issue, rollup_issue_content, rollup_latency, rollup_request

__all__ = [
    "CODED", "access_block", "activity", "activity_format", "appeal", "calendar_event", "campaign", "campaign_reach",
    "channel", "clarification", "complainant", "complaint", "content", "correction", "deadline", "detection_source",
    "election", "feed", "harm", "hashtag_reach", "issue", "load_run", "metadata", "operator", "organisation", "outcome",
    "period", "published_figure", "qos_measurement", "quarantine", "referral", "region", "request_event",
    "rollup_content", "rollup_issue", "rollup_issue_content", "rollup_latency", "rollup_request", "schema_version",
    "service", "setting", "takedown_request", "technique", "theme",
]
