"""The only SQL: tables, migrations, and functions by noun that take a transaction and return domain values."""
