"""The fields a row of a report can have; a mapping file names them."""

PLACE = {
    "province": "province by name or other name",
    "province_code": "province by Kemendagri or BPS code",
    "regency": "kabupaten or kota by name",
    "regency_code": "kabupaten or kota by Kemendagri or BPS code",
    "place": "any of these in one column",
}

REACH = {
    "day": "day of the report",
    "campaign": "campaign by name",
    "channel": "service, television, radio, telecom messages, print, outdoor, or face to face",
    "hashtag": "hashtag; the row is also its use on that service and day",
    "reach": "unique people on this channel on this day",
    "impressions": "times shown",
    "frequency": "times each person was reached",
    "engagements": "reactions, comments and shares",
    "target_reach": "reach planned",
    "posts": "posts that carry the hashtag",
    "theme": "message, by code or name",
    **PLACE,
}

ACTIVITY = {
    "starts_at": "start, or the day",
    "ends_at": "end",
    "clock": "time of day, where date and time stand in two columns",
    "title": "name of the activity; without it its format and place",
    "format": "PSA, news, dialogue, seminar, training, outreach …",
    "campaign": "campaign by name",
    "organisation": "who held it",
    "partner_kind": "mass media, social media activists, religious leaders, academics, civil society",
    "attendance": "people present",
    "plays": "times the campaign video was played",
    "url": "link to a report of it",
    "reference": "number by which the office knows it",
    **PLACE,
}

QOS = {
    "measured_at": "when it was measured",
    "clock": "time of day, where date and time stand in two columns",
    "site": "code of the site",
    "site_name": "name of the site",
    "operator": "telecom operator",
    "is_3t": "whether the office counts the site's region as 3T; compared with the register, not kept",
    "metric": "what was measured, where each measurement has a row of its own",
    "value": "its value",
    "unit": "its unit",
    "download_mbps": "download, Mbps unless header or cell says kbps or Gbps",
    "upload_mbps": "upload, likewise",
    "latency_ms": "round trip, milliseconds unless header or cell says seconds",
    "packet_loss_share": "packets lost: per cent where header, unit, cell or a value above 1 says so, else 0 to 1",
    "is_available": "ya or tidak, up or down, 1 or 0",
    **PLACE,
}

FIELDS = {"reach": REACH, "activity": ACTIVITY, "qos": QOS}

TIMES = frozenset({"day", "starts_at", "ends_at", "measured_at"})

ALL = frozenset(name for fields in FIELDS.values() for name in fields)
