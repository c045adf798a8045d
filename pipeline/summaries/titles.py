"""What of a page's title is its site's, and which titles say nothing; apart because they know sites, not stories."""

from __future__ import annotations

import re

from pipeline.summaries.words import SITE_WORDS

MIN_HEAD_CHARS = 12
MAX_SITE_CHARS = 40
MAX_SITE_TAILS = 3
MIN_INITIALS = 3

_SEPARATOR = re.compile(r"\s+[|｜\-–—·»:]{1,2}\s+|[|｜_]+|(?<=[\u3400-\u9fff])[-–—]{1,2}(?=[\u3400-\u9fff])")
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_FILE = re.compile(
    r"(?:microsoft (?:word|powerpoint)|powerpoint presentation)\b.*"
    r"|.+\.(?:pdf|docx?|pptx?|xlsx?|odt|rtf|txt|html?|aspx?|php|jpe?g|png|indd|tex)"
    r"|(?:scan|img|image|doc|file|dsc)[ _-]?\d+"
    r"|(?=\S*(?:_|\d{5}))[\w.-]+",  # t20220128_1234, report_final, P020211228
    re.IGNORECASE | re.ASCII,
)
# What every page of a site may be called, in four languages.
_EMPTY_WORDS = frozenset(
    """
    home homepage page index welcome to our the official site website web portal online news newsroom latest press room
    release releases media centre center article articles blog untitled no title document documents pdf print version
    default new loading error search menu details detail view events publications en english
    accueil actualités actualité sans titre communiqué communiqués de presse site officiel
    главная страница новости новость без названия пресс-релиз пресс-релизы пресс-служба статья документ сайт официальный
    首页 主页 新闻 新闻中心 新闻动态 要闻 动态 通知公告 公告 正文 文章 无标题 官网 网站首页 欢迎 详情 详细内容
    """.split()  # noqa: SIM905 - a list of eighty words would take a page
)
_WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*")


def is_empty_title(title: str, url: str | None = None) -> bool:
    """Tell whether a title says nothing of an article: it is empty, `Home`, the name of a file, or of the site."""
    words = [word for word in _WORD.findall(title.lower()) if not (word in _EMPTY_WORDS or word.isdigit())]
    if not words or _FILE.fullmatch(title.strip()):
        return True
    labels = re.split(r"[./]", re.sub(r"^\w+://(?:www\.)?([^/:]+).*$", r"\1", url or "").lower())
    initials = "".join(word[0] for word in words)
    names = {"".join(words), *([initials] if len(initials) >= MIN_INITIALS else [])}
    return any(name in labels for name in names) or "".join(words) == "".join(labels)


def title_without_site(title: str, url: str | None = None) -> str:
    """Cut ` - Site name` tails off a title: known by `|` or `_`, by words such as News, or by the page's host."""
    cleaned = title.strip()
    for _ in range(MAX_SITE_TAILS):
        marks = list(_SEPARATOR.finditer(cleaned))
        if not marks:
            break
        head, tail = cleaned[: marks[-1].start()].strip(), cleaned[marks[-1].end() :].strip()
        if not _is_site_tail(head, tail, marks[-1][0].strip(), url):
            break
        cleaned = head
    return cleaned


def _is_site_tail(head: str, tail: str, mark: str, url: str | None) -> bool:
    width = len(head) + len(_CJK.findall(head))
    if width < MIN_HEAD_CHARS or len(tail) > MAX_SITE_CHARS or len(tail) >= len(head) + len(_CJK.findall(head)):
        return False
    if not tail or mark in {"|", "｜", "_"}:
        return True
    if ":" in mark or "：" in mark:
        return False
    return SITE_WORDS.search(tail) is not None or _names_host(tail, url)


def _names_host(tail: str, url: str | None) -> bool:
    """See `UK Space Agency` in gov.uk/space-agency, or its initials or a word of it in the host."""
    host = re.sub(r"^\w+://(?:www\.)?([^/]+).*$", r"\1", url or "").lower()
    words = re.findall(r"[^\W_]+", tail.lower())
    initials = "".join(word[0] for word in words)
    names = {"".join(words), *(word for word in words if len(word) > 3)} | ({initials} if len(initials) > 1 else set())  # noqa: PLR2004
    return bool(host) and any(name in host for name in names if name)
