"""Agreements that a sentence reports: kind, title, parties, date and how far they have come."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.vocabulary import AgreementStatus, FactKind
from pipeline.facts.dates import StatedDate
from pipeline.facts.sentences import Statement
from pipeline.understanding.lexicon import folded
from pipeline.values import Fact

MAX_TITLE_CHARS = 160
MAX_DAYS_TO_PUBLICATION = 31
PARTY_KINDS = frozenset({"agency", "un", "organisation", "institute", "company", "association"})


@dataclass(frozen=True)
class _Kind:
    name: str
    pattern: re.Pattern[str]


def _kind(name: str, pattern: str) -> _Kind:
    return _Kind(name, re.compile(pattern, re.IGNORECASE))


_KINDS = (
    _kind(
        "MoU",
        r"\bmemorand(?:um|a|ums) of (?:understanding|cooperation|agreement)\b(?: \(MoU\))?|\bMoUs?\b"
        r"|\bmemorandum\b|谅解备忘录|合作备忘录|备忘录|\bмеморандум\w*"
        r"|\bprotocole d'accord\b|\bmemorandum d'entente\b|\bmemorandos?\b",
    ),
    _kind(
        "joint statement",
        r"\bjoint (?:statement|declaration|communique)s?\b|联合声明|共同声明"
        r"|\bсовместн\w+ заявлени\w+|\bdeclaration (?:conjointe|commune)\b"
        r"|\bdeclaracion conjunta\b",
    ),
    _kind(
        "letter of intent",
        r"\b(?:letters?|statements?|declarations?) of intent\b|意向书"
        r"|\bпротокол\w* о намерениях|\b(?:lettre|declaration) d'intention\b"
        r"|\bcarta de intencion\b",
    ),
    _kind(
        "framework agreement",
        r"\bframework agreement\b|\bagreement framework\b|框架协议|框架协定"
        r"|\bрамочн\w+ соглашени\w+|\baccord-cadre\b|\bacuerdo marco\b|\bconvenio marco\b",
    ),
    _kind(
        "accession",
        r"\baccession to\b|\b(?:signed|joined|joins|joining|signatory to|signs) the artemis accords\b"
        r"|\b(?:accede|acceded|accedes) to\b|(?:正式)?加入(?:国际月球科研站"
        r"|阿尔忒弥斯协定|亚太空间合作组织)|\bприсоединил\w+ к\b|\badhere a\b"
        r"|\ba rejoint les accords\b",
    ),
    _kind("contract", r"\bcontracts?\b|合同|\bконтракт\w*|\bcontrats?\b|\bcontratos?\b"),
    _kind(
        "agreement",
        r"\b(?:implementing |intergovernmental |cooperation |partnership )*(?:agreements?|arrangements?"
        r"|accord|pact|treaty|protocol)\b|(?:合作|政府间)?(?:协定|协议|条约)"
        r"|\bсоглашени\w+|\bдоговор(?:а|ы|у|ом)?\b|\baccords?\b|\btraite\b"
        r"|\bacuerdos?\b|\bconvenios?\b",
    ),
)
# One of these stands in every match of the patterns above; looking for them first is much cheaper.
_STEMS = (
    "accede",
    "accession",
    "accord",
    "acuerdo",
    "adhere",
    "agreement",
    "arrangement",
    "artemis",
    "communiqu",
    "contract",
    "contrat",
    "convenio",
    "declaracion",
    "declarat",
    "entente",
    "intencion",
    "intent",
    "memor",
    "mou",
    "pact",
    "protocol",
    "statement",
    "traite",
    "treaty",
    "договор",
    "заявлени",
    "контракт",
    "меморандум",
    "намерени",
    "присоединил",
    "соглашени",
    "加入",
    "协定",
    "协议",
    "合同",
    "声明",
    "备忘录",
    "意向书",
    "条约",
)
_STATUSES = (
    (
        AgreementStatus.ENDED,
        re.compile(
            r"\b(?:terminat\w+|expired|withdr[ae]w\w* from|pull(?:ed|s) out of|abrogat\w+)\b|终止|退出"
            r"|废止|\b(?:расторг\w+|прекра(?:тил|щен)\w*|денонсир\w+)"
            r"|\b(?:resilie\w*|denonce\w*|s'est retire\w*)\b",
            re.IGNORECASE,
        ),
    ),
    (
        AgreementStatus.SUSPENDED,
        re.compile(r"\bsuspend(?:ed|s|ing)?\b|暂停|中止|\bприостанов\w+|\bsuspendu\w*\b", re.IGNORECASE),
    ),
    (
        AgreementStatus.IN_FORCE,
        re.compile(
            r"\b(?:entered|enters|came|comes) into (?:force|effect)\b|\bin force since\b|生效"
            r"|\bвступил\w* в силу|\bentree? en vigueur\b|\bentro en vigor\b",
            re.IGNORECASE,
        ),
    ),
    (
        AgreementStatus.PROPOSED,
        re.compile(
            r"\b(?:to|will|may|could|would|plans? to|ready to|hopes? to|expected to|set to"
            r"|about to) (?:\w+ )?(?:sign|conclude|ink|renew|finali[sz]e|negotiate)\b|\b(?:draft"
            r"|proposed) (?:agreement|memorandum|treaty)\b|\bnegotiat\w+"
            r"|(?:将|拟|计划|准备|即将|有望)(?:\S{0,6})签[署订]|草案|磋商|\b(?:подпиш[еу]т"
            r"|планиру\w+ подписать|намерен\w* подписать"
            r"|готов\w+ подписать|проект\w* соглашени\w+)"
            r"|\b(?:signer[ao]\w*|doit signer|doivent signer|prevoi\w+ de signer|projet d'accord)\b"
            r"|\bfirmaran?\b",
            re.IGNORECASE,
        ),
    ),
    (
        AgreementStatus.SIGNED,
        re.compile(
            r"\b(?:memorandum|agreement|accord|treaty)\s+of\s+(?:\w+\s+)?(?:19|20)\d\d\b|\b(?:19"
            r"|20)\d\d\s+(?:\w+ )?(?:agreement|memorandum|treaty|accord)"
            r"|\b(?:signed|signs|sign|signing|inked|ink|conclude[ds]?|concluding|struck|reached|agreed"
            r"|initialled|acceded|accession|joined|renewed|extended|records?|state a consensus|awarded"
            r"|exchanged)\b"
            r"|签署|签订|签约|缔结|达成|换文|正式加入|发布|发表|\b(?:подписал\w*|подписан\w*"
            r"|подписали|заключил\w*|заключен\w*|достиг\w+|договорил\w+"
            r"|присоединил\w+|подписани\w+)"
            r"|\b(?:signe\w*|signature|conclu\w*|adhere)\b|\b(?:firm(?:o|an|aron|ado|ada|a)|suscrib\w+"
            r"|suscrito)\b",
            re.IGNORECASE,
        ),
    ),
)
_TITLED = re.compile(
    r"(?:the )?(?:[\w.-]+ ){0,3}?(?:joint (?:statement|declaration|communique)"
    r"|memorandum of understanding|framework agreement|agreement (?:between|on|concerning)"
    r"|statement of intent)\b"
    r"|.{0,40}(?:联合声明|谅解备忘录|合作协定)$|(?:совместное заявление"
    r"|соглашение между|меморандум о)|(?:declaration conjointe|accord entre"
    r"|accord-cadre)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“«《「]([^\"”»》」\n]{8,200})[\"”»》」]")
_SUBJECT = re.compile(
    r"\s+(?:on|for|concerning|regarding|to|covering|of|о|об|по|sur|relatif a|relative a|pour"
    r"|de cooperation|para|sobre)\s+[^,.;:()\n]{4,110}",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"\s+(?:was|were|is|are|has|have|had|at the|at a|signed|between|by|during|while|which|that|when"
    r"|after|before|this|last|says?|said|with|beside|and (?:is|are|was|were|signed|their|both)"
    r"|on \w+day|in \d{4}|on \d|подпис\w+|entre|lors|avec|anuncio|con)\b.*$",
    re.IGNORECASE | re.DOTALL,
)
# What follows names the reporter, not a party.
_REPORTED = re.compile(
    r",\s*(?:it |he |she )?(?:says?|said|according to|reports?|reported|told)\b|,?\s*(?:сообщ\w+"
    r"|по данным)|,\s*(?:selon|a declare|a annonce)\b|据.{0,12}报道",
    re.IGNORECASE,
)
_ABOUT_ZH = re.compile(r"(?:关于[^,,。;《》\n]{2,40}?的?|[^\s,,。;、与和同在署订了就]{2,24})$")


def agreements_in(statement: Statement, *, earlier: tuple[str, ...] = ()) -> list[Fact]:
    """Find the agreement of a sentence: a kind of agreement, a word on its status and its parties.

    `earlier` are the parties of the agreement reported before: a dated one that names none is taken to be theirs.
    """
    found = _kind_in(statement.shape)
    status = _status_in(statement.shape) if found else None
    if found is None or status is None:
        return []
    kind, start, end = found
    date = statement.nearest_date(start)
    parties = _parties_in(statement) or (earlier if date and date.year else ())
    if not parties or (len(parties) == 1 and date is None):
        return []
    title = _title_of(statement, start, end)
    return [_agreement(statement, title, kind, (status, date, parties))]


def titled_agreement_in(statement: Statement) -> list[Fact]:
    """Read an article whose title is an agreement's own: `statement` is its first dated sentence, or its first."""
    found = _TITLED.match(folded(statement.document.title))
    kind = _kind_in(found[0]) if found else None
    parties = _parties_in(statement)
    if kind is None or len(parties) <= 1:
        return []
    title = _tidy(statement.document.title)
    date = _own_date(statement)
    return [_agreement(statement, title, kind[0], (AgreementStatus.SIGNED, date, parties))]


