"""Reference tables: who, where, what kind, which promise. Ids are small; id 0 means "tidak dikenal" (unknown)."""

from sqlalchemy import BigInteger, Boolean, Float, Integer, SmallInteger, Text

from data.columns import column, time
from data.tables.metadata import dimension


def _key(what: str) -> list:  # type: ignore[type-arg]
    return [
        column("id", SmallInteger, f"Number of the {what}; 0 is unknown", primary_key=True, autoincrement=False),
        column("code", Text, f"Short stable name of the {what}, as used in links and files"),
        column("label_id", Text, f"Name of the {what} in Indonesian"),
        column("label_en", Text, f"Name of the {what} in English"),
    ]


operator = dimension("operator", "Companies that run services", *_key("operator"))

service = dimension(
    "service",
    "Services on which content is found, each run by one operator",
    *_key("service"),
    column("operator_id", SmallInteger, "operator.id"),
    column("is_signatory", Boolean, "Whether its operator signed the declaration of 3 October 2024"),
    column("is_closed_messaging", Boolean, "Closed messaging has reports and clarifications but no takedown latency"),
    column("position", SmallInteger, "Order on screens: signatories first, then the others"),
)

region = dimension(
    "region",
    "Provinces and kabupaten/kota, keyed by the Kemendagri code as text",
    column("code", Text, "Kemendagri code as text: '11' a province, '11.10' a kabupaten or kota", primary_key=True),
    column("parent_code", Text, "Kemendagri code of the province; empty for a province", nullable=True),
    column("kind", Text, "province, kabupaten or kota"),
    column("name", Text, "Name without its kind"),
    column("name_official", Text, "Name as the register writes it"),
    column("iso_code", Text, "ISO 3166-2 code; provinces only", nullable=True),
    column("bps_code", Text, "BPS code; differs from Kemendagri in Papua", nullable=True),
    column("zone", Text, "WIB, WITA or WIT"),
    column("island_group", Text, "Island group of the province"),
    column("voters", BigInteger, "Registered voters, DPT 2024; provinces only", nullable=True),
    column("is_3t", Boolean, "Listed as daerah tertinggal in Perpres 63/2020 (period 2020-2024)"),
    column("latitude", Float, "Latitude of a label point, degrees", nullable=True),
    column("longitude", Float, "Longitude of a label point, degrees", nullable=True),
)

boundary = dimension(
    "boundary",
    "Outlines an office owns, one set a kind; a loaded set takes the place of the one before",
    column("region_code", Text, "region.code", primary_key=True),
    column("kind", Text, "Set it belongs to: province, or kabupaten (which holds kota too)"),
    column(
        "geometry",
        Text,
        "GeoJSON MultiPolygon in WGS 84, longitude first; outer rings clockwise and holes not, as browsers draw them",
    ),
    column("points", Integer, "Points of the outline"),
    column(
        "grid_degrees", Float, "Grid the points were put on, degrees; the same for the set, so neighbours share lines"
    ),
    column("source", Text, "Name of the file it came from"),
    time("loaded_at", "When it was loaded"),
)

theme = dimension("theme", "Subject of a claim or message", *_key("theme"))
harm = dimension("harm", "Kind of harm: disinformation, hate speech, cyberbullying, SARA and others", *_key("harm"))
technique = dimension(
    "technique", "How the content misleads: deepfake, altered picture, false context", *_key("technique")
)
detection_source = dimension(
    "detection_source", "Who found it: automatic (AIS), cyber patrol, public, partner", *_key("detection source")
)
organisation = dimension(
    "organisation",
    "Agencies and partners that send, receive or publish",
    *_key("organisation"),
    column("kind", Text, "agency, or a partner kind: media, activist, religious_leader, academic, civil_society"),
)
outcome = dimension(
    "outcome",
    "How a request or a content item ended; found = the sum of the balance parts",
    *_key("outcome"),
    column(
        "balance_part", Text, "Part of found it counts in: open, removed, restricted, labelled, rejected, withdrawn"
    ),
)
campaign = dimension(
    "campaign",
    "Campaigns of the task force",
    *_key("campaign"),
    time("starts_at", "Start"),
    time("ends_at", "End, exclusive"),
)
channel = dimension(
    "channel",
    "Where messages are spread: services, broadcasters, telecom operators, print, face to face",
    *_key("channel"),
    column("kind", Text, "social_media, broadcast, telecom, print, outdoor, face_to_face"),
    column("audience", BigInteger, "Largest possible unique audience, people; empty when unknown", nullable=True),
)
activity_format = dimension(
    "activity_format", "Form of an activity or broadcast: PSA, news, dialogue, podcast, seminar", *_key("format")
)
election = dimension(
    "election", "Elections watched", *_key("election"), time("voting_at", "Midnight WIB of voting day")
)
period = dimension(
    "period",
    "Named periods of an election; the dates may be edited",
    *_key("period"),
    column("election_id", SmallInteger, "election.id"),
    column("phase", Text, "before, during or after the election"),
    time("starts_at", "Start"),
    time("ends_at", "End, exclusive"),
)
calendar_event = dimension(
    "calendar_event",
    "Dated events drawn on time axes",
    *_key("event"),
    column("election_id", SmallInteger, "election.id; empty when it concerns both", nullable=True),
    column("kind", Text, "declaration, vote, campaign, quiet, count, outreach or debate"),
    time("starts_at", "Start"),
    time("ends_at", "End, exclusive"),
)
deadline = dimension(
    "deadline",
    "Promises and rules on time, with the dates on which they hold",
    *_key("deadline"),
    column("clock", Text, "Clock it is measured on: received, notified, detected or posted"),
    column("kind", Text, "promise (voluntary) or rule (binding)"),
    column("applies_to", Text, "Urgency class it applies to: all, hoax or urgent"),
    column("minutes", Integer, "Time allowed, minutes"),
    column("basis", Text, "Where it is written"),
    time("valid_from", "First moment it holds"),
    time("valid_to", "First moment it no longer holds; empty while in force"),
)

CODED = (
    operator,
    service,
    theme,
    harm,
    technique,
    detection_source,
    organisation,
    outcome,
    campaign,
    channel,
    activity_format,
    election,
    period,
    calendar_event,
    deadline,
)
