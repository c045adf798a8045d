"""Fetches pages: one TOML file per source, generic spiders, politeness. Stores pages, never extracts."""
