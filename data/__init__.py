"""The shared database: tables, engine, recording, loading, reference and sample data."""
