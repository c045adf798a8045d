"""Whether a text says what is claimed of it."""
