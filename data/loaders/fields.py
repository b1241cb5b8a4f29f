"""The fields a row of an office file can have; a mapping file names them."""

TIMES = (
    "detected_at", "reported_at", "at", "received_at", "notified_at", "verified_at", "published_at", "posted_at",
    "actioned_at", "confirmed_down_at", "reappeared_at", "reinstated_at",
)  # fmt: skip
"""Time fields. The first eight, in this order, may serve as the time by which a row is counted."""

MAIN_TIMES = TIMES[:8]

TEXTS = {
    "title": "headline or claim",
    "issue": "name of the isu, where several rows belong to one; without it rows of the same title are one isu",
    "text": "body of the post or article; its beginning serves where there is no title",
    "reference": "number or code by which the source knows the row; identity of rows without a link",
    "id": "the same, but only where nothing else tells rows apart",
    "url": "link to the hoax, or to the article when the file holds published fact checks",
    "article_url": "link to the published clarification, beside the link to the hoax",
    "service": "name of the service; read from the link when missing",
    "status": "diproses, diturunkan, ditolak, dipulihkan, diberi stempel, dicabut, dibatasi …",
    "province": "province by name or other name",
    "province_code": "province by Kemendagri or BPS code",
    "regency": "kabupaten or kota by name",
    "regency_code": "kabupaten or kota by Kemendagri or BPS code",
    "place": "any of these in one column",
    "views": "reach as last reported: 2.500 · 66,3 rb · 1,2 jt",
    "category": "label: verdict, kind of harm, technique or theme",
    "verdict": "finding of the fact check: false, misleading, satire, true, unproven",
    "hoax_flag": "1 or ya for a hoax, 0 or tidak for none",
    "theme": "theme by code or name",
    "harm": "kind of harm by code or name",
    "technique": "technique by code or name",
    "source": "who found it: AIS, patroli siber, aduan, mitra",
    "organisation": "publisher of the clarification or sender of the request",
    "urgency": "urgent or hoax: which binding deadline applies",
    "clock": "time of day, where date and time stand in two columns",
}  # fmt: skip

ALL = frozenset({*TIMES, *TEXTS})
"""Fields of office sheets; those of reports are in `data.loaders.reports.fields`."""

TIME_MEANINGS = {
    "detected_at": "when it was found",
    "reported_at": "when it was reported: the time found and the time the request was sent, unless those have columns",
    "at": "the one time of the row, whatever it is called",
    "received_at": "request received by the service; starts the default clock",
    "notified_at": "request sent",
    "verified_at": "verified as a hoax",
    "published_at": "clarification published",
    "posted_at": "posted",
    "actioned_at": "the service acted (diturunkan)",
    "confirmed_down_at": "checked and found down",
    "reappeared_at": "seen up again",
    "reinstated_at": "put back after an appeal",
}
