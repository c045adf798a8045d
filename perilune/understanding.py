"""What understanding is wired with: the encoder, loaded when first asked for, and the classifier that is deployed.

Apart from processing, for correcting and learning understand articles too.
"""

from __future__ import annotations

from collections.abc import Callable

from perilune.archive import Archive
from perilune.config import Settings
from pipeline.encoding.encoder import Encoder, load_encoder
from pipeline.runners.classifier import deployed_classifier
from pipeline.runners.understand import UnderstandRunner
from pipeline.understanding.organisation_model import organisation_model


class EncoderOnDemand:
    """The encoder of the settings, loaded at the first call and kept."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._encoder: Encoder | None = None

    def __call__(self) -> Encoder:
        """Return the encoder; EncoderProblem when it cannot be loaded."""
        if self._encoder is None:
            self._encoder = load_encoder(self._settings.encoder, self._settings.cache)
        return self._encoder


def understand_runner(archive: Archive, encoder: Callable[[], Encoder]) -> UnderstandRunner:
    """Make the runner of understanding with the classifier that is deployed."""
    settings = archive.settings
    with archive.sessions() as session:
        deployed = deployed_classifier(session, settings.encoder)
    spot = organisation_model(settings.ner_model, settings.cache)
    return UnderstandRunner(settings.encoder, encoder, deployed, spot=spot)
