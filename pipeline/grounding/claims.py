"""What a sentence asserts: denied or not, planned or done, more or less, by whom to whom; rules in four languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, permutations

from pipeline.grounding.names import Name, SourceNames
from pipeline.grounding.words import Term, is_stop, words_of

MAX_ACTORS = 8
MIN_SHARED_FRAME = 0.5

_NEGATIONS = re.compile(
    r"\b(?:not(?! only)|never|no(?! longer than|\. ?\d)|without|neither|nor|cannot|unable|impossible|refus\w+"
    r"|declin\w+ to"
    r"|den(?:y|ied|ies)|fail(?:s|ed)? to|(?<=n)['’]t|rul\w+ out"
    r"|ne|sans|jamais|aucune?|refus\w+|impossible|incapable"
    r"|не(?! только| менее| более)|нет|без|никогда|невозможно|отказ\w+|никак\w+)(?!\w)"
    r"|n['’]t\b|\bn['’](?=[^\W\d_]{2})|(?:没有|沒有|并未|並未|尚未|从未|不再|不会|不能|无法|拒绝|未(?![来來知])|没(?!收)"
    r"|不(?![断斷同仅僅少久过過丹])|非(?![洲常政]))",
    re.IGNORECASE,
)
_PLANS = re.compile(
    r"\b(?:will|shall|would|could|(?-i:may)|might|should|plan(?:s|ned|ning)? (?:to|for)|expect(?:s|ed)? to"
    r"|schedul\w+ (?:to|for)"
    r"|set to|due to|intends? to|intended to|aim(?:s|ed|ing)? to|hop(?:es?|ed|ing) to|propos(?:es?|ed|ing)(?: to)?"
    r"|is to|are to|going to|wants? to|preparing to|gets? ready to|getting ready to|tentatively|draft"
    r"|va|vont|sera|seront|devrait|devraient|doit|doivent|pourrait|pourraient|prévoi\w+|envisag\w+|compte|prévue?s?"
    r"|будет|будут|планиру\w+|намер\w+|ожида\w+|предполага\w+|долж\w+|может|могут|готов\w+ся|собира\w+|предлага\w+"
    r"|запланирован\w*|намеч\w+)\b"
    r"|将(?![军近])|將|(?<![该該此这項项])(?:计划|計劃)(?![。，、的)）书])|拟|擬|预计|預計|有望|打算|可能|准备|筹备|力争|争取",
    re.IGNORECASE,
)
# Whole words that are a plan by their own form.
_FUTURES = re.compile(
    r"\b(?!(?:sera|seront|aura|auront|opera|camera|caméra|opéra|terra|riviera|libera)\b)[a-zéèêàûîôç]{3,}(?:era|eront|ira|iront)\b"
    r"|\b(?:подпиш[еу]т|состоится|состоятся|пройд[её]т|пройдут|запуст[ия]т|начн[её]тся|начнутся|прим[еу]т|отправится"
    r"|постро[ия]т|созда(?:ст|дут)|посетит|встретится|встретятся|выйдет|выведет|полетит)\b"
)
_SOFT_PLANS = re.compile(r"\bto\b|\bafin de\b|\bpour\b|\bчтобы\b|\bдля\b", re.IGNORECASE)
_DONE_BEFORE = re.compile(
    r"\b(?:was|were|has|have|had|been|a|ont|est|sont|été|был[аио]?|уже)\s+(?:\w+ly\s+)?$|(?:已经?|已經)[^，。]{0,3}$",
    re.IGNORECASE,
)
_DONE_FORM = re.compile(
    r"(?:\w{2,}ed|held|met|took|began|sent|built|gave|made|went|led|flew|became|won|left|lost|fell|rose"
    r"|\w{3,}(?:л|ла|ло|ли|лся|лась|лось|лись|ан|ана|ано|аны|ен|ена|ено|ены))",
    re.IGNORECASE,
)
_ADVERB = re.compile(
    r"\w+ly$|\w{3,}ment$|[а-яё]{4,}о$|(?:yet|already|still|jointly|pas|encore|déjà|уже|ещё|еще|also|only)$",
    re.IGNORECASE,
)
_CJK = re.compile(r"[\u3400-\u9fff]")
# What a Chinese plan is about stands some way behind the cue, and no ending marks it.
_CJK_ACTIONS = re.compile(
    r"签署|簽署|签订|举行|舉行|举办|舉辦|召开|发射|發射|着陆|登陆|建成|建设|加入|开展|实施|启动|发布|完成|返回|交付|访问"
    r"|出席|参加|合作|运行|通过|批准|生效|搭载|入轨|对接"
)
_CJK_REACH_CHARS = 14

# Pairs that contradict each other where they stand in otherwise like sentences.
_OPPOSITES = tuple(
    (re.compile(one, re.IGNORECASE), re.compile(other, re.IGNORECASE))
    for one, other in (
        (r"\bsigned\b|\bratified\b", r"\bproposed?\b|\bdraft\b|\bpostponed\b|\bcancel\w+|\breject\w+|\bterminat\w+"),
        (r"\bheld\b", r"\bpostponed\b|\bcancel\w+"),
        (r"\bjoin(?:s|ed|ing)?\b|\bacce(?:des?|ded|ssion)\b", r"\bwithdr\w+|\bquits?\b|\bleaves?\b|\bleft\b"),
        (
            r"\bmore than\b|\bover\b|\bat least\b|\bexceed\w*",
            r"\bless than\b|\bfewer than\b|\bunder\b|\bat most\b|\bup to\b",
        ),
        (
            r"\bincreas\w+|\brose\b|\bgrew\b|\braised?\b",
            r"\bdecreas\w+|\bfell\b|\bshr[aiu]nk\b|\bcut\b|\breduc\w+|\bdeclin\w+",
        ),
        (r"\bbefore\b", r"\bafter\b"),
        (r"\blarg(?:er|est)\b|\bbigg(?:er|est)\b", r"\bsmall(?:er|est)\b"),
        (r"\bearli(?:er|est)\b", r"\blat(?:er|est)\b"),
        (r"\bfirst\b", r"\blast\b|\bsecond\b"),
        (r"\bsuccess\w*|\bsucceed\w*", r"\bfail\w*|\bcrash\w*|\bunsuccess\w*"),
        (r"\bnear side\b", r"\bfar side\b"),
        (r"\bnorth\w*\b", r"\bsouth\w*\b"),
        (r"\bsuspend\w*|\bhalt\w*|\bstopp\w*", r"\bresum\w*|\bcontinu\w*"),
        (r"超过|超過|逾|多于|以上", r"不足|不到|少于|低于|以下"),
        (r"增加|增长|上升|提高", r"减少|減少|下降|降低"),
        (r"加入", r"退出"),
        (r"国际|國際", r"国内|國內"),
        (r"成功", r"失败|失敗"),
        (r"签署|簽署", r"推迟|取消|草案"),
        (r"正面", r"背面"),
        (r"\bболее\b|\bбольше\b|\bсвыше\b", r"\bменее\b|\bменьше\b"),
        (r"\bувелич\w+|\bвырос\w*", r"\bсократ\w+|\bсниз\w+|\bупал\w*|\bуменьш\w+"),
        (r"\bприсоедин\w+|\bвступ\w+", r"\bвыш(?:ел|ла|ли)\b|\bвыход\w*"),
        (r"\bуспе\w+", r"\bнеудач\w+|\bавари\w+"),
        (r"\bподписан\w*\b|\bподписал\w*", r"\bотлож\w+|\bотмен\w+|\bпроект\b"),
        (r"\bдо\b", r"\bпосле\b"),
        (r"\bplus de\b|\bau moins\b", r"\bmoins de\b|\bau plus\b"),
        (r"\baugment\w+|\bhausse\b", r"\bdiminu\w+|\bbaiss\w+|\brédui\w+"),
        (r"\bavant\b", r"\baprès\b"),
        (r"\brejoin\w+|\badhér\w+", r"\bquitt\w+|\bretir\w+"),
        (r"\bsigné\w*|\bsigna\b", r"\breport\w+|\bannul\w+|\bproposé\w*"),
        (r"\bréussi\w*|\bsuccès\b", r"\béch(?:ec|ou)\w*"),
    )
)
_SYMMETRIC = re.compile(
    r"^(?:sign|agre|agreement|accord|cooper|coopér|meet|met|memorandum|mémorandum|talk|partner|joint|jointli|togeth|work"
    r"|mou|statement|dialogu|relat|ties|link|space|spatial|подпис|соглашен|меморандум|сотруднич|встрет|договор|совмест"
    r"|космическ|签署|协议|合作|会谈|会晤|备忘|忘录|联合|协定).*"
)
_LISTED = re.compile(
    r"[\s,，、/&-]*(?:and|et|и|和|与|及|as well as)?[\s,，、/-]*(?:the\s|la\s|le\s|l['’])?", re.IGNORECASE
)
_PASSIVE = re.compile(r"\bby\b|\bpar\b|被|由|\bfrom\b|\bот\b", re.IGNORECASE)

_NEIGHBOUR = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")
_COMMON = frozenset(
    [
        "the",
        "of",
        "and",
        "in",
        "a",
        "to",
        "is",
        "was",
        "were",
        "le",
        "la",
        "de",
        "et",
        "du",
        "des",
        "и",
        "в",
        "с",
        "на",
        "的",
        "国",
        "和",
        "与",
    ]
)


@dataclass(frozen=True)
class Assertion:
    """A sentence with its words; what it denies and plans is read on demand."""

    text: str
    language: str

    @cached_property
    def words(self) -> tuple[Term, ...]:
        """All words in order, stop words included."""
        return tuple(words_of(self.text, self.language))

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of the content words."""
        return frozenset(word.stem for word in self.words if not is_stop(word.stem, self.language))

    @cached_property
    def denied(self) -> frozenset[str]:
        """The stems that stand right after a negation."""
        return frozenset(self._heads(_NEGATIONS))

    @cached_property
    def planned(self) -> frozenset[str]:
        """The stems of what is planned, expected, proposed or merely possible."""
        own = set(self._cjk_plans())
        own |= {word.stem for word in self.words if _FUTURES.fullmatch(self.text[word.start : word.end].lower())}
        return frozenset(own | set(self._heads(_PLANS)))

    @cached_property
    def softly_planned(self) -> frozenset[str]:
        """The same, and the aims: `to sign`, `pour signer`."""
        return self.planned | frozenset(self._heads(_SOFT_PLANS))

    def is_done(self, stem: str) -> bool:
        """Tell whether the word stands in a form that says it has happened."""
        return any(self._is_done_at(word) for word in self.words if word.stem == stem)

    def _is_done_at(self, word: Term) -> bool:
        if _DONE_BEFORE.search(self.text, max(0, word.start - 24), word.start):
            return True
        if _CJK.match(self.text[word.start]):
            return word.stem not in self.planned and _CJK_ACTIONS.fullmatch(word.stem) is not None
        return _DONE_FORM.fullmatch(self.text[word.start : word.end]) is not None

    def _cjk_plans(self) -> Iterator[str]:
        for cue in _PLANS.finditer(self.text):
            reach = re.split(r"[，。；,;]", self.text[cue.end() : cue.end() + _CJK_REACH_CHARS])[0]
            yield from _CJK_ACTIONS.findall(reach)

    def _heads(self, cues: re.Pattern[str]) -> Iterator[str]:
        """Yield the stem of the first content word after each cue, past adverbs and other cues."""
        for cue in cues.finditer(self.text):
            stop = _clause_end(self.text, cue.end())
            for word in self.words:
                if word.start >= stop:
                    break
                if word.start >= cue.end() and self._can_head(word):
                    yield word.stem
                    break

    def _can_head(self, word: Term) -> bool:
        surface = self.text[word.start : word.end]
        return not (is_stop(word.stem, self.language) or _ADVERB.fullmatch(surface) or _PLANS.fullmatch(surface))


