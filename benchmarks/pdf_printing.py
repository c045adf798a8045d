"""Prints the benchmark's PDF files with headless Chromium: columns, running heads, hyphens, lists, boxes, tables."""

from __future__ import annotations

import random
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from benchmarks.pdf_gold import GoldDocument, Part, with_pages
from models.vocabulary import PassageKind

CHROMIUM = "/usr/bin/chromium"
FONTS = ("Liberation Serif", "Liberation Sans", "DejaVu Serif", "DejaVu Sans")
CHINESE_FONTS = ("Noto Sans CJK SC", "Noto Serif CJK SC")
HEADS = {
    "en": "Annual report on international space cooperation",
    "fr": "Rapport annuel sur la coopération spatiale internationale",
    "ru": "Ежегодный доклад о международном сотрудничестве",
    "es": "Informe anual sobre la cooperación espacial internacional",
    "zh": "国际空间合作年度报告",
}
COUNTRIES = ("Austria", "Brazil", "China", "Denmark", "Egypt", "France", "Ghana", "Hungary", "India", "Japan")
MISSIONS = ("weather satellite", "lunar orbiter", "small satellite", "radar mission", "space telescope")
TABLE_STYLES = (
    "table{border-collapse:collapse} td,th{border:0.6pt solid #444;padding:3pt 6pt}",
    "table{border-collapse:collapse} td,th{border-bottom:0.6pt solid #444;padding:3pt 14pt 3pt 0;text-align:left}",
    "table{border-spacing:2pt} td,th{background:#e6eef8;padding:3pt 6pt;text-align:left}",
    "table{border-collapse:collapse;border:solid;border-width:1pt 0} td,th{padding:2pt 18pt 2pt 0;text-align:left}",
)


def printed_by_chromium(name: str, texts: Mapping[str, Sequence[str]], seed: int) -> GoldDocument:
    """Print one document whose looks `seed` draws."""
    chance = random.Random(seed)
    language = chance.choice(("en", "en", "en", "fr", "ru", "es", "zh"))
    column_count = 1 + seed % 3
    parts, body = _contents(texts[language], language, chance, column_count)
    style = _style(language, chance, column_count)
    page = f"<html lang={language}><meta charset=utf-8><style>{style}</style>{body}</html>"
    document = GoldDocument(name, pdf_of_html(page), tuple(parts), group=f"browser, {column_count} columns")
    return with_pages(document)


