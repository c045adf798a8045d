"""The demonstration: a small web of documents on loopback, and what shows the product working on it."""
