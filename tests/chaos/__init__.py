"""The chaos harness: real work on a real archive is killed and starved at drawn moments, and nothing may be lost by it.

`python -m tests.chaos --help` runs it; docs/chaos.md tells what it does and how one injection is done again.
"""