def _clause_end(text: str, start: int) -> int:
    end = re.compile(r"[;:.。；!?！？]").search(text, start)
    return end.start() if end else len(text)


def negation_problems(claim: Assertion, source: Assertion) -> list[str]:
    """Say where one of the two denies what the other states."""
    more, less = claim.denied - source.denied, source.denied - claim.denied
    # Where each denies something of its own, the same denial may only be worded otherwise.
    if more and less:
        return []
    problems = [
        f"the source denies what the claim states ({stem})"
        for stem in sorted(less & claim.stems)
        if not _is_stated_too(stem, source)
    ]
    return problems + [f"the claim denies what the source states ({stem})" for stem in sorted(more & source.stems)]


def _is_stated_too(stem: str, source: Assertion) -> bool:
    return sum(word.stem == stem for word in source.words) > 1


def modality_problems(claim: Assertion, source: Assertion) -> list[str]:
    """Say where one of the two reports as done what the other only plans."""
    problems = [
        f"the source says planned, the claim says done ({stem})"
        for stem in sorted(source.planned & claim.stems - claim.softly_planned)
        if claim.is_done(stem) and not _is_stated_too(stem, source)
    ]
    problems += [
        f"the claim says planned, the source says done ({stem})"
        for stem in sorted(claim.planned & source.stems - source.softly_planned)
        if source.is_done(stem)
    ]
    return problems


