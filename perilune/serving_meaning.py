"""Search by meaning for the web app: the encoder and the archive's vectors, loaded beside it and never waited for."""

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


class ArchiveMeaning:
    """What finds by meaning in an archive, once it is loaded; None until then, and where it cannot be loaded."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._meaning: Meaning | None = None

    def __call__(self) -> Meaning | None:
        """Return what is loaded."""
        return self._meaning

    def load_beside(self) -> threading.Thread:
        """Load in a thread of its own, which ends with the process."""
        thread = threading.Thread(target=self._load, name="search by meaning", daemon=True)
        thread.start()
        return thread

    def _load(self) -> None:
        from models.search.meaning import Meaning

        settings = self._archive.settings
        try:
            meaning = Meaning(encoding_with(load_encoder(settings.encoder, settings.cache, threads=1)))
            with self._archive.sessions() as session:
                count = meaning.load(session)
        except (EncoderProblem, ImportError, OSError, sa.exc.SQLAlchemyError) as problem:
            log.warning("search goes by words only", encoder=settings.encoder, reason=str(problem))
            return
        self._meaning = meaning
        log.info("search by meaning is loaded", encoder=settings.encoder, articles=count)


def encoding_with(encoder: Encoder) -> Encoding:
    """Give search what it needs of an encoder; takes less than a second."""
    from models.search.meaning import Encoding

    return Encoding(
        encoder.model,
        lambda words: encoder.encode([words])[0],
        prior_means(encoder.model),
        short_text_means(encoder),
    )
