"""Gives stories the headline and the pin that people said, over what is chosen among their articles' titles.

Apart from places because a person's word is obeyed at once, without anything else of the story being made anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from models.corrections import namings_of
from models.story import Story
from models.vocabulary import CorrectionField
from perilune.languages import language_of
from pipeline.summaries.summarise import headline_of
from pipeline.values import Document


def name_story(session: Session, story: Story, documents: Sequence[Document]) -> None:
    """Give a story its headline, a person's before the best of its articles' titles, and its pin.

    Holds the story until the transaction ends: what was read here must not be written over what is said meanwhile.
    """
    session.refresh(story, ["headline", "renamed_by", "pinned_by"], with_for_update=True)
    said = namings_of(session, story)
    headlines = [each for each in said if each.field == CorrectionField.HEADLINE]
    if headlines:
        story.headline, story.renamed_by = str(headlines[-1].value["value"]), headlines[-1].made_by
        story.headline_language = language_of(story.headline)
    else:
        story.headline, chosen = headline_of(documents, "en")
        story.headline_language = next(one.language for one in documents if one.id == chosen)
        story.renamed_by = None
    pins = [each for each in said if each.field == CorrectionField.PIN]
    story.pinned_by = pins[-1].made_by if pins and pins[-1].value["value"] else None
