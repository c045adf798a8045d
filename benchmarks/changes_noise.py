"""What rotates on pages without being an edit, put into their HTML; each kind gives a page before and after."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from babel.dates import format_date

from benchmarks.changes_places import Ground, Pair

WORDINGS: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(
    (Path(__file__).parent / "changes_wordings.toml").read_text(encoding="utf-8")
)
FRAMES = (
    "<p>{}</p>",
    "<p>{}</p>",
    "<div>{}</div>",
    '<div class="meta">{}</div>',
    "<span>{}</span><br>",
    "<ul><li>{}</li></ul>",
    '<p align="right"><font size="2">{}</font></p>',
)
DATE_FIGURES = {"en": "yyyy-MM-dd", "zh": "yyyy-MM-dd", "ru": "dd.MM.yyyy", "fr": "dd/MM/yyyy"}
HEADLINES_SHOWN = 5

Noise = Callable[[Ground, "Moments"], Pair | None]


@dataclass(frozen=True)
class Moments:
    """The days of the two visits, and which half of the wordings is used."""

    first: dt.date
    second: dt.date
    is_apart: bool


def wording(kind: str, ground: Ground, *, is_apart: bool) -> str:
    """Choose a wording of a kind in the page's language from the half of the list that is asked for."""
    listed = WORDINGS[kind][ground.page.language]
    half = len(listed) // 2
    return ground.chance.choice(listed[half:] if is_apart else listed[:half])


def filled(text: str, ground: Ground, day: dt.date, scale: int) -> str:
    """Fill in what differs from visit to visit; counts and ages grow with `scale`."""
    chance, language = ground.chance, ground.page.language
    hour, minute = chance.randrange(24), chance.randrange(60)
    return text.format(
        n=scale * 1000 + chance.randrange(900),
        m=scale * 40 + chance.randrange(30),
        age=scale * 3 + chance.randrange(3),
        day=format_date(day, "full", locale=language),
        date=format_date(day, DATE_FIGURES[language], locale="en"),
        clock=f"{hour:02}:{minute:02}",
        seconds=f"{hour:02}:{minute:02}:{chance.randrange(60):02}",
        token=f"{chance.getrandbits(96):024x}",
        title=chance.choice(WORDINGS["headlines"][language]),
        degrees=scale * 4 + chance.randrange(4),
        rate=f"{60 + scale * 3 + chance.random():.2f}",
        other=f"{80 + scale * 3 + chance.random():.2f}",
    )