def opposite_problems(claim: Assertion, source: Assertion) -> list[str]:
    """Say where the source has the opposite of a word of the claim, and not the word."""
    problems = []
    for one, other in _OPPOSITES:
        for mine, theirs in ((one, other), (other, one)):
            said, contrary = mine.search(claim.text), theirs.search(source.text)
            if said and contrary and not mine.search(source.text) and not theirs.search(claim.text):
                problems.append(f"the source says {contrary[0].lower()}, the claim says {said[0].lower()}")
    return problems


def order_problems(claim: Assertion, source: Assertion, actors: tuple[Sequence[Name], Sequence[Name]]) -> list[str]:
    """Say where two names have changed places: around the same verb in the same voice, or next to the same words."""
    mine, theirs = (list(names)[:MAX_ACTORS] for names in actors)
    if [_key(name) for name in mine] == [_key(name) for name in theirs]:
        return []
    for left, right in combinations(mine, 2):
        if _key(left) == _key(right) or _are_listed(claim.text, left, right):
            continue
        found = next(_swapped((claim, left, right), source, theirs), None)
        if found is not None:
            return [f"the source has {found[0].text} and {found[1].text} the other way round"]
    return []


def _are_listed(text: str, left: Name, right: Name) -> bool:
    """See `A and B`, whose order says nothing."""
    return _LISTED.fullmatch(text[left.end : right.start]) is not None


