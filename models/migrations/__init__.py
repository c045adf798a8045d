"""Migrations of the schema, the first table included."""
