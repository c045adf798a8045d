"""Who has which part in a claim, where no name is foreign to the source: exchanged words, exchanged places, speakers.

Apart from `places.py`, which compares what stands around a name: these compare two names or two runs of words at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise, permutations

from pipeline.grounding.alignment import Token, tokens_of
from pipeline.grounding.names import Name
from pipeline.grounding.places import Scene, is_listed_between, is_symmetric, key_of, kind_of, same_name
from pipeline.grounding.wording import are_alike
from pipeline.understanding.countries import country_matches
from pipeline.understanding.gazetteer import NameMatch, folded

MAX_EXCHANGED_TOKENS = 8
MAX_COMPARED_TOKENS = 160
MAX_COMPARED_NAMES = 24
MIN_COPIED_SHARE = 0.5
MAX_SPEAKER_CHARS = 48
MIN_SIGNS = 2
MAX_OFFICE_CHARS = 48
AFTER_NAME_CHARS = 14  # `Israel's minister`

_CJK = re.compile(r"[\u3400-\u9fff]")
_LAST_WORDS = re.compile(
    r"(?P<word>[^\W\d_]+['’]?)\s*(?:(?:the|an?|la|le|les|un|une|its|his|her|their|son|sa|ses)\s|l['’])?\s*$",
    re.IGNORECASE,
)
_PLACING = frozenset(
    [
        *("in", "at", "from", "by", "to", "on", "for", "with", "of", "near", "aboard"),
        *("à", "au", "aux", "en", "dans", "depuis", "par", "de", "du", "vers", "pour", "sur", "avec"),
        *("в", "во", "на", "из", "от", "с", "со", "к", "у", "по", "для", "при"),
    ]
)
_BY = frozenset({"by", "par"})
_ARTICLES = frozenset({"the", "a", "an", "le", "la", "les", "l", "un", "une"})
_AUXILIARIES = frozenset({"has", "had", "have", "a", "ont", "avait"})
_STRICT_PLACES = frozenset(["in", "at", "from", "à", "depuis", "в", "на", "из"])
_TITLE = re.compile(
    r"\b(?:minister|president|head|director|chief|administrator|ambassador|chair(?:man|woman)?|founder|secretary"
    r"|ministre|président\w*|directeur|directrice|chef\w*|administrat\w+|ambassad\w+|fondat\w+|secrétaire"
    r"|министр\w*|президент\w*|глав[аы]|директор\w*|руководител\w+|посол|основател\w+|администратор\w*)\b"
    r"|总理|部长|局长|主席|总统|主任|大使|院长|司长",
    re.IGNORECASE,
)
_SAYING = re.compile(
    r"\b(?:said|says|told|announced|declared|stated|noted|added|explained|warned|stressed|called|promised|wrote"
    r"|expects|hopes|believes|argues|claims|(?:a|ont|avait) (?:dit|déclaré|annoncé|affirmé|indiqué|précisé|ajouté"
    r"|expliqué|souligné|promis|estimé|rappelé)|dit|déclare|affirme|estime|selon|d['’]après|according to"
    r"|сказал[аи]?|заявил[аи]?|сообщил[аи]?|отметил[аи]?|пояснил[аи]?|подчеркнул[аи]?|добавил[аи]?|рассказал[аи]?"
    r"|обещал[аи]?|говорит|считает|по словам|по мнению|по данным)\b|表示|指出|称|说|宣布|介绍|强调|认为",
    re.IGNORECASE,
)


def exchange_of_words(claim: Scene, sentence: Scene) -> list[str]:
    """Say which words have changed places, or which name has been put for another, in what is else the sentence."""
    mine, theirs = (tokens_of(one.text, one.assertion.language)[:MAX_COMPARED_TOKENS] for one in (claim, sentence))
    steps = SequenceMatcher(None, [one.stem for one in theirs], [one.stem for one in mine], autojunk=False)
    codes = [code for code in steps.get_opcodes() if code[0] != "equal"]
    kept = sum(block.size for block in steps.get_matching_blocks())
    if kept < MIN_COPIED_SHARE * max(1, len(mine)):
        return []
    for (_, a1, a2, b1, b2), (_, c1, c2, d1, d2) in pairwise(codes):
        sides = theirs[a1:a2], mine[b1:b2], theirs[c1:c2], mine[d1:d2]
        between = mine[b2:d1]
        if _are_exchanged(*sides) or _are_turned(sides, between):
            found = _exchanged_parts(sides, between)
            if found and not _is_free_order(claim.text, *found):
                return [f"the source has {_words(found[2])} and {_words(found[0])} the other way round"]
    return list(_replaced_names(codes, (claim, mine), (sentence, theirs)))


def _replaced_names(
    codes: Sequence[tuple[str, int, int, int, int]],
    claimed: tuple[Scene, Sequence[Token]],
    told: tuple[Scene, Sequence[Token]],
) -> Iterator[str]:
    """Yield where a copy has one capitalised name in place of another, those that open a sentence among them."""
    (claim, mine), (sentence, theirs) = claimed, told
    held, kept = {token.stem for token in theirs}, {token.stem for token in mine}
    for _, a1, a2, b1, b2 in codes:
        gone = [token for token in theirs[a1:a2] if _is_capitalised(token) and token.stem not in kept]
        put = [token for token in mine[b1:b2] if _is_capitalised(token) and token.stem not in held]
        if any(one.tells and not _is_capitalised(one) for one in mine[b1:b2]):
            continue
        if _holds_a_name(claim, put, sentence) and _holds_a_name(sentence, gone, claim):
            if _name_the_same((claim, put), (sentence, gone)):
                continue
            yield f"the source has {_words(gone)} where the claim has {_words(put)}"


def _holds_a_name(scene: Scene, words: Sequence[Token], other: Scene) -> bool:
    """Tell whether the words are a name, not only the opening of a sentence, which the other text does not have."""
    names = [name for name in scene.names if _holds_any(name, words)]
    places = [match for match in _places_of(scene.text, scene.assertion.language) if _holds_any(match, words)]
    return bool(names or places) and not any(same_name(one, two) for one in names for two in other.names)


@lru_cache(maxsize=512)
def _places_of(text: str, language: str) -> tuple[NameMatch, ...]:
    return tuple(country_matches(folded(text), language, with_places=True))


def _name_the_same(claimed: tuple[Scene, Sequence[Token]], told: tuple[Scene, Sequence[Token]]) -> bool:
    """See a name and its acronym, its other form, or its other name in the gazetteer."""
    put, gone = claimed[1], told[1]
    if any(are_alike(one.stem, other.stem) for one in gone for other in put):
        return True
    slugs = [{name.slug for name in scene.names if _holds_any(name, words)} for scene, words in (claimed, told)]
    if slugs[0] & slugs[1] - {None}:
        return True
    acronyms = [one.word for one in (*put, *gone) if one.word.isupper()]
    initials = "".join(one.word[0] for one in gone), "".join(one.word[0] for one in put)
    return any(run in acronym for acronym in acronyms for run in initials if len(run) > 1)


def _holds_any(name: Name | NameMatch, words: Sequence[Token]) -> bool:
    return any(name.start <= word.start < name.end for word in words)


def _is_capitalised(token: Token) -> bool:
    return token.tells and token.word[:1].isupper()


def _are_exchanged(
    gone: Sequence[Token], put: Sequence[Token], gone_later: Sequence[Token], put_later: Sequence[Token]
) -> bool:
    """See `A … B` where the sentence has `B … A`."""
    return _same(put, gone_later) and _same(put_later, gone) and not _same(put, gone)


def _are_turned(sides: Sequence[Sequence[Token]], between: Sequence[Token]) -> bool:
    """See `B y A` where the sentence has `A y B`, and `A` or `B` was taken for what stays."""
    gone, put, gone_later, put_later = sides
    moved = (
        (put, gone_later) if not gone and not put_later else (put_later, gone) if not put and not gone_later else None
    )
    if moved is None or not between or max(map(len, moved)) > 2 * MAX_EXCHANGED_TOKENS:
        return False
    one, other = ([token.stem for token in side] for side in moved)
    return one != other and sorted(one) == sorted(other)


def _exchanged_parts(
    sides: Sequence[Sequence[Token]], between: Sequence[Token]
) -> tuple[Sequence[Token], Sequence[Token], Sequence[Token]] | None:
    """Return the claim's first run, what stands between, and its second run."""
    gone, put, _, put_later = sides
    if put and put_later:
        return put, between, put_later
    moved, is_before = (put, True) if put else (put_later, False)
    other = [token.stem for token in (sides[2] if is_before else gone)]
    stems = [token.stem for token in moved]
    for cut in range(1, len(moved)):
        if stems[cut:] + stems[:cut] == other:
            return (moved[:cut], moved[cut:], between) if is_before else (between, moved[:cut], moved[cut:])
    return None


