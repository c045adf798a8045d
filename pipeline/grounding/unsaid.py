"""What a claim says and its evidence does not: words put in place of others, and clauses that come from nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.grounding.alignment import Alignment, Token, tokens_of
from pipeline.grounding.assertions import Assertion
from pipeline.grounding.nearness import Nearness
from pipeline.grounding.numbers import is_span_of_time
from pipeline.grounding.wording import are_alike, light_words, meanings_of

MIN_NEARNESS = 0.34
"""From here the words of a claim that its evidence lacks are taken for other words for what it says."""
MIN_NEARNESS_IN_PLACE = 0.45
MANY_WORDS, MIN_NEARNESS_OF_MANY = 4, 0.42
NEARER_IN_COPIES, MOSTLY_COPIED = 0.5, 0.7
MIN_RUN_WORDS = 2
MIN_RUN_SIGNS = 3
MAX_UNSAID_SHARE = 0.34
MAX_LISTED = 3
MAX_WORDS, MAX_SIGNS = 2, 4
"""The longest words that may stand for each other."""
FLANK_WORDS, FLANK_SIGNS = 2, 2
_EDGE = "¶"


def are_near(alignment: Alignment, nearness: Nearness | None, copied: float) -> bool:
    """Tell whether the words that the evidence lacks are near in meaning to words that it has.

    In what is else `copied`, new words are likelier to add something, and a word in the very place of another one to
    say something else: there they must be nearer. Measures of time have no synonyms.
    """
    if nearness is None:
        return False
    words = [token for token, is_said in zip(alignment.mine, alignment.said, strict=True) if not is_said]
    if any(is_span_of_time(token.stem) for token in words):
        return False
    least = MIN_NEARNESS + NEARER_IN_COPIES * max(0.0, copied - MOSTLY_COPIED)
    if next(alignment.replaced(), None) is not None:
        least = max(least, MIN_NEARNESS_IN_PLACE)
    if len(words) >= MANY_WORDS and alignment.language != "zh":
        least = max(least, MIN_NEARNESS_OF_MANY)
    return nearness.mean_of([(token.start, token.end) for token in words]) >= least


def unsaid_problems(alignment: Alignment) -> list[str]:
    """Say which words of the claim the evidence lacks, as far as that is more than a way of putting it."""
    problems = [f"the source says “{theirs}”, not “{mine}”" for mine, theirs in alignment.replaced()]
    least = MIN_RUN_SIGNS if alignment.language == "zh" else MIN_RUN_WORDS
    long = [run.text for run in alignment.unsaid if run.word_count >= least]
    long = long or [token.word for token in alignment.uncounted_unsaid() if is_span_of_time(token.stem)]
    if not long and alignment.unsaid_share > MAX_UNSAID_SHARE:
        long = [run.text for run in alignment.unsaid]
    if long:
        problems.append("the source does not say: " + ", ".join(long[:MAX_LISTED]))
    return problems


def substitution_problems(claim: Assertion, sentence: Assertion, free: Sequence[tuple[int, int]]) -> list[str]:
    """Say which word of a claim stands for another one between the very same words of the sentence it retells."""
    mine, theirs = (tokens_of(one.text, one.language) for one in (claim, sentence))
    is_chinese = claim.language == "zh"
    longest, flank = (MAX_SIGNS, FLANK_SIGNS) if is_chinese else (MAX_WORDS, FLANK_WORDS)
    slots = dict(_slots(theirs, longest, flank))
    kept = {token.stem for token in mine}
    for key, words in _slots(mine, longest, flank):
        others = slots.get(key)
        if others is None or any(start < words[-1].end and words[0].start < end for start, end in free):
            continue
        if _is_put_for(words, others, kept, {token.stem for token in theirs}):
            said, put = (("" if is_chinese else " ").join(one.word for one in side) for side in (others, words))
            return [f"the source says “{said}”, not “{put}”"]
    return []


def _slots(
    tokens: Sequence[Token], longest: int, flank: int
) -> Iterator[tuple[tuple[tuple[str, ...], tuple[str, ...]], list[Token]]]:
    """Yield every run of words with the stems right before and after it."""
    stems = [_EDGE] * flank + [token.stem for token in tokens] + [_EDGE] * flank
    for start in range(len(tokens)):
        for end in range(start + 1, min(start + longest, len(tokens)) + 1):
            before, after = stems[start : start + flank], stems[end + flank : end + 2 * flank]
            if before != [_EDGE] * flank or after != [_EDGE] * flank:
                yield (tuple(before), tuple(after)), list(tokens[start:end])


def _is_put_for(words: Sequence[Token], others: Sequence[Token], mine: set[str], theirs: set[str]) -> bool:
    """Tell whether both sides tell something that the other side lacks, and do not say the same."""
    new = [one for one in words if one.tells and one.stem not in theirs]
    gone = [one for one in others if one.tells and one.stem not in mine]
    light = light_words("en") | light_words("fr") | light_words("ru")
    if not new or not gone or all(one.stem in light for one in gone):
        return False
    return not any(are_alike(one.stem, other.stem) for one in new for other in gone) and not all(
        meanings_of(one.stem) or one.stem in light for one in new
    )