def _own_date(statement: Statement) -> StatedDate | None:
    """Take the day that an agreement's opening states, unless it lies far from its publication."""
    date = statement.nearest_date(0)
    first, _ = statement.date_at(date, is_future=False)
    published = statement.document.published
    if date is None or first is None or first.day is None:
        return None
    is_far = published is not None and abs((published.first - first.first).days) > MAX_DAYS_TO_PUBLICATION
    return None if is_far else date


def _agreement(
    statement: Statement,
    title: str,
    kind: str,
    known: tuple[AgreementStatus, StatedDate | None, tuple[str, ...]],
) -> Fact:
    status, date, parties = known
    first, _ = statement.date_at(date, is_future=status is AgreementStatus.PROPOSED)
    return Fact(
        FactKind.AGREEMENT,
        title,
        statement.span,
        str(status),
        subkind=kind,
        start=first,
        parties=parties,
        countries=_countries_of(statement, parties),
    )


def _countries_of(statement: Statement, parties: tuple[str, ...]) -> tuple[str, ...]:
    """Name the countries that are named, and those whose agencies are parties."""
    stood_for = {each.actor.slug: each.actor.country for each in statement.named}
    of_parties = [country for party in parties if (country := stood_for.get(party))]
    return tuple(dict.fromkeys([*statement.countries, *of_parties]))