def _same(one: Sequence[Token], other: Sequence[Token]) -> bool:
    if not one or max(len(one), len(other)) > MAX_EXCHANGED_TOKENS:
        return False
    is_chinese = bool(_CJK.match(one[0].word))
    mine, theirs = ([token.stem for token in side if token.tells or is_chinese] for side in (one, other))
    return bool(mine) and mine == theirs and not (is_chinese and len(mine) < MIN_SIGNS)


def _is_free_order(text: str, first: Sequence[Token], between: Sequence[Token], last: Sequence[Token]) -> bool:
    """See lists and verbs such as `signed with`, whose sides may be named in either order."""
    span = text[first[-1].end : last[0].start]
    return is_listed_between(span) or any(is_symmetric(token.stem) for token in between)


def _words(tokens: Sequence[Token]) -> str:
    return ("" if _CJK.match(tokens[0].word) else " ").join(token.word for token in tokens)


def exchange_of_places(claim: Scene, evidence: Sequence[Scene]) -> list[str]:
    """Say which name has taken the words that place another one: `signed in Moriyama by Washington`."""
    placed = [(name, _placing_word(claim.text, name)) for name in claim.names[:MAX_COMPARED_NAMES]]
    for (one, first), (other, second) in permutations(placed, 2):
        if first is None or first == second or kind_of(one) != kind_of(other) or same_name(one, other):
            continue
        ones, others = (_placings(evidence, name) for name in (one, other))
        is_exchanged = second is not None and second in ones and second not in others
        if first in others and ones and first not in ones and (is_exchanged or first in _STRICT_PLACES):
            return [f"the source has {other.text} where the claim has {one.text}"]
    return []


