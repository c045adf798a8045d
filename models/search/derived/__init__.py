"""A tantivy index beside an SQLite archive, derived from its tables; a package because the tables need none of it."""
