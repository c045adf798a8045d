"""Corrections: what a person says is wrong is checked, stored, obeyed in the same transaction, and can be undone.

Wiring, since obeying is the pipeline's: command line, web and API all come here.
"""

from perilune.correcting.correct import Obeyed, correct
from perilune.correcting.listing import correction_rows, print_corrections
from perilune.correcting.undo import undo

__all__ = ["Obeyed", "correct", "correction_rows", "print_corrections", "undo"]
