"""Errors of the extract stage; apart so that readers of formats and the stage can share them."""


class ExtractionProblem(Exception):
    """A document that cannot be read: damaged or encrypted. Its message is one sentence for the archive."""
