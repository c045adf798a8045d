"""The data model in which the parts meet: tables, the questions asked of them, page store and search."""
