"""A live opponent: SmolLM2-135M summarises ten stories, and none of its inventions may pass the grounding check.

`python -m benchmarks.grounding_opponent`: its sentences, which pass, and what a person who read them beside their
stories found; the judgements lie in `grounding_opponent.jsonl`, by a hash of story and sentence.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks.extraction_peers import READERS_NEED, python_with
from benchmarks.grounding_pairs import texts_by_id
from pipeline.grounding.ground import ground
from pipeline.summaries.sentences import sentences_of
from pipeline.understanding.actor_files import load_actors
from pipeline.understanding.gazetteer import Gazetteer

NEEDS = READERS_NEED.with_name("peers-grounding.txt")
SUMMARISER = Path(__file__).with_name("grounding_summariser.py")
JUDGEMENTS = Path(__file__).with_name("grounding_opponent.jsonl")
STORIES = {
    "ukcn-ws13": ("ukcn-ws13-ralspace", "ukcn-ws13-wiredgov"),
    "uniaf-2023": ("uniaf-2023-unoosa", "uniaf-2023-sia"),
    "wp-2006": ("wp2006-xinhua", "wp2006-blog"),
    "gnss-2017": ("gnss-us-cn-2017-gpsgov", "gnss-us-cn-2017-chinadaily"),
    "exomars-suspension": ("exo-susp-shropshire", "exo-susp-manyworlds"),
    "metoffice-swx": ("swx-guardian-2014", "swx-blog-2014"),
    "smile-launch": ("smile-launch-cas",),
    "cbers4-launch": ("cbers4-bdci",),
    "apsco-council": ("apsco-council10-tubitak",),
    "charter-quake": ("charter-turkey-quake",),
}


def main() -> None:
    """Print every sentence, whether it passes and what it was judged to be."""
    texts = texts_by_id(None)
    stories = {name: "\n\n".join(texts[one].text for one in ids) for name, ids in STORIES.items()}
    names = Gazetteer(load_actors()).spans
    judged = judgements()
    sentences = list(generated(stories))
    passed, invented = 0, 0
    for story, sentence in sentences:
        grounding = ground(stories[story], sentence, names=names)
        verdict = judged.get(key_of(story, sentence), "not judged yet")
        passed += grounding.supported
        invented += grounding.supported and verdict != "faithful"
        print(
            f"{'passes' if grounding.supported else 'refused'} | {verdict} | {story}: {sentence} {grounding.problems}"
        )
    print(f"{len(sentences)} sentences; {passed} pass; {invented} of these are not faithful")


def generated(stories: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Let the opponent summarise in its own environment; yields story and sentence."""
    lines = "".join(json.dumps({"id": name, "text": text}) + "\n" for name, text in stories.items())
    command = [str(python_with(NEEDS)), str(SUMMARISER)]
    environment = {**os.environ, "PYTHONPATH": "", "OMP_NUM_THREADS": "1"}
    made = subprocess.run(command, input=lines, capture_output=True, text=True, check=True, env=environment)
    for line in made.stdout.splitlines():
        answer = json.loads(line)
        for span in sentences_of(answer["summary"], "en"):
            yield answer["id"], answer["summary"][span.start : span.end]


def judgements() -> dict[str, str]:
    """Read what a person found: `faithful`, or what is `invented`."""
    lines = (json.loads(line) for line in JUDGEMENTS.read_text(encoding="utf-8").splitlines())
    return {line["key"]: line["verdict"] for line in lines}


def key_of(story: str, sentence: str) -> str:
    """Name a sentence of a story's summary."""
    return hashlib.sha256(f"{story}\n{sentence}".encode()).hexdigest()[:12]


if __name__ == "__main__":
    main()
