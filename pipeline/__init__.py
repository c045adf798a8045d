"""Turns pages into articles, stories and summaries, stage by stage."""
