"""The pages that the mutation suite changes: real ones, government items, and the domain's in four old layouts."""

from __future__ import annotations

import gzip
import html
import json
import random
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from perilune.encodings import decode
from perilune.languages import language_of

HERE = Path(__file__).parent
TEXTS = tomllib.loads((HERE / "changes_texts.toml").read_text(encoding="utf-8"))
LANGUAGES = ("en", "zh", "ru", "fr")
MAX_PAGE_CHARS = 200_000
OWN_PAGES_OF_A_LAYOUT = 2
MIN_GOLD_CHARS = 120

GOVERNMENT = """<html><head><title>{title} - Ministry</title></head><body bgcolor="#ffffff">
<table width="780"><tr><td colspan="2"><font size="5">Ministry of Science</font><!--top--></td></tr>
<tr><td width="160" valign="top"><a href="/">Home</a><br><a href="/about">About us</a><br><a href="/news">News</a><br>
<a href="/projects">Projects</a><br><a href="/contact">Contact</a></td>
<td valign="top"><h1>{title}</h1>
{body}
</td></tr><tr><td colspan="2">Copyright 2024 Ministry of Science</td></tr></table></body></html>"""
ASPX = """<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head id="Head1"><title>
	{title}
</title></head><body><form method="post" action="./page.aspx" id="aspnetForm">
<input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" value="/wEPDwUKMTY1NDU2MTA1MmRk" />
<div id="ctl00_header"><ul><li><a href="Home.aspx">Home</a></li><li><a href="People.aspx">People</a></li></ul></div>
<div id="ctl00_PlaceHolderMain"><h1>{title}</h1><div class="ms-rtestate-field">
{body}
</div></div><div id="ctl00_footer">© 2024 Laboratory</div></form></body></html>"""
WORDPRESS = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title} &#8211; Space Institute</title>
<meta property="og:title" content="{title}"><meta name="generator" content="WordPress 6.4"></head>
<body class="post-template-default single"><header class="site-header"><nav><ul class="menu">
<li class="menu-item"><a href="/">Home</a></li>
<li class="menu-item"><a href="/blog">Blog</a></li></ul></nav></header>
<main><article class="post hentry"><header class="entry-header"><h1 class="entry-title">{title}</h1></header>
<div class="entry-content">
{body}
</div></article></main>
<aside class="widget-area"><h2>Archives</h2><ul><li><a href="/2024/03">March</a></li></ul></aside>
<footer class="site-footer"><p>Proudly powered by WordPress</p></footer></body></html>"""
CHINESE = """<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<title>{title}</title></head>
<body><div class="top"><a href="/">首页</a> | <a href="/xw/">新闻</a> | <a href="/gz/">工作动态</a></div>
<div class="position">当前位置：<a href="/">首页</a> &gt; <a href="/xw/">新闻</a></div>
<div class="article"><h1>{title}</h1><div class="TRS_Editor">
{body}
</div></div><div class="footer">版权所有 京ICP备00000000号</div></body></html>"""
LAYOUTS = {"old government": GOVERNMENT, "aspx": ASPX, "WordPress": WORDPRESS, "Chinese CMS": CHINESE}


@dataclass(frozen=True)
class BasePage:
    """A page before it is changed; `words` are of its language, or English where its language is none of ours."""

    name: str
    html: str
    url: str
    language: str

    def words(self, kind: str) -> list[str]:
        """Return the words of a kind in this language."""
        return [str(word) for word in TEXTS[self.language][kind]]

    def rows(self, kind: str) -> list[list[str]]:
        """Return the pairs of words or rows of cells of a kind in this language."""
        return [[str(word) for word in row] for row in TEXTS[self.language][kind]]


def own_pages(seed: int) -> Iterator[BasePage]:
    """Make pages of our own texts in every layout and language."""
    chance = random.Random(f"own {seed}")
    for name, layout in LAYOUTS.items():
        for language in LANGUAGES:
            for number in range(OWN_PAGES_OF_A_LAYOUT):
                texts = TEXTS[language]
                paragraphs = chance.sample(texts["paragraphs"], chance.randint(4, 7))
                made = _page_of(layout, texts["title"], paragraphs)
                yield BasePage(
                    f"own {name} {language} {number}", made, f"http://own.test/{language}/{number}", language
                )


def pages_in(folder: Path, seed: int) -> Iterator[BasePage]:
    """Read the pages of the data folder: real HTML, government items, accounts of pages of the domain."""
    yield from _real_pages(folder / "html")
    yield from _government_items(folder / "govuk")
    yield from _accounts(folder / "gold" / "pages.jsonl", seed)


def _page_of(layout: str, title: str, paragraphs: list[str]) -> str:
    body = "\n".join(f"<p>{html.escape(text, quote=False)}</p>" for text in paragraphs)
    return layout.format(title=html.escape(title), body=body)


def _language(text: str) -> str:
    language = language_of(re.sub(r"<[^>]+>", " ", text)[:4000])
    return language if language in LANGUAGES else "en"


def _real_pages(folder: Path) -> Iterator[BasePage]:
    for path in sorted(folder.rglob("*.html*")):
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        text = decode(body, None).text
        if len(text) <= MAX_PAGE_CHARS:
            visible = " ".join(re.findall(r"<p[^>]*>(.*?)</p>", text, re.DOTALL))
            yield BasePage(path.name, text, f"http://real.test/{path.stem}", _language(visible))


def _government_items(folder: Path) -> Iterator[BasePage]:
    for path in sorted(folder.rglob("*.json")):
        item = json.loads(path.read_text(encoding="utf-8"))
        made = WORDPRESS.format(title=html.escape(item["title"]), body=item["details"].get("body", ""))
        yield BasePage(f"govuk {path.stem}", made, f"http://gov.test/{path.stem}", _language(made))


def _accounts(path: Path, seed: int) -> Iterator[BasePage]:
    """Lay out each account with paragraphs of our own texts around it."""
    chance = random.Random(f"accounts {seed}")
    for line in path.read_text(encoding="utf-8").splitlines():
        account = json.loads(line)
        if account["language"] in LANGUAGES and len(account["text"]) >= MIN_GOLD_CHARS:
            texts = TEXTS[account["language"]]
            paragraphs = [account["text"], *chance.sample(texts["paragraphs"], 3)]
            name, layout = chance.choice(list(LAYOUTS.items()))
            made = _page_of(layout, account["title"], paragraphs)
            yield BasePage(f"{account['id']} ({name})", made, account["url"], account["language"])
