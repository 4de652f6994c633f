"""Postgres: one connection, migrations, and one module a table."""
