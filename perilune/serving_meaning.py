"""Search by meaning over an archive: the encoder and the archive's vectors, loaded beside the pages or when wanted."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import sqlalchemy as sa
from structlog import get_logger

from perilune.archive import Archive
from pipeline.encoding.encoder import EncoderProblem, load_encoder
from pipeline.encoding.language_means import prior_means
from pipeline.encoding.short_texts import short_text_means

if TYPE_CHECKING:
    from models.search.meaning import Encoding, Meaning
    from pipeline.encoding.encoder import Encoder

log = get_logger()
UNLOADABLE = (EncoderProblem, ImportError, OSError, sa.exc.SQLAlchemyError)
"""What is raised where search by meaning cannot be loaded."""


class ArchiveMeaning:
    """What finds by meaning in an archive, loaded once at most; None where it cannot be loaded."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._meaning: Meaning | None = None
        self._is_tried = False
        self._lock = threading.Lock()

    def __call__(self) -> Meaning | None:
        """Return what is loaded, at once: the pages never wait for it."""
        return self._meaning

    def load_beside(self) -> threading.Thread:
        """Load in a thread of its own, which ends with the process."""
        thread = threading.Thread(target=self.wanted, name="search by meaning", daemon=True)
        thread.start()
        return thread

    def wanted(self) -> Meaning | None:
        """Return it, loaded by now: for programs, which rather wait than get another answer."""
        with self._lock:
            if not self._is_tried:
                self._is_tried = True
                self._load()
        return self._meaning

    def _load(self) -> None:
        encoder = self._archive.settings.encoder
        try:
            self._meaning, count = load_meaning(self._archive)
        except UNLOADABLE as problem:
            log.warning("search goes by words only", encoder=encoder, reason=str(problem))
        else:
            log.info("search by meaning is loaded", encoder=encoder, articles=count)


def load_meaning(archive: Archive) -> tuple[Meaning, int]:
    """Load the encoder and an archive's vectors, and count these; what is UNLOADABLE is raised."""
    from models.search.meaning import Meaning

    settings = archive.settings
    meaning = Meaning(encoding_with(load_encoder(settings.encoder, settings.cache, threads=1)))
    with archive.sessions() as session:
        return meaning, meaning.load(session)


def encoding_with(encoder: Encoder) -> Encoding:
    """Give search what it needs of an encoder; takes less than a second."""
    from models.search.meaning import Encoding

    return Encoding(
        encoder.model,
        lambda words: encoder.encode([words])[0],
        prior_means(encoder.model),
        short_text_means(encoder),
    )
