"""Words that compare and rank: a claim may not turn them round, nor bring in one that its source lacks."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Concept:
    """A comparison in four languages; `is_strict` when no faithful rewording brings it in."""

    name: str
    opposite: str
    is_strict: bool
    words: re.Pattern[str]


def _concept(name: str, opposite: str, words: str, *, is_strict: bool = False) -> Concept:
    return Concept(name, opposite, is_strict, re.compile(words, re.IGNORECASE))


CONCEPTS = (
    _concept(
        "more",
        "less",
        r"\bmore than\b|\bover (?=[\d$€£]|a |one|half|two|three|ten|twenty|fifty|sixty)"
        r"|\bexceed\w*|\bin excess of\b|\babove (?=[\d\w])|\bat least\b|\bplus d[e'’]"
        r"|\bau moins\b|\bdépass\w+|\bau-dessus\b|\bsupérieure?s?\b|(?<!\bне )\b(?:более|больше"
        r"|свыше|выше)\b|\bне (?:менее|меньше)\b|\bпревы\w+|超过|超過|逾|多于|以上|高于|至少|更多",
        is_strict=True,
    ),
    _concept(
        "less",
        "more",
        r"\bless than\b|\bfewer\b|\bunder (?=[\d$€£])|\bat most\b|\bbelow\b|\bno more than\b"
        r"|\bmoins d[e'’]|\bau plus\b|\bau-dessous\b|\binférieure?s?\b|(?<!\bне )\b(?:менее|меньше"
        r"|ниже)\b"
        r"|\bне (?:более|больше)\b|不足|不到|少于|低于|以下|至多|更少",
        is_strict=True,
    ),
    _concept("rather more", "rather less", r"\bmore (?=[a-z])(?!than)|\bplus (?!d[e'’]|tard|tôt|grand|haut)|更"),
    _concept("rather less", "rather more", r"\bless (?=[a-z])(?!than)|(?<!\bau )\bmoins (?!d[e'’])", is_strict=True),
    _concept(
        "second",
        "first",
        r"(?<![-\w])second\b(?! of)|(?<!-)\bdeuxièmes?\b"
        r"|(?<!сорок )(?<!цать )(?<!десят )\bвтор(?:ой|ая|ое|ые|ого|ому|ую|ым|ых|ом)\b|第二",
        is_strict=True,
    ),
    _concept(
        "third",
        "first",
        r"(?<![-\w])third\b|(?<!-)\btroisièmes?\b|(?<!сорок )(?<!цать )(?<!десят )\bтрет(?:ий|ья"
        r"|ье|ьи|ьего|ьей)\b|第三",
        is_strict=True,
    ),
    _concept(
        "first",
        "last",
        r"\bfirst\b|\bpremi(?:er|ère)s?\b|(?<!\w)перв(?!ен)\w*|\bвпервые\b|第一(?!作者)|首[次个個枚颗台届座位家]"
        r"|最先",
        is_strict=True,
    ),
    _concept(
        "last",
        "first",
        r"\b(?:the|for the|its|their) last\b|\blast (?=of\b)|\bderni(?:er|ère)s?\b"
        r"|(?<!\w)последн\w*|最后|最後|末[个次枚颗台届]",
        is_strict=True,
    ),
    _concept("best", "worst", r"\bbest\b|\bmeilleure?s?\b|\bлучш\w*|最好|最佳", is_strict=True),
    _concept("worst", "best", r"\bworst\b|\bpires?\b|\bхудш\w*|最差|最坏", is_strict=True),
    _concept(
        "largest",
        "smallest",
        r"\b(?:larg|bigg|great)est\b|\bplus grande?s?\b|\bкрупнейш\w*|\bнаибольш\w*"
        r"|\bсам\w+ больш\w+|最大",
    ),
    _concept(
        "smallest",
        "largest",
        r"\bsmallest\b|\bplus petite?s?\b|\bмельчайш\w*|\bнаименьш\w*|\bсам\w+ мал\w+|最小",
        is_strict=True,
    ),
    _concept("highest", "lowest", r"\bhighest\b|\bplus hau\w+|\bмаксим\w+|\bнаивысш\w*|\bmaxim\w+|最高"),
    _concept("lowest", "highest", r"\blowest\b|\bplus bas\w*|\bминим\w+|\bminim\w+|最低", is_strict=True),
    _concept("most", "least", r"\bmost\b(?! recent)|\bla plupart\b|\bбольшинств\w*|大多|大部分"),
    _concept("least", "most", r"(?<!at )\bleast\b|\bменьшинств\w*|最少", is_strict=True),
    _concept("higher", "lower", r"\bhigher\b|\bhigh\b|\bhaute?s?\b|\bвысок\w+|更高|较高"),
    _concept("lower", "higher", r"\blower\b|\blow\b|\bbass?e?s?\b|\bнизк\w+|更低|较低"),
    _concept("better", "worse", r"\bbetter\b|\bmieux\b|\bлучше\b|更好"),
    _concept("worse", "better", r"\bworse\b|\bхуже\b|更差", is_strict=True),
    _concept("faster", "slower", r"\bfaster\b|\bplus vite\b|\bбыстрее\b|更快"),
    _concept("slower", "faster", r"\bslower\b|\bplus lent\w*|\bмедленнее\b|更慢", is_strict=True),
    _concept(
        "larger",
        "smaller",
        r"\b(?:larg|bigg|great)er\b|\blarge\b|\bgrande?s?\b|\bкрупн(?!ей)\w+|\bбольш(?:ой|ая|ое|ие"
        r"|их|ую)\b|更大|扩大",
    ),
    _concept("smaller", "larger", r"\bsmall(?:er)?\b|\bpetite?s?\b|\bмелк\w+|\bмаленьк\w+|更小|缩小"),
    _concept("longer", "shorter", r"(?<!no )\blonger\b|\bplus long\w*|\bдольше\b|\bдлиннее\b|更长"),
    _concept("shorter", "longer", r"\bshorter\b|\bplus court\w*|\bкороче\b|更短", is_strict=True),
    _concept("dearer", "cheaper", r"\bdearer\b|\bmore expensive\b|\bplus ch[eè]r\w*|\bдороже\b|更贵|还贵|贵"),
    _concept("cheaper", "dearer", r"\bcheap(?:er)?\b|\bmoins ch[eè]r\w*|\bдешевле\b|更便宜|还便宜|便宜"),
    _concept(
        "before", "after", r"\bbefore\b|\bprior to\b|\bahead of\b|\bavant\b|\bprécèd\w+|\bперед\b|\bдо\b|之前|以前"
    ),
    _concept("after", "before", r"\bafter\b|\bfollowing\b|\baprès\b|\bsuit de\b|\bпосле\b|之后|以后|之後"),
    _concept(
        "earlier", "later", r"\bearli(?:er|est)\b|\bplus tôt\b|\b(?:раньше|ранее)\b|提前|更早|早(?=半?[年个两几])"
    ),
    _concept(
        "later", "earlier", r"\blat(?:er|est)\b|\bplus tard\b|\bпозже\b|\bпозднее\b|推迟|推遲|更晚|晚(?=半?[年个两几])"
    ),
    _concept("early", "late", r"\ba \w+ early\b|\bahead of schedule\b|\ben avance\b|\bдосрочно\b|提前"),
    _concept("late", "early", r"\ba \w+ late\b|\bbehind schedule\b|\ben retard\b|\bс опозданием\b|推迟"),
    _concept("until", "since", r"\buntil\b|\btill\b|\bjusqu['’]|\bвплоть до\b|直到|截至"),
    _concept("since", "until", r"\bsince\b|\bdepuis\b|\bà partir d[eu']|\bначиная с\b|自从"),
    _concept("within", "beyond", r"\bwithin\b|\binside\b|以内|之内"),
    _concept("beyond", "within", r"\bbeyond\b|\boutside\b|\bau-delà\b|以外|之外"),
    _concept("up to", "more", r"\bup to\b|\bas many as\b|\bjusqu['’]à (?=\d)|\bвплоть до\b|\bдо (?=\d)|多达"),
    _concept("at least", "up to", r"\bat least\b|\bau moins\b|\bне менее\b|至少"),
    _concept(
        "rise",
        "fall",
        r"\bris(?:e|es|ing)\b|\brose\b|\bincreas\w+|\bgrew\b|\bgrow\w*|\bupturn\b|\bwiden\w*"
        r"|\bhausse\b|\baugment\w+|\bcr[oû]\w*tre\b|\bрост\w*|\bвырос\w*|\bувелич\w+|\bповыс\w+"
        r"|\bповыш\w+|增加|增长|增長|上升|提高|提升|扩大|上涨",
    ),
    _concept(
        "fall",
        "rise",
        r"\bf[ae]ll(?:s|en|ing)?\b|\bdecreas\w+|\bshr[aiu]nk\w*|\bdeclin\w+|\bnarrow\w*|\bdrop(?:s"
        r"|ped)?\b|\breduc\w+|\bbaiss\w+|\bdiminu\w+|\brédui\w+|\bchut\w+|\bпад\w+|\bупал\w*"
        r"|\bсниз\w+|\bсниж\w+|\bсократ\w+|\bуменьш\w+|减少|減少|下降|降低|缩小|下跌",
    ),
    _concept(
        "again",
        "first",
        r"\bagain\b|\bonce more\b|\bà nouveau\b|\bde nouveau\b|\bвновь\b|\bснова\b|\bопять\b|再次|再度"
        r"|重新",
        is_strict=True,
    ),
    _concept(
        "only",
        "mainly",
        r"\bonly\b|\bsolely\b|\bseule?(?:ment|s)?\b|\bne .{1,30}? que\b|\bтолько\b|\bлишь\b|仅|僅"
        r"|只(?=有|能|是)",
    ),
    _concept(
        "mainly",
        "only",
        r"\bmainly\b|\bmostly\b|\babove all\b|\bchiefly\b|\bsurtout\b|\bprincipalement\b|\bглавным образом\b"
        r"|\bв основном\b|主要",
        is_strict=True,
    ),
    _concept(
        "all",
        "none",
        r"\ball\b|\bevery(?:one|body|thing)?\b|\btou(?:s|te|tes)\b|\bвсе\b|\bвсех\b|\bкажд\w+|所有"
        r"|全部",
    ),
    _concept(
        "none",
        "all",
        r"\bnone\b|\bnobody\b|\bno one\b|\baucune?\b|\bpersonne ne\b|\bникто\b|\bни од\w+|无人|毫无",
        is_strict=True,
    ),
    _concept("many", "few", r"\bmany\b|\bnombreu\w+|\bмног\w+|许多|众多|不少"),
    _concept("few", "many", r"\bfew\b|\bpeu d[e'’]|\bмало\b|\bнемног\w+|少数|少數|很少", is_strict=True),
    _concept("near", "far", r"\bnear side\b|\bface visible\b|\bвидим\w+ сторон\w+|正面"),
    _concept("far", "near", r"\bfar side\b|\bface cachée\b|\bобратн\w+ сторон\w+|背面"),
    _concept("north", "south", r"\bnorth\w*|\bnord\b|\bсевер\w*|(?<![东西])北(?=部|极|方|纬|侧)"),
    _concept("south", "north", r"\bsouth\w*|\bsud\b|\bюж\w+|\bюг\w*|南(?=部|极|方|纬|侧)"),
    _concept("east", "west", r"\beast(?:ern)?\b|\best(?= de)\b|\bвосточн\w+|东(?=部|方|经|侧)"),
    _concept("west", "east", r"\bwest(?:ern)?\b|\bouest\b|\bзападн\w+|西(?=部|方|经|侧)"),
    _concept("newest", "oldest", r"\bnewest\b|\bновейш\w*|最新"),
    _concept("oldest", "newest", r"\boldest\b|\bстарейш\w*|最老|最早", is_strict=True),
    _concept("success", "failure", r"\bsuccess\w*|\bsucceed\w*|\bréussi\w*|\bsuccès\b|\bуспе\w+|成功"),
    _concept(
        "failure",
        "success",
        r"\bfail\w*|\bcrash\w*|\bunsuccess\w*|\béch(?:ec|ou)\w*|\bнеудач\w+|\bавари\w+|失败|失敗|失利",
    ),
    _concept(
        "join",
        "leave",
        r"\bjoin(?:s|ed|ing)?\b|\bacce(?:des?|ded|ssion)\b|\brejoin\w+|\badhér\w+|\bприсоедин\w+"
        r"|\bвступ\w+|加入",
    ),
    _concept(
        "leave",
        "join",
        r"\bwithdr\w+|\bquits?\b|\bleaves?\b|\bleft\b|\bquitt\w+|\bretir\w+|\bвыш(?:ел|ла|ли)\b"
        r"|\bвыход\w*|退出",
    ),
    _concept(
        "signed", "put off", r"\bsigned\b|\bratified\b|\bsigné\w*|\bsigna\b|\bподписан\w*\b|\bподписал\w*|签署|簽署"
    ),
    _concept(
        "put off",
        "signed",
        r"\bpropos(?:ed|al)\b|\bdraft\b|\bpostponed\b|\bcancel\w+|\breject\w+|\bterminat\w+"
        r"|\bannul\w+|\bproposée?s?\b|\bотлож\w+|\bотмен\w+|取消|草案",
    ),
    _concept("halt", "go on", r"\bsuspend\w*|\bhalt\w*|\bstopp\w*|\bприостан\w+|\bпрекра\w+|\bcess\w+|停止|中止|不再"),
    _concept(
        "go on",
        "halt",
        r"\bresum\w*|\bcontinu\w*|\bkeeps? on\b|\bпродолж\w+|\bвозобнов\w+|\bpours?ui\w+|继续|繼續|恢复",
    ),
    _concept("accept", "refuse", r"\baccept\w*|\bagree[ds]? to\b|\baccepté\w*|\bсоглас\w+|\bодобр\w+|接受|同意"),
    _concept("refuse", "accept", r"\brefus\w*|\breject\w*|\bdeclin\w+ to\b|\bотказ\w+|\bотверг\w*|拒绝|拒絕"),
    _concept("confirm", "deny", r"\bconfirm\w*|\bподтверд\w+|证实|證實"),
    _concept("deny", "confirm", r"\bden(?:y|ies|ied|ial)\b|\bdément\w*|\bопроверг\w*|\bотверг\w*|否认|否認"),
    _concept("international", "domestic", r"国际|國際"),
    _concept("domestic", "international", r"国内|國內"),
    _concept("binding", "voluntary", r"(?<!not )(?<!non-)\bbinding\b|\bcontraignant\w*|(?<!не )\bобязател\w+|强制"),
    _concept("voluntary", "binding", r"\bvoluntar\w+|\bvolontaire\w*|\bдоброволь\w+|自愿"),
)
_HEAD = re.compile(r"[^\W_\u3400-\u9fff]{2,}|[\u3400-\u9fff]")


def comparison_problems(claim: str, sentence: str, evidence: str) -> list[str]:
    """Say which comparison of the claim its sentence has the other way round, and which nothing of its evidence has."""
    problems = []
    for concept in CONCEPTS:
        said = concept.words.search(claim)
        if not said:
            continue
        contrary = _BY_NAME[concept.opposite].words.search(sentence) if concept.opposite in _BY_NAME else None
        if contrary and _is_turned(concept, claim, sentence):
            problems.append(f"the source says {contrary[0].strip().lower()}, the claim says {said[0].strip().lower()}")
        elif concept.is_strict and not concept.words.search(evidence):
            problems.append(f"the source does not say {said[0].strip().lower()}")
    return problems


_BY_NAME = {concept.name: concept for concept in CONCEPTS}


def _is_turned(concept: Concept, claim: str, sentence: str) -> bool:
    """Tell whether the sentence has only the opposite, or has it of the very word that the claim compares."""
    opposite = _BY_NAME[concept.opposite]
    if not concept.words.search(sentence):
        return not opposite.words.search(claim) or len(opposite.words.findall(sentence)) > len(
            opposite.words.findall(claim)
        )
    mine, theirs, contrary = (
        _heads(one, text) for one, text in ((concept, claim), (concept, sentence), (opposite, sentence))
    )
    return bool(mine & contrary - theirs) and not mine & theirs


def _heads(concept: Concept, text: str) -> frozenset[str]:
    """Return the words that come right after a comparison."""
    found = (_HEAD.search(text, match.end(), match.end() + 24) for match in concept.words.finditer(text))
    return frozenset(head[0].lower() for head in found if head)
