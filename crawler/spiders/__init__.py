"""Generic spiders, one per kind of source; a source names its kind in its TOML file."""
