"""Perilune: settings and shared rules at the bottom, command line and wiring at the top.

`perilune.urls dates languages encodings verdicts config logs` are leaves that every part may import;
`perilune.cli scheduler onboarding serving demo` wire the parts together and are imported by none.
"""

__version__ = "0.1.0"
