"""Replicas of web sites for measuring how well a source is set up from its address alone."""
