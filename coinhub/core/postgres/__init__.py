"""The database backend: Django's for PostgreSQL, with a lighter look at kept connections."""
