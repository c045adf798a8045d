"""What a sentence denies, and what it says is only planned, proposed or possible; cues in four languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from pipeline.grounding.words import Term, is_stop, words_of

DENIED_WORDS = 3
NEGATIONS = re.compile(
    r"\b(?:not(?! only)|never|no(?! longer than|\. ?\d|ne)|none|nobody|nothing|without|neither"
    r"|nor|cannot|unable|impossible"
    r"|refus\w+|reject\w+|declin\w+ to|den(?:y|ied|ies)|fail(?:s|ed)? to|(?<=n)['’]t|rul\w+ out|opted out"
    r"|ne(?!.{1,25}\bque\b)|sans|jamais|aucune?|ni|rien|incapable"
    r"|не(?! только| менее| более)|ни|нет|без|никогда|никто|ничего|нельзя|невозможно|отказ\w+|отверг\w+|никак\w+)(?!\w)"
    r"|n['’]t\b|\bn['’](?=[^\W\d_])(?!.{1,25}\bque?\b)"
    r"|(?:没有|沒有|并未|並未|尚未|从未|不再|不会|不能|无法|无人(?!机|驾|值)|毫无|并非|拒绝|免(?=收|费|除|于|受)|未(?![来來知])|没(?!收)"
    r"|不(?![断斷同仅僅少久过過丹足到])|非(?![洲常政]))",
    re.IGNORECASE,
)
PLANS = re.compile(
    r"\b(?:will|shall|would|could|(?-i:may)|might|should|plan(?:s|ned|ning)?|expect(?:s"
    r"|ed)? (?:to|in|next|by|late|that)"
    r"|schedul\w+ (?:to|for)|foresee\w*|foreseen|if|unless|must|due (?:to|in|for)|ready to"
    r"|invit\w+ to|tr(?:y|ies|ied|ying) to|attempt\w* to|promise\w* to|pledge\w* to|seeks? to"
    r"|set to|intends? to|intended to|aim(?:s|ed|ing)? (?:to|is)|hop(?:es?|ed|ing) (?:to|for)|propos(?:e|es|ed|ing|al)"
    r"|(?:is|are|was|were) to|(?:going|about) to|wants?(?: to)?|preparing to|prepares|gets? ready to"
    r"|getting ready to|tentatively|draft|being discussed|possible"
    r"|va|vont|doit|doivent|devra|pourra|peut|peuvent|veut|veulent|souhait\w+|prévo[iy]\w+"
    r"|envisag\w+|compte(?:nt)?(?= \w+(?:er|ir|re)\b)|prévue?s?|promis\w*|espér\w+"
    r"|projet de|projette|propos(?:e|er|ition)|invit\w+ à|à venir|si|objectif|prépare"
    r"|tent\w+ de|cherch\w+ à|essa\w+ de|attend(?:ent|ait|ue?s?)?|bientôt"
    r"|будет|будут|будем|планиру\w+|намер\w+|ожида\w+|предполага\w+|долж\w+|может|могут|можно"
    r"|готов\w+ся|собира\w+|предлага\w+|хо[чт]\w+"
    r"|обеща\w+|рассчит\w+|предстоит|следует|необходимо|если|чтобы|запланирован\w*|намеч\w+|предусмотрен\w*"
    r"|планы|в планах|бы|пыта\w+|возможно\w*|надо|пора|в будущем|in (?:the )?future"
    r"|à l'avenir)\b"
    r"|将(?![军近]|[^，。]{2,25}(?:送入|送上|送往|放入|升空|列为|纳入|定为|带回))|將(?![軍近]|[^，。]{2,25}(?:送入|送上|送往|放入"
    r"|升空|列為|納入|定為|帶回))|才能|还要|将要|试图|尝试|(?<![该此這这项項五十三度年])(?:计划|計劃)(?![。，、的)）书”书])|拟|擬|预计|預計|预期"
    r"|有望|可望|打算|约定|可能|准备|準備|筹备|力争|争取|希望|愿|定于|待(?!遇)|如果|若(?!干)|须|应(?![用对邀])",
    re.IGNORECASE,
)
# Whole words that are a plan by their own form.
FUTURES = re.compile(
    r"(?!(?:aura|auront|opera|camera|caméra|opéra|terra|riviera|libera|retira|tira|admira"
    r"|inspira|attira|vira|serra|livra|ouvra|extra|cobra)$)"
    r"[a-zéèêàûîôç]{2,}(?:era|eront|ira|iront|dra|dront|rra|rront|vra|vront)"
    r"|(?!(?:tirait|retirait|serrait|livrait|ouvrait|inspirait|admirait|attirait|couvrait|découvrait|offrait)$)"
    r"[a-zéèêàûîôç]{2,}(?:er|ir|dr|rr|vr)ai(?:t|ent)|aurai(?:t|ent)|serai(?:t|ent)|sera|seront"
    r"|(?!\w*(?:ход|вод|нос|воз|вис|прос|говор|смотр|стро|уч|служ|держ|звон|леж|сто|ид|мож"
    r"|должн|знач|дел)(?:ит|ят|[её]т|ут|ат)(?:ся)?$)"
    r"(?!(?:состоит|состоят|помнит|живут|живёт|живет|приз[оы]в\w+|станут|поют|опыт\w*|запас\w*"
    r"|запрет|привет|предмет|сюжет|портрет|просят|едят|завет|расчёт|расчет|отчёт|отчет|взлет"
    r"|взлёт|полет|полёт|налёт|подчёт|совет|ответ|просвет|зачёт|учёт|учет|проект|объект"
    r"|институт|студент|документ)$)"
    r"(?:под|подо|вы|за|на|по|при|про|с|со|раз|рас|у|о|об|от|пере|до|воз|вос|из"
    r"|ис)[а-яё]{2,}(?:ит|ят|[её]т|ут"
    r"|ат)(?:ся)?(?<!ает)(?<!яет)(?<!ует)(?<!ают)(?<!яют)(?<!уют)(?<!ается)(?<!яется)(?<!уется)(?<!аются)(?<!яются)(?<!уются)(?<!еет)(?<!еют)"
    r"|пуст(?:ит|ят)|введ[её]т|введут|станет|состо[ия]тся|пройд[её]т|пройдут|стартую?т|начн[её]т(?:ся)?|начнутся|прим[еу]т"
    r"|примет|даст|дадут|создаст|создадут|полетит|полетят|пойд[её]т|пойдут|сможет|смогут"
    r"|прид[её]т",
)
_SOFT_PLANS = re.compile(
    r"\bto (?!the\b|an?\b|its\b|his\b|her\b|their\b|this\b|that\b|[\dA-Z])|\bafin de\b|\bpour\b|\bчтобы\b|\bдля\b",
    re.IGNORECASE,
)
_DONE_BEFORE = re.compile(
    r"\b(?:was|were|has|have|had|been|did|ont|est|sont|été|avait|avaient|fut|был[аио]?"
    r"|уже)\s+(?:\w+ly\s+)?$|(?:已经?|已經)[^，。]{0,8}$",
    re.IGNORECASE,
)
_AWAITED = re.compile(
    r"\b(?:is|are|was|were) (?:now )?(?:expected|planned|scheduled|hoped|due|foreseen|set)\b"
    r"|\b(?:est|sont|était|étaient) (?:prévue?s?|attendue?s?|espérée?s?|envisagée?s?|programmée?s?)\b"
    r"|\b(?:ожида|планиру|предполага|намеча)\w+ся\b|\b(?:запланирован|намечен|предусмотрен)\w*",
    re.IGNORECASE,
)
_AVOIR = re.compile(r"\ba\s+(?:\w+ment\s+)?$", re.IGNORECASE)  # in English it is an article
_DONE_FORM = re.compile(
    r"(?:\w{2,}ed|held|met|took|began|sent|built|gave|made|went|led|flew|became|won|left|lost|fell|rose"
    r"|\w{2,}(?:л|ла|ло|ли|лся|лась|лось|лись|ан|ана|ано|аны|(?<=\w\w\w\w)(?:ен|[её]н)|ена|ено"
    r"|ены|[ыя]т[аоы]?)|(?!(?:années?|données?|journées?|armées?|durée|entrée|musée|idées?"
    r"|portée|arrivée|soirée|côtés?|marchés?|traités?|degrés?|clés?|fusées?)$)\w{3,}(?<!t)(?:é"
    r"|ée|és|ées)|\w+(?:ct|nt|rt|pt)é[es]*)",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"\b(?:was|were|has|have|had|did)\b|\b(?:a|ont|est|sont|s'est|s'étai\w+|avai\w+|étai\w+"
    r"|fut)\s\w+(?:é|ée|és|ées|i|ie|is|it|u|ue|us|ert)\b|été\b"
    r"|\b\w{2,}(?:л|ла|ло|ли|лся|лась|лось|лись)\b|\b(?!стран|план|экран|океан)\w{4,}(?:ан|ана"
    r"|ано|аны|ен|ена|ено|ены|[ыя]т[аоы]?)\b|\bуже\b|已|了(?![解])|成功|完成",
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
    r"|出席|参加|合作|运行|通过|批准|生效|搭载|入轨|对接|提供|抵达|进入|宣布|拆下|转给|开放|成立|研制|使用|参观|执行|转移"
)
_CJK_REACH_CHARS = 22


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
    def is_negated(self) -> bool:
        """Tell whether it denies anything at all."""
        return NEGATIONS.search(self.text) is not None

    @cached_property
    def is_planned(self) -> bool:
        """Tell whether anything in it is a plan, a proposal or a possibility."""
        return next(self._plan_ends(), None) is not None

    @cached_property
    def tells_of_the_past(self) -> bool:
        """Tell whether anything in it is said to have happened."""
        return _DONE.search(self.text) is not None

    @cached_property
    def has_happened(self) -> bool:
        """Tell whether anything in it is said to have happened, by whatever form of a verb."""
        return self.tells_of_the_past or any(self.is_done_at(word) for word in self.words)

    @cached_property
    def denied(self) -> frozenset[str]:
        """The stems that stand right after a negation."""
        return frozenset(self._heads(match.end() for match in NEGATIONS.finditer(self.text)))

    @cached_property
    def near_denial(self) -> frozenset[str]:
        """The stems of the few content words after each negation: what it may be about."""
        found: set[str] = set()
        for cue in NEGATIONS.finditer(self.text):
            stop = _clause_end(self.text, cue.end())
            after = (word.stem for word in self.words if cue.end() <= word.start < stop and word.stem in self.stems)
            found |= set(islice(after, DENIED_WORDS))
        return frozenset(found)

    @cached_property
    def planned(self) -> frozenset[str]:
        """The stems of what is planned, expected, proposed or merely possible."""
        own = set(self._cjk_plans()) | {word.stem for word in self._futures()}
        return frozenset(own | set(self._heads(self._plan_ends())))

    @cached_property
    def softly_planned(self) -> frozenset[str]:
        """The same, and the aims: `to sign`, `pour signer`."""
        return self.planned | frozenset(self._heads(match.end() for match in _SOFT_PLANS.finditer(self.text)))

    @cached_property
    def under_plan(self) -> frozenset[str]:
        """The stems of all that follows a cue of a plan in its clause, and of a word in the future."""
        found: set[str] = set()
        for end in self._plan_ends():
            stop = _PHRASE_END.search(self.text, end)
            last = stop.start() if stop else len(self.text)
            found |= {word.stem for word in self.words if end <= word.start < last}
        return frozenset(found | {word.stem for word in self._futures()})

    @cached_property
    def awaited(self) -> frozenset[str]:
        """The stems before `is expected` and the like in its clause: what the plan is about."""
        found: set[str] = set()
        for cue in _AWAITED.finditer(self.text):
            starts = [end.end() for end in _PHRASE_END.finditer(self.text, 0, cue.start())]
            found |= {word.stem for word in self.words if max(starts, default=0) <= word.start < cue.start()}
        return frozenset(found)

    def is_done(self, stem: str) -> bool:
        """Tell whether the word stands in a form that says it has happened."""
        return any(self.is_done_at(word) for word in self.words if word.stem == stem)

    def is_done_at(self, word: Term) -> bool:
        """Tell whether a word of it stands, where it is, in a form that says it has happened."""
        before = max(0, word.start - 24), word.start
        if _DONE_BEFORE.search(self.text, *before) or (self.language == "fr" and _AVOIR.search(self.text, *before)):
            return True
        if _CJK.match(self.text[word.start]):
            return False
        return _DONE_FORM.fullmatch(self.text[word.start : word.end]) is not None

    def _futures(self) -> Iterator[Term]:
        return (word for word in self.words if FUTURES.fullmatch(self.text[word.start : word.end].lower()))

    def _plan_ends(self) -> Iterator[int]:
        yield from (match.end() for match in PLANS.finditer(self.text))
        yield from (word.end for word in self._futures())

    def _cjk_plans(self) -> Iterator[str]:
        for cue in PLANS.finditer(self.text):
            reach = re.split(r"[，。；,;]", self.text[cue.end() : cue.end() + _CJK_REACH_CHARS])[0]
            yield from _CJK_ACTIONS.findall(reach)

    def _heads(self, ends: Iterator[int]) -> Iterator[str]:
        """Yield the stem of the first content word after each cue, past adverbs and other cues."""
        for end in ends:
            stop = _clause_end(self.text, end)
            for word in self.words:
                if word.start >= stop:
                    break
                if word.start >= end and self._can_head(word):
                    yield word.stem
                    break

    def _can_head(self, word: Term) -> bool:
        surface = self.text[word.start : word.end]
        return not (is_stop(word.stem, self.language) or _ADVERB.fullmatch(surface) or PLANS.fullmatch(surface))


_PHRASE_END = re.compile(r"[,;:.。；，!?！？\n]")


def _clause_end(text: str, start: int) -> int:
    end = re.compile(r"[;:.。；!?！？\n]").search(text, start)
    return end.start() if end else len(text)
