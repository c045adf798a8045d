"""What summaries and the reading aid are wired with: the models that the settings name, the editions' languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from models.edition import languages_of_editions
from perilune.archive import Archive
from perilune.config import Settings
from pipeline.encoding.encoder import Encoder
from pipeline.generating.models import generator_of, translator_of
from pipeline.runners.runner import Worker, drain
from pipeline.runners.sections import told_by_section
from pipeline.runners.summarise import SummariseRunner, Wanted
from pipeline.runners.translate import TranslateRunner, await_no_translation, await_untranslated


def summarise_runner(archive: Archive, encoder: Callable[[], Encoder]) -> SummariseRunner:
    """Make the runner of summaries; without a generator in the settings its sentences are copied."""
    settings = archive.settings
    with archive.sessions() as session:
        languages = languages_of_editions(session)
    generator = generator_of(settings)
    nli = entailment_of(settings) if generator else None
    return SummariseRunner(settings.encoder, encoder, Wanted(languages, generator, told_by_section, nli))


def entailment_of(settings: Settings) -> Callable[[str, str], float] | None:
    """Load the entailment model that the settings name, if they name one; Problem where it cannot be loaded."""
    if settings.nli is None:
        return None
    from pipeline.grounding.entailment import load_entailment

    return load_entailment(settings.nli, settings.cache)


def translate_due(archive: Archive, worker: Worker) -> Counter[str]:
    """Translate what stories show to those who do not read it, if the settings name a translator."""
    translator = translator_of(archive.settings)
    with archive.sessions.begin() as session:
        if translator is None:
            await_no_translation(session)
            return Counter()
        await_untranslated(session, now=worker.now)
        languages = languages_of_editions(session)
    return drain(TranslateRunner(translator, languages), worker)
