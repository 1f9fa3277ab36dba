"""Where runs and results are kept: SQLite by default, PostgreSQL by URL."""