def _swapped(
    claimed: tuple[Assertion, Name, Name], source: Assertion, names: Sequence[Name]
) -> Iterator[tuple[Name, Name]]:
    claim, left, right = claimed
    for one, two in permutations(names, 2):
        if (_key(one), _key(two)) != (_key(right), _key(left)) or _are_listed(source.text, *_in_order(one, two)):
            continue
        if (_stands_as(claim, left, source, one) and _stands_as(claim, right, source, two)) or (
            one.start < two.start and _same_verb((claim, left, right), (source, one, two))
        ):
            yield one, two


def _in_order(one: Name, two: Name) -> tuple[Name, Name]:
    return (one, two) if one.start < two.start else (two, one)


def _stands_as(claim: Assertion, name: Name, source: Assertion, other: Name) -> bool:
    """Tell whether a name has the neighbours of another, and not those of itself, in the source."""
    its_own = [found.start() for found in re.finditer(re.escape(name.text), source.text)]
    at_home = any(
        _share_a_neighbour((claim.text, name), (source.text, Name(name.text, None, at, at + len(name.text))))
        for at in its_own
    )
    return not at_home and _share_a_neighbour((claim.text, name), (source.text, other))


def _same_verb(claimed: tuple[Assertion, Name, Name], told: tuple[Assertion, Name, Name]) -> bool:
    """Tell whether a verb that is not symmetric stands between both pairs, in the same voice."""
    voices = {_PASSIVE.search(one.text[a.end : b.start]) is None for one, a, b in (claimed, told)}
    return bool(_between(*claimed) & _between(*told)) and len(voices) == 1


def _key(name: Name) -> str:
    return name.slug or name.text.lower()[: max(4, len(name.text) - 2)]


def _between(sentence: Assertion, left: Name, right: Name) -> frozenset[str]:
    return frozenset(
        word.stem
        for word in sentence.words
        if left.end <= word.start
        and word.end <= right.start
        and word.stem in sentence.stems
        and not _SYMMETRIC.match(word.stem)
    )


def place_problems(claim: tuple[Assertion, Sequence[Name]], source: tuple[str, Sequence[Name]]) -> list[str]:
    """Say where the best passage has another name in the place of one of the claim's.

    Asked only when the passage is like the claim apart from its names; the passage's own words decide.
    """
    sentence, mine = claim
    passage, theirs = source
    here = SourceNames(passage, None)
    strangers = [
        name for name in mine if not here.has(name) and name.slug not in {other.slug for other in theirs if other.slug}
    ]
    claimed = SourceNames(sentence.text, None)
    replaced = [
        name for name in theirs if not claimed.has(name) and name.slug not in {one.slug for one in mine if one.slug}
    ]
    for stranger in strangers:
        for other in replaced:
            if _share_a_neighbour((sentence.text, stranger), (passage, other)):
                return [f"the source has {other.text} where the claim has {stranger.text}"]
    return []


def _share_a_neighbour(one: tuple[str, Name], other: tuple[str, Name]) -> bool:
    """Compare the words next to two names: the word before (or the opening) and the word after."""
    before, after = (tuple(_neighbours(text, name)) for text, name in (one, other))
    return any(a and a == b for a, b in zip(before, after, strict=True))


def _neighbours(text: str, name: Name) -> Iterator[str]:
    left = _NEIGHBOUR.findall(text[max(0, name.start - 40) : name.start].lower())
    right = _NEIGHBOUR.findall(text[name.end : name.end + 40].lower())
    yield (left[-1] if left and left[-1] not in _COMMON else " ".join(left[-2:])) or "^"
    yield right[0] if right and right[0] not in _COMMON else " ".join(right[:2])