def _kind_in(shape: str) -> tuple[str, int, int] | None:
    """Find the most telling kind: they are listed from the most to the least specific."""
    lowered = shape.lower()
    if not any(stem in lowered for stem in _STEMS):
        return None
    for kind in _KINDS:
        match = kind.pattern.search(shape)
        if match:
            return kind.name, match.start(), match.end()
    return None


def _status_in(shape: str) -> AgreementStatus | None:
    return next((status for status, pattern in _STATUSES if pattern.search(shape)), None)


def _parties_in(statement: Statement) -> tuple[str, ...]:
    """Take the organisations named, and the countries that no named organisation stands for."""
    reporter = _REPORTED.search(statement.shape)
    end = reporter.start() if reporter else len(statement.shape)
    actors = [each.actor for each in statement.named if each.actor.kind in PARTY_KINDS and each.start < end]
    slugs = dict.fromkeys(actor.slug for actor in actors)
    covered = {actor.country for actor in actors}
    return (*slugs, *(country for country in statement.countries if country not in covered))


def _title_of(statement: Statement, start: int, end: int) -> str:
    """Take the title in quotation marks, or the words around the kind of agreement."""
    for quoted in _QUOTED.finditer(statement.text):
        if _kind_in(statement.shape[quoted.start(1) : quoted.end(1)]):
            return _tidy(quoted[1])
    written = statement.text[start:end]
    if not written.isascii() and not re.search(r"[^\W\d_]\s", statement.text[:80]):
        before = _ABOUT_ZH.search(statement.text[:start])
        return _tidy((before[0] if before else "") + written)
    before = re.search(r"(?:[A-Z][\w'/-]*\s+(?:(?:of|on|and|for|the)\s+)?){1,10}$", statement.text[:start])
    subject = _SUBJECT.match(statement.shape, end)
    after = _CUT.sub("", statement.text[subject.start() : subject.end()]) if subject else ""
    return _tidy((before[0] if before else "") + written + after)


def _tidy(title: str) -> str:
    return " ".join(title.split()).strip(" ,.;:-")[:MAX_TITLE_CHARS].rstrip()
