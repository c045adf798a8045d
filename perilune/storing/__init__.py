"""Keeping an archive safe: moved to another database, backed up and restored."""
