"""Tables about the data itself: feeds, loads, rejected rows, corrections, published figures, versions, switches."""

from sqlalchemy import BigInteger, Boolean, Index, Integer, SmallInteger, Text

from data.columns import column, time
from data.tables.metadata import fact, ledger

feed = ledger(
    "feed",
    "One row a feed: has anything changed, and how old is it",
    column("code", Text, "Short stable name of the feed", primary_key=True),
    column("label_id", Text, "Name in Indonesian"),
    column("label_en", Text, "Name in English"),
    column("agency", Text, "organisation.code that owns the feed"),
    column("topic", Text, "Screens that depend on it: content, request, issue, complaint, campaign, qos"),
    column("expected_seconds", Integer, "Longest silence that is still normal, seconds"),
    column("seq", BigInteger, "Grows by one with every write transaction"),
    time("watermark_at", "Newest fact in the feed"),
    time("written_at", "Heartbeat: last write, also of nothing new"),
    column("is_simulated", Boolean, "Whether any row of the feed was invented"),
)

load_run = ledger(
    "load_run",
    "One row a finished load of a file",
    column(
        "load_id", BigInteger, "stable_id of file digest, format and finish time", primary_key=True, autoincrement=False
    ),
    column("feed_code", Text, "feed.code"),
    column("file_name", Text, "Name of the file without its folder"),
    column("sha256", Text, "Digest of the file"),
    column("format", Text, "Loader used"),
    column("date_order", Text, "Order of day and month decided for the file: dmy, mdy, iso or empty", nullable=True),
    column("n_read", Integer, "Rows read"),
    column("n_new", Integer, "Rows new here"),
    column("n_updated", Integer, "Rows that changed something"),
    column("n_unchanged", Integer, "Rows already known"),
    column("n_rejected", Integer, "Rows refused, kept in quarantine"),
    time("finished_at", "When the load ended"),
)

quarantine = ledger(
    "quarantine",
    "Rows refused at the door, kept and counted",
    column("reject_id", BigInteger, "stable_id of file digest, line and reason", primary_key=True, autoincrement=False),
    column("feed_code", Text, "feed.code"),
    column("file_name", Text, "Name of the file, or 'recording' for a direct write"),
    column("line", Integer, "Line in the file, 1 the first; 0 for a direct write"),
    column("reason", Text, "Why, in one sentence"),
    column("excerpt", Text, "First 500 characters of the row, personal data masked"),
    time("recorded_at", "When it was refused"),
    Index(None, "recorded_at"),
)

correction = fact(
    "correction",
    "Ralat: a value that was changed after it had been published",
    column("record_id", BigInteger, "Id of the corrected row", primary_key=True, autoincrement=False),
    column(
        "correction_id", BigInteger, "stable_id of row, column, time and value", primary_key=True, autoincrement=False
    ),
    column("table_name", Text, "Corrected table"),
    column("column_name", Text, "Corrected column"),
    column("old_value", Text, "Value before, as text", nullable=True),
    column("new_value", Text, "Value after, as text", nullable=True),
    column("reason", Text, "Why"),
    column("is_simulated", Boolean, "Whether it was invented"),
    time("corrected_at", "When it was changed"),
    Index(None, "corrected_at"),
    distributed_by="record_id",
)

published_figure = ledger(
    "published_figure",
    "Figures the ministry published, with window and source",
    column("figure_set", Text, "Letter of the set: one press statement", primary_key=True),
    column("measure", Text, "isu, found, removed, labelled or open", primary_key=True),
    column("service_code", Text, "service.code, or the category as printed; empty text for all", primary_key=True),
    column("value", BigInteger, "The figure as published"),
    time("window_start", "First moment of the stated window; empty when not stated"),
    time("window_end", "First moment after the stated window"),
    column("source", Text, "Where it was published"),
    column("note", Text, "What is known to be odd about it"),
)

schema_version = ledger(
    "schema_version",
    "Version of these tables; one row",
    column("id", SmallInteger, "Always 1", primary_key=True, autoincrement=False),
    column("major", SmallInteger, "Readers of another major version refuse"),
    column("minor", SmallInteger, "Readers of an older minor version may still read"),
)

setting = ledger(
    "setting",
    "Switches of this database",
    column(
        "name",
        Text,
        "rollups (triggers or recorded), rollups_state (ready or building), write_gate, changes_of_<topic>",
        primary_key=True,
    ),
    column("value", Text, "Value as text"),
)
