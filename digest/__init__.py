"""Composes, renders and sends the issues of an edition."""
