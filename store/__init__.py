"""Where records are kept: engine, openings, column types and migrations, on SQLite and PostGIS."""