def pdf_of_html(page: str) -> bytes:
    """Print a page with the browser."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_text(page, encoding="utf-8")
        subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
             f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}", source.as_uri()],
            check=True, capture_output=True, timeout=90,
        )  # fmt: skip
        return target.read_bytes()


def _style(language: str, chance: random.Random, column_count: int) -> str:
    font = chance.choice(CHINESE_FONTS if language == "zh" else FONTS)
    size = chance.choice((9, 10, 11)) - (column_count == 3)
    number = chance.choice(("counter(page)", "'Page ' counter(page) ' / ' counter(pages)", "'– ' counter(page) ' –'"))
    number_box, head_box = chance.choice(
        (("bottom-center", "top-left"), ("top-right", "top-left"), ("bottom-right", "bottom-left"))
    )
    indent = "p{text-indent:1.4em;margin:0}" if chance.random() < 0.35 else "p{margin:0 0 .6em}"
    return f"""@page{{size:{chance.choice(("A4", "letter"))};margin:{chance.choice((18, 22, 25))}mm;
      @{number_box}{{content:{number};font-size:8pt}} @{head_box}{{content:"{HEADS[language]}";font-size:8pt}}}}
      body{{font:{size}pt/{chance.choice((1.25, 1.4))} "{font}",serif;margin:0}} {indent}
      p,li{{text-align:{chance.choice(("justify", "left"))};hyphens:{chance.choice(("auto", "manual"))}}}
      h1{{font-size:1.9em}} h2{{font-size:1.3em;margin:.8em 0 .4em}}
      .box{{border:0.7pt solid #555;padding:6pt;margin:.6em 0}} li{{margin:.2em 0}}
      {chance.choice(TABLE_STYLES)} table{{margin:.8em 0;font-size:{7 if column_count > 1 else size}pt;max-width:100%}}
      .columns{{columns:{column_count};column-gap:{chance.choice((14, 20, 26))}pt}}"""


def _contents(texts: Sequence[str], language: str, chance: random.Random, column_count: int) -> tuple[list[Part], str]:
    """Draw paragraphs, headings, lists, a box and a table, and write them as HTML."""
    drawn = chance.sample(list(texts), min(len(texts), chance.randint(18, 34)))
    title = f"{HEADS[language]} {chance.randint(2001, 2025)}"
    parts = [Part(PassageKind.HEADING, title)]
    pieces = [f"<h1>{title}</h1>", f"<p>{escape(drawn[0])}</p>", "<div class=columns>"]
    parts.append(Part(PassageKind.PARAGRAPH, drawn[0]))
    for at, text in enumerate(drawn[1:]):
        if at % 6 == 1:
            parts.append(Part(PassageKind.HEADING, heading := _heading(text, language)))
            pieces.append(f"<h2>{escape(heading)}</h2>")
        if at % 9 == 4:
            items = [_heading(other, language) for other in chance.sample(drawn, 3)]
            parts += [Part(PassageKind.LIST_ITEM, item) for item in items]
            pieces.append("<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>")
        if at == 7 and column_count < 3:
            rows = table_rows(chance)
            parts.append(Part(PassageKind.TABLE, "\n".join(" | ".join(row) for row in rows)))
            pieces.append(html_table(rows))
        parts.append(Part(PassageKind.PARAGRAPH, text))
        is_boxed = at == 11
        pieces.append(f"<div class=box><p>{escape(text)}</p></div>" if is_boxed else f"<p>{escape(text)}</p>")
    return parts, "\n".join((*pieces, "</div>"))


def _heading(text: str, language: str) -> str:
    if language == "zh":
        return "".join(letter for letter in text[:14] if letter.isalnum())
    return " ".join(text.split()[:6]).strip(" ,.;:()")


def table_rows(chance: random.Random) -> list[list[str]]:
    """Draw a table of countries with figures."""
    columns = chance.choice((3, 4))
    head = ["Country", "Launches", "Main mission", "Budget"][:columns]
    rows = [
        [
            country,
            str(chance.randint(1, 60)),
            chance.choice(MISSIONS),
            f"{chance.randint(10, 999)}.{chance.randint(0, 9)}",
        ]
        for country in chance.sample(COUNTRIES, chance.randint(4, 9))
    ]
    return [head, *(row[:columns] for row in rows)]


def html_table(rows: Sequence[Sequence[str]]) -> str:
    """Write a table as HTML."""
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>{body}</table>"


def slides_by_chromium(name: str, texts: Mapping[str, Sequence[str]], seed: int) -> GoldDocument:
    """Print a slide deck with the deck's title and a number on every slide."""
    chance = random.Random(seed)
    language = chance.choice(("en", "fr", "ru", "zh"))
    drawn = chance.sample(list(texts[language]), 24)
    title = HEADS[language]
    parts = [Part(PassageKind.HEADING, title, 1)]
    slides = [f"<section><h1>{title}</h1></section>"]
    for number in range(2, 8):
        own = drawn[(number - 2) * 4 : (number - 1) * 4]
        heading = _heading(own[0], language)
        items = [_heading(text, language) + f" {number}{at}" for at, text in enumerate(own[1:])]
        parts += [Part(PassageKind.HEADING, heading, number)]
        parts += [Part(PassageKind.LIST_ITEM, item, number) for item in items]
        listed = "".join(f"<li>{escape(item)}</li>" for item in items)
        slides.append(
            f"<section><div class=deck>{title}</div><h2>{escape(heading)}</h2><ul>{listed}</ul>"
            f"<div class=number>{number}</div></section>"
        )
    font = chance.choice(CHINESE_FONTS if language == "zh" else FONTS)
    style = f"""@page{{size:280mm 157mm;margin:0}} body{{margin:0;font:20pt "{font}"}}
      section{{height:156mm;position:relative;break-after:page;padding:14mm;box-sizing:border-box;overflow:hidden}}
      .deck{{position:absolute;top:4mm;left:14mm;font-size:10pt}}
      .number{{position:absolute;bottom:4mm;right:10mm;font-size:10pt}}
      h1{{font-size:40pt}} h2{{font-size:28pt;margin:0 0 8mm}}"""
    page = f"<html lang={language}><meta charset=utf-8><style>{style}</style>{''.join(slides)}</html>"
    return GoldDocument(name, pdf_of_html(page), tuple(parts), group="slides")
