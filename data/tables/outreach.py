"""What the public told us, what was handed on, what was said back: complaints, referrals, blocks, campaigns, QoS."""

from sqlalchemy import BigInteger, Float, Index, Integer, SmallInteger, Text

from data.columns import column, time
from data.tables.facts import provenance
from data.tables.metadata import fact

access_block = fact(
    "access_block",
    "Pemutusan akses of a site; never added to takedowns",
    column("block_id", BigInteger, "stable_id of domain and order", primary_key=True, autoincrement=False),
    column("domain", Text, "Domain ordered to be blocked"),
    column("harm_id", SmallInteger, "harm.id"),
    time("ordered_at", "When the order was given"),
    time("done_at", "When access was cut"),
    *provenance(),
    Index(None, "ordered_at"),
    distributed_by="block_id",
)

complaint = fact(
    "complaint",
    "Aduan masyarakat: what was reported, without who reported it",
    column("complaint_id", BigInteger, "stable_id of the natural key", primary_key=True, autoincrement=False),
    column("natural_key", Text, "Ticket of the complaint desk"),
    column("service_id", SmallInteger, "service.id; 0 unknown"),
    column("province_code", Text, "region.code; empty when not given", nullable=True),
    column("theme_id", SmallInteger, "theme.id; 0 unknown"),
    column("content_id", BigInteger, "content.content_id it led to or was merged into", nullable=True),
    column("status", Text, "received, valid, merged, invalid or answered"),
    time("received_at", "When it came in"),
    time("validated_at", "When it was judged valid, merged or invalid"),
    time("answered_at", "When the reporter was answered"),
    *provenance(),
    Index(None, "received_at"),
    distributed_by="complaint_id",
)

complainant = fact(
    "complainant",
    "Personal data of complainants; the dashboard's role has no right to read it",
    column("complaint_id", BigInteger, "complaint.complaint_id", primary_key=True, autoincrement=False),
    column("name", Text, "Name as given", nullable=True),
    column("contact", Text, "Telephone or e-mail as given", nullable=True),
    distributed_by="complaint_id",
)

referral = fact(
    "referral",
    "Rujukan of a case to Bawaslu, Polri or KPU",
    column("referral_id", BigInteger, "stable_id of the natural key", primary_key=True, autoincrement=False),
    column("natural_key", Text, "Number of the letter"),
    column("issue_id", BigInteger, "issue.issue_id", nullable=True),
    column("content_id", BigInteger, "content.content_id", nullable=True),
    column("organisation_id", SmallInteger, "organisation.id it was sent to"),
    column("province_code", Text, "region.code", nullable=True),
    column("result", Text, "sent, accepted, declined, investigated, sanctioned or closed"),
    time("sent_at", "When it was sent"),
    time("accepted_at", "When it was accepted"),
    time("decided_at", "When it ended"),
    *provenance(),
    Index(None, "sent_at"),
    distributed_by="referral_id",
)

campaign_reach = fact(
    "campaign_reach",
    "Reach of one campaign on one channel on one day",
    column("campaign_id", SmallInteger, "campaign.id", primary_key=True, autoincrement=False),
    column("channel_id", SmallInteger, "channel.id", primary_key=True, autoincrement=False),
    column("province_code", Text, "region.code; '00' for the whole country", primary_key=True),
    column("day", Integer, "WIB day, days since 1970-01-01", primary_key=True, autoincrement=False),
    column("theme_id", SmallInteger, "theme.id of the message", primary_key=True, autoincrement=False),
    column(
        "reach",
        BigInteger,
        "Unique people on this channel on this day; never summed across channels as unique",
        nullable=True,
    ),
    column("impressions", BigInteger, "Times shown", nullable=True),
    column("engagements", BigInteger, "Reactions, comments and shares", nullable=True),
    column("target_reach", BigInteger, "Reach planned", nullable=True),
    *provenance(),
    column(
        "frequency",
        Float,
        "Times each person was reached, as reported; where it is not impressions / reach, nothing is mended",
        nullable=True,
    ),
    Index(
        "ix_campaign_reach_by_day",
        "day",
        "channel_id",
        "campaign_id",
        "theme_id",
        "province_code",
        "reach",
        "impressions",
        "engagements",
        "target_reach",
    ),
    distributed_by="campaign_id",
)

activity = fact(
    "activity",
    "Seminars, trainings, broadcasts and other outreach with place and attendance",
    column("activity_id", BigInteger, "stable_id of the natural key", primary_key=True, autoincrement=False),
    column("natural_key", Text, "Key in the source"),
    column("campaign_id", SmallInteger, "campaign.id; 0 unknown"),
    column("format_id", SmallInteger, "activity_format.id"),
    column("organisation_id", SmallInteger, "organisation.id that held it"),
    column("title", Text, "Name of the activity"),
    column("province_code", Text, "region.code", nullable=True),
    column("regency_code", Text, "region.code of the kabupaten or kota", nullable=True),
    column("attendance", Integer, "People present; empty when not reported", nullable=True),
    column("plays", Integer, "Times the campaign video was played; empty when not reported", nullable=True),
    time("starts_at", "Start"),
    time("ends_at", "End"),
    *provenance(),
    Index(None, "starts_at"),
    distributed_by="activity_id",
)

hashtag_reach = fact(
    "hashtag_reach",
    "Use of a campaign hashtag on one service on one day",
    column("hashtag", Text, "Hashtag in lower case, with its sign", primary_key=True),
    column("service_id", SmallInteger, "service.id", primary_key=True, autoincrement=False),
    column("day", Integer, "WIB day, days since 1970-01-01", primary_key=True, autoincrement=False),
    column("posts", BigInteger, "Posts that carry it", nullable=True),
    column("reach", BigInteger, "Unique people on this service on this day", nullable=True),
    column("engagements", BigInteger, "Reactions, comments and shares", nullable=True),
    *provenance(),
    Index(None, "day"),
    distributed_by="hashtag",
)

qos_measurement = fact(
    "qos_measurement",
    "Telecom quality of service measured at a site",
    column("site_id", BigInteger, "stable_id of the site", primary_key=True, autoincrement=False),
    column("measured_at", BigInteger, "When, UTC seconds since 1970", primary_key=True, autoincrement=False),
    column("site_name", Text, "Name of the site"),
    column("organisation_id", SmallInteger, "organisation.id of the telecom operator; 0 unknown"),
    column("province_code", Text, "region.code", nullable=True),
    column("regency_code", Text, "region.code of the kabupaten or kota", nullable=True),
    column("download_mbps", Float, "Download, megabits per second", nullable=True),
    column("upload_mbps", Float, "Upload, megabits per second", nullable=True),
    column("latency_ms", Float, "Round trip, milliseconds", nullable=True),
    column("packet_loss_share", Float, "Packets lost, 0 to 1", nullable=True),
    column("is_available", SmallInteger, "1 reachable, 0 not, empty unknown", nullable=True),
    *provenance(),
    Index(None, "measured_at"),
    distributed_by="site_id",
)
