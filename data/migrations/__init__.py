"""Steps from one version of the tables to the next, applied by `data.schema`; there is no way down but the backup.

A released revision is never edited. A change of the tables is a new file in versions/: explicit operations, named
v<number>_<what it brings>, at most 250 lines, and `data.schema.VERSION` raised. A test compares the result with
`data.tables` on SQLite and PostgreSQL.
"""
