"""Thin runners: each claims items of its stage, calls the stage's pure function, stores the result and the fate."""
