"""The database of one world: models, engine, journal of committed changes, and the database API."""
