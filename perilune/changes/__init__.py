"""What changed on a page, sentence by sentence, and which of it is an edit; for extraction, digest and web alike."""

from perilune.changes.diff import Rewording, Told, rewordings
from perilune.changes.edits import is_same_content, real_rewordings
from perilune.changes.sentences import sentences_of

__all__ = ["Rewording", "Told", "is_same_content", "real_rewordings", "rewordings", "sentences_of"]
