"""Reference tables: the facts of the room as CSV files an office can read, and how they enter the database."""