def _placings(evidence: Sequence[Scene], name: Name) -> frozenset[str | None]:
    return frozenset(
        _placing_word(scene.text, one) for scene in evidence for one in scene.names if same_name(one, name)
    )


def _placing_word(text: str, name: Name) -> str | None:
    """Return the preposition before a name, if one is there."""
    before = _LAST_WORDS.search(text, max(0, name.start - 24), name.start)
    word = before["word"].lower() if before else ""
    return word if word in _PLACING else None


def agent_problems(claim: Scene, evidence: Sequence[Scene]) -> list[str]:
    """Say who does in the source what the claim has another one do: `built by Anna Berg`, `Karl Lund built`."""
    theirs = [agent for scene in evidence for agent in _agents(scene)]
    for verb, is_passive, name in _agents(claim):
        doers = [one for stem, _, one in theirs if stem == verb]
        is_turned = all(passive != is_passive for stem, passive, _ in theirs if stem == verb)
        is_known = any(same_name(one, name) for scene in evidence for one in scene.names)
        if doers and is_turned and is_known and not any(same_name(one, name) for one in doers):
            return [f"the source has {doers[0].text} where the claim has {name.text}"]
    return []


def _agents(scene: Scene) -> Iterator[tuple[str, bool, Name]]:
    """Yield each verb with the one name right before it, or right behind it with `by`, and whether it has `by`."""
    tokens = tokens_of(scene.text, scene.assertion.language)
    for names in scene.listed_groups()[:MAX_COMPARED_NAMES]:
        if len(names) > 1 or kind_of(names[0]) != "name":
            continue
        left = [token for token in tokens if token.end <= names[0].start and token.stem not in _ARTICLES]
        right = [token for token in tokens if token.start >= names[0].end and token.stem not in _AUXILIARIES]
        if len(left) > 1 and left[-1].stem in _BY and left[-2].tells:
            yield left[-2].stem, True, names[0]
        elif right and right[0].tells and scene.assertion.is_done(right[0].stem):
            yield right[0].stem, False, names[0]


def speaker_problems(claim: Scene, sentence: Scene) -> list[str]:
    """Say who says it in the source where the claim lets another one say it."""
    mine, theirs = _speakers(claim), _speakers(sentence)
    if not mine or not theirs:
        return []
    if any(same_name(one, other) or key_of(one) == key_of(other) for one in mine for other in theirs):
        return []
    if any(same_name(one, other) for one in mine for other in sentence.names):
        return [f"in the source {theirs[0].text} says this, not {mine[0].text}"]
    return []


def _speakers(scene: Scene) -> list[Name]:
    """List the names right beside a word of saying, before it or after it."""
    return list(dict.fromkeys(_beside_saying(scene)))


def _beside_saying(scene: Scene) -> Iterator[Name]:
    for said in _SAYING.finditer(scene.text):
        near = [name for name in scene.names if kind_of(name) == "name"]
        before = [name for name in near if 0 <= said.start() - name.end <= MAX_SPEAKER_CHARS // 4]
        after = [name for name in near if 0 <= name.start - said.end() <= MAX_SPEAKER_CHARS // 8]
        yield from before[-1:] or after[:1]


def title_problems(claim: Scene, sources: Sequence[Scene]) -> list[str]:
    """Say whose office the claim gives to a person whom the source has in another country or body."""
    for person, body in _offices(claim):
        homes = [_nearest_body(scene, one) for scene in sources for one in scene.names if same_name(one, person)]
        named = [home for home in homes if home is not None]
        if named and not any(same_name(home, body) for home in named):
            return [f"the source has {person.text} with {named[0].text}, not with {body.text}"]
    return []


def _offices(scene: Scene) -> Iterator[tuple[Name, Name]]:
    """Yield a person and the country or body between which and the person only an office stands."""
    for one, other in pairwise(scene.names):
        between = scene.text[one.end : other.start]
        held = between + scene.text[other.end : other.end + AFTER_NAME_CHARS]
        if len(between) > MAX_OFFICE_CHARS or not _TITLE.search(held):
            continue
        if _is_body(one) != _is_body(other):
            yield (other, one) if _is_body(one) else (one, other)


def _is_body(name: Name) -> bool:
    return name.slug is not None and kind_of(name) == "name"


def _nearest_body(scene: Scene, person: Name) -> Name | None:
    bodies = [one for one in scene.names if _is_body(one) and not same_name(one, person)]
    near = [(min(abs(one.start - person.end), abs(person.start - one.end)), one) for one in bodies]
    close = [(gap, one) for gap, one in near if gap <= MAX_OFFICE_CHARS]
    return min(close, key=lambda pair: pair[0])[1] if close else None
