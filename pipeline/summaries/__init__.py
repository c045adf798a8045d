"""Sentences that tell a story, each with its evidence."""