def put(ground: Ground, place: str, added: str) -> str | None:
    """Put HTML into one of the places where such things stand."""
    count = len(ground.paragraphs)
    if place == "top":
        return ground.after_tag(r"<body[^>]*>", added)
    if place == "head":
        return ground.after_tag(r"</h1\s*>", added)
    if place == "middle":
        return ground.after_paragraph((count - 1) // 2, added)
    if place == "within":
        return ground.inside_paragraph(count - 1, " " + added)
    return ground.after_paragraph(count - 1, added) if place == "below" else ground.at_end(added)


def _rotating(kind: str, places: str, ground: Ground, moments: Moments) -> Pair | None:
    """Say the same with other figures at the second visit."""
    text, place = wording(kind, ground, is_apart=moments.is_apart), ground.chance.choice(places.split())
    frame = "<span>{}</span>" if place == "within" else ground.chance.choice(FRAMES)
    shown = [
        put(ground, place, frame.format(filled(text, ground, day, scale)))
        for scale, day in enumerate((moments.first, moments.second), 1)
    ]
    return _pair(*shown)


def _coming(kind: str, ground: Ground, moments: Moments) -> Pair | None:
    """Show it at one of the visits only."""
    text = filled(wording(kind, ground, is_apart=moments.is_apart), ground, moments.first, 1)
    place = ground.chance.choice(("middle", "below"))
    shown = put(ground, place, ground.chance.choice(FRAMES).format(text))
    return _pair(*ground.chance.sample([ground.html, shown], 2))


def _exchanged(kind: str, ground: Ground, moments: Moments) -> Pair | None:
    """Show another of the kind at the second visit."""
    place, frame = ground.chance.choice(("middle", "below")), ground.chance.choice(FRAMES)
    texts = [wording(kind, ground, is_apart=moments.is_apart) for _ in range(2)]
    return _pair(
        *(
            put(ground, place, frame.format(filled(text, ground, moments.first, scale)))
            for scale, text in enumerate(texts, 1)
        )
    )


def _links(
    ground: Ground, moments: Moments, *, is_labelled: bool, is_reordered: bool, place: str = "below"
) -> Pair | None:
    label = wording("links", ground, is_apart=moments.is_apart)
    titles = ground.chance.sample(WORDINGS["headlines"][ground.page.language], 2 * HEADLINES_SHOWN)
    first = titles[:HEADLINES_SHOWN]
    second = ground.chance.sample(first, HEADLINES_SHOWN) if is_reordered else titles[HEADLINES_SHOWN:]
    is_linked = ground.chance.random() < 0.7
    shown = []
    for listed in (first, second):
        items = "".join(
            f'<li><a href="/n/{number}">{title}</a></li>' if is_linked else f"<li>{title}</li>"
            for number, title in enumerate(listed)
        )
        shown.append(put(ground, place, (f"<h3>{label}</h3>" if is_labelled else "") + f"<ul>{items}</ul>"))
    return _pair(*shown)


def _pair(before: str | None, after: str | None) -> Pair | None:
    return None if before is None or after is None or before == after else (before, after)


def _rewritten(rewrite: Callable[[Ground], str], ground: Ground, _: Moments) -> Pair | None:
    return _pair(ground.html, rewrite(ground))


def _texts_rewritten(change: Callable[[str], str], ground: Ground, _: Moments) -> Pair | None:
    """Rewrite what stands between tags in the paragraphs of the text."""
    page = ground.html
    for start, end in reversed(ground.paragraphs):
        parts = re.split(r"(<[^>]*>)", page[start:end])
        page = page[:start] + "".join(part if part.startswith("<") else change(part) for part in parts) + page[end:]
    return _pair(ground.html, page)


def _token(ground: Ground) -> str:
    return f"{ground.chance.getrandbits(160):040x}"


def _with_hidden_tokens(ground: Ground) -> str:
    added = f'<form><input type="hidden" name="__EVENTVALIDATION" value="{_token(ground)}"></form>'
    return ground.at_end(added + f'<img src="/pixel.gif?t={_token(ground)}" alt="">')


def _with_scripts(ground: Ground) -> str:
    script = f'<script nonce="{_token(ground)}">var session="{_token(ground)}";</script><!-- {_token(ground)} -->'
    return ground.at_end(script)


def _with_other_classes(ground: Ground) -> str:
    return re.sub(r"<p\b(?![^>]*class)", f'<p class="css-{_token(ground)[:6]}"', ground.html)


def _with_a_cookie_banner(ground: Ground) -> str:
    return ground.at_end(
        '<div class="cookie-banner"><p>We use cookies to improve this website. <a href="#">Accept</a></p></div>'
    )


def _with_another_menu(ground: Ground) -> str:
    added = '<nav><ul><li><a href="/events">Events</a></li><li><a href="/jobs">Jobs</a></li></ul></nav>'
    return ground.after_tag(r"<body[^>]*>", added) or ground.html


def _with_another_footer(ground: Ground) -> str:
    return ground.at_end(f"<footer><p>© {ground.chance.randrange(2020, 2027)} All rights reserved.</p></footer>")


def _with_wrappers(ground: Ground) -> str:
    return re.sub(r"(<body[^>]*>)(.*)(</body)", r'\1<div id="page-wrap">\2</div>\3', ground.html, flags=re.DOTALL)


NOISE: dict[str, Noise] = {
    "visitor counter": partial(_rotating, "counter", "head middle below"),
    "counter within a paragraph": partial(_rotating, "counter", "within"),
    "likes, comments, shares": partial(_rotating, "reactions", "head below"),
    "readers online": partial(_rotating, "online", "head below foot"),
    "date of the day": partial(_rotating, "today", "top head below"),
    "clock": partial(_rotating, "clock", "top head below"),
    "stamp of an update": partial(_rotating, "updated", "head below"),
    "relative time": partial(_rotating, "ago", "head middle below"),
    "token in sight": partial(_rotating, "token", "below foot"),
    "weather": partial(_rotating, "weather", "top head below"),
    "exchange rates": partial(_rotating, "rates", "top head below"),
    "advertisement comes or goes": partial(_coming, "advertisement"),
    "another advertisement": partial(_exchanged, "advertisement"),
    "subscription line comes or goes": partial(_coming, "subscribe"),
    "teaser comes or goes": partial(_coming, "teaser"),
    "another teaser": partial(_exchanged, "teaser"),
    "related links reordered": partial(_links, is_labelled=True, is_reordered=True),
    "related links exchanged": partial(_links, is_labelled=True, is_reordered=False),
    "links reordered, no label": partial(_links, is_labelled=False, is_reordered=True),
    "links exchanged, no label": partial(_links, is_labelled=False, is_reordered=False),
    "headlines beside the text": partial(_links, is_labelled=True, is_reordered=False, place="foot"),
    "hidden tokens": partial(_rewritten, _with_hidden_tokens),
    "scripts and comments": partial(_rewritten, _with_scripts),
    "class names": partial(_rewritten, _with_other_classes),
    "wrapping elements": partial(_rewritten, _with_wrappers),
    "cookie banner": partial(_rewritten, _with_a_cookie_banner),
    "menu": partial(_rewritten, _with_another_menu),
    "footer": partial(_rewritten, _with_another_footer),
    "white space": partial(_texts_rewritten, lambda text: text.replace(" ", "\n   ")),
    "spaces that do not break": partial(_texts_rewritten, lambda text: text.replace(" ", "\u00a0\u200b")),
    "quotation marks and dashes": partial(
        _texts_rewritten, lambda text: re.sub(r"['’]", "\u2019", text.replace("–", "-").replace('"', "“"))
    ),
    "decomposed letters": partial(_texts_rewritten, lambda text: unicodedata.normalize("NFD", text)),
    "character references": partial(
        _texts_rewritten, lambda text: re.sub(r"[^\x00-\x7f]", lambda match: f"&#{ord(match.group())};", text)
    ),
}
