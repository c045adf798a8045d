"""Which articles repeat each other, and which report the same event."""
