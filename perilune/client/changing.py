"""What a client may have an archive do, by subject; the bodies are the API's own (`web.api_bodies`)."""

from __future__ import annotations

from urllib.parse import urlencode

from perilune.client.transport import Transport, at
from web.api_bodies import (
    AcceptedName,
    Address,
    DismissedName,
    EditionSaid,
    NewEdition,
    NewReader,
    NewSource,
    NewTopic,
    ReaderOfEdition,
    Saying,
    SourceSaid,
    TopicMerge,
    TopicSaid,
    TopicSwitch,
    Wanted,
)
from web.api_correction_models import ObeyedAnswer
from web.api_desk_bodies import AnyEdit, SentenceSaid
from web.api_desk_models import EditedAnswer, UnsaidAnswer
from web.api_models import DoneAnswer, MadeAnswer
from web.api_source_models import CheckedAnswer, FoundSourceAnswer
from web.api_takedown_models import Withdrawing


class Changing:
    """Has things done."""

    _transport: Transport

    def correct(self, saying: Saying) -> ObeyedAnswer:
        """Correct an article or a story."""
        return self._transport.say(ObeyedAnswer, at("corrections"), saying)

    def undo(self, number: int, *, by: str = "") -> ObeyedAnswer:
        """Take a correction back."""
        path = f"{at('corrections', number)}?{urlencode({'by': by})}"
        return self._transport.say(ObeyedAnswer, path, method="DELETE")

    def find_source(self, address: Address) -> FoundSourceAnswer:
        """Say what an address offers; takes up to three minutes, so give the client that time."""
        return self._transport.say(FoundSourceAnswer, at("sources", "find"), address)

    def add_source(self, new: NewSource) -> MadeAnswer:
        """Add a source."""
        return self._transport.say(MadeAnswer, at("sources"), new)

    def edit_source(self, slug: str, change: SourceSaid) -> DoneAnswer:
        """Change a source."""
        return self._transport.say(DoneAnswer, at("sources", slug), change, method="PATCH")

    def repair_source(self, slug: str) -> DoneAnswer:
        """Do what is proposed for a source."""
        return self._transport.say(DoneAnswer, at("sources", slug, "repair"))

    def retire_source(self, slug: str) -> DoneAnswer:
        """Watch a source no more."""
        return self._transport.say(DoneAnswer, at("sources", slug, "retire"))

    def resume_source(self, slug: str) -> DoneAnswer:
        """Watch a retired source again."""
        return self._transport.say(DoneAnswer, at("sources", slug, "resume"))

    def check_source(self, slug: str) -> CheckedAnswer:
        """Ask a source for its links now."""
        return self._transport.say(CheckedAnswer, at("sources", slug, "check"))

    def add_topic(self, new: NewTopic) -> MadeAnswer:
        """Add a topic."""
        return self._transport.say(MadeAnswer, at("topics"), new)

    def edit_topic(self, slug: str, change: TopicSaid) -> DoneAnswer:
        """Change a topic."""
        return self._transport.say(DoneAnswer, at("topics", slug), change, method="PATCH")

    def merge_topic(self, slug: str, *, into: str) -> DoneAnswer:
        """Merge a topic into another."""
        return self._transport.say(DoneAnswer, at("topics", slug, "merge"), TopicMerge(into=into))

    def switch_topic(self, slug: str, *, is_on: bool) -> DoneAnswer:
        """Switch a topic on or off."""
        return self._transport.say(DoneAnswer, at("topics", slug, "switch"), TopicSwitch(is_on=is_on))

    def accept_name(self, accepted: AcceptedName) -> MadeAnswer:
        """Make an actor of a proposed name."""
        return self._transport.say(MadeAnswer, at("names", "accept"), accepted)

    def dismiss_name(self, dismissed: DismissedName) -> DoneAnswer:
        """Say that a proposed name is no actor's."""
        return self._transport.say(DoneAnswer, at("names", "dismiss"), dismissed)

    def make_edition(self, new: NewEdition) -> MadeAnswer:
        """Make an edition."""
        return self._transport.say(MadeAnswer, at("editions"), new)

    def change_edition(self, slug: str, change: EditionSaid) -> DoneAnswer:
        """Change an edition."""
        return self._transport.say(DoneAnswer, at("editions", slug), change, method="PATCH")

    def add_reader(self, new: NewReader) -> DoneAnswer:
        """Add a reader at once."""
        return self._transport.say(DoneAnswer, at("readers"), new)

    def invite_reader(self, new: NewReader) -> DoneAnswer:
        """Ask an address by mail whether it wants an edition."""
        return self._transport.say(DoneAnswer, at("readers", "invite"), new)

    def remove_reader(self, reader: ReaderOfEdition) -> DoneAnswer:
        """Take a reader off an edition."""
        return self._transport.say(DoneAnswer, at("readers", "remove"), reader)

    def subscribe(self, wanted: Wanted) -> DoneAnswer:
        """Ask an address by mail whether it wants editions, as anybody may."""
        return self._transport.say(DoneAnswer, at("subscriptions"), wanted)

    def edit_issue(self, key: str, edit: AnyEdit) -> EditedAnswer:
        """Do one thing to a held issue, such as `Drop(revision=0, key=...)`; status 409 where it changed meanwhile."""
        return self._transport.say(EditedAnswer, at("desk", key, "edits"), edit)

    def check_sentence(self, key: str, sentence: SentenceSaid) -> UnsaidAnswer:
        """Name what of a sentence its passages do not say."""
        return self._transport.say(UnsaidAnswer, at("desk", key, "check"), sentence)

    def withdraw(self, article: str, reason: str) -> DoneAnswer:
        """Withdraw an article; its tombstone says the reason."""
        return self._transport.say(DoneAnswer, at("takedowns"), Withdrawing(article=article, reason=reason))

    def restore(self, article: str) -> DoneAnswer:
        """Put an article back."""
        return self._transport.say(DoneAnswer, at("takedowns", article), method="DELETE")
