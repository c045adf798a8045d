"""Makes pages that are articles though they look like something else: short ones, lists with a text, many headings."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.refusal_lists import Draw, Maker, day_of, href_of, page_of, rows_of


def _article(draw: Draw, body: str, *, title: str = "", beside: str = "") -> tuple[str, str]:
    """Put a text below its headline and its day, in one of a few frames."""
    chance, words = draw.chance, draw.words
    title = title or words.title(chance)
    day = day_of(chance, words)
    frame = (
        "<div id='content'><h2 class='title'>{t}</h2><div class='info'>{d}</div>{b}</div>{s}"
        if draw.is_held_out
        else "<main><article><h1>{t}</h1><p class='date'>{d}</p>{b}</article></main>{s}"
    )
    head = '<meta property="og:type" content="article">' if chance.random() < 0.3 else ""
    html = page_of(words, title, frame.format(t=title, d=day, b=body, s=beside), head=head)
    path = chance.choice(
        (f"/2024/05/{chance.randint(1, 9999)}.html", f"/node/{chance.randint(1, 9999)}", "/news/an-item")
    )
    return path, html


def _paragraphs(draw: Draw, count: int, sentences: int = 3) -> str:
    return "".join(f"<p>{draw.words.prose(draw.chance, sentences)}</p>" for _ in range(count))


def news(draw: Draw) -> tuple[str, str]:
    """Make a plain article."""
    return _article(draw, _paragraphs(draw, draw.chance.randint(3, 8)))


def short_news(draw: Draw) -> tuple[str, str]:
    """Make two or three sentences beside lists of other news, in the main part at times."""
    name = draw.chance.choice(draw.words.sections)
    beside = f"<div class='more'><h3>{name}</h3>{rows_of(draw, draw.chance.randint(5, 10))}</div>"
    return _article(draw, f"<p>{draw.words.prose(draw.chance, draw.chance.randint(2, 3))}</p>", beside=beside)


def call_for_papers(draw: Draw) -> tuple[str, str]:
    """Make an introduction with a list of links."""
    rows = "".join(f'<li><a href="{href_of(draw)}">{draw.words.title(draw.chance)}</a></li>' for _ in range(10))
    return _article(draw, f"{_paragraphs(draw, 2)}<ul>{rows}</ul>")


def live_blog(draw: Draw) -> tuple[str, str]:
    """Make dated entries, each with a link to itself."""
    entries = "".join(
        f"<div class='entry'><h3><a href='#e{place}'>{9 + place}:15 {draw.words.title(draw.chance)}</a></h3>"
        f"{_paragraphs(draw, 1, 2)}</div>"
        for place in range(draw.chance.randint(6, 12))
    )
    return _article(draw, entries)


def interview(draw: Draw) -> tuple[str, str]:
    """Make questions and answers."""
    turns = "".join(
        f"<p><b>{draw.words.title(draw.chance)}?</b></p>{_paragraphs(draw, 1)}"
        for _ in range(draw.chance.randint(4, 8))
    )
    return _article(draw, turns)


def chapter(draw: Draw) -> tuple[str, str]:
    """Make a report's chapter, with the contents before it and the way to the next chapter."""
    contents = "".join(f'<li><a href="/report/ch{n}">{draw.words.title(draw.chance)}</a></li>' for n in range(1, 9))
    body = f"<ol>{contents}</ol>{_paragraphs(draw, 4)}<a rel='next' href='/report/ch3'>{draw.words.following}</a>"
    return _article(draw, body)


def glossary(draw: Draw) -> tuple[str, str]:
    """Make terms with what they mean, of which some are links."""
    plain, linked = "<dt>{t}</dt><dd>{p}</dd>", "<dt><a href='/term/{n}'>{t}</a></dt><dd>{p}</dd>"
    shapes = (linked if draw.is_held_out else plain, plain, plain)
    terms = "".join(
        shapes[place % 3].format(n=place, t=draw.words.title(draw.chance), p=draw.words.prose(draw.chance, 2))
        for place in range(12)
    )
    return _article(draw, f"<dl>{terms}</dl>")


def programme(draw: Draw) -> tuple[str, str]:
    """Make an event's programme, whose talks are links to their slides."""
    rows = "".join(
        f"<tr><td>{9 + place // 2}:{30 * (place % 2):02}</td><td><a href='/slides/{place}.pdf'>"
        f"{draw.words.title(draw.chance)}</a></td><td>{draw.chance.choice(draw.words.who)}</td></tr>"
        for place in range(12)
    )
    return _article(draw, f"{_paragraphs(draw, 1, 2)}<table>{rows}</table>")


def launches(draw: Draw) -> tuple[str, str]:
    """Make a table of launches, each with a link to its mission."""
    cells = ("{d}", "CZ-{n} / <a href='/mission/{n}'>Mission {n}</a>", "{what}", "{where}")
    shape = "".join(f"<td>{cell}</td>" for cell in cells)
    chance, words = draw.chance, draw.words
    rows = "".join(
        f"<tr>{shape}</tr>".format(
            d=day_of(chance, words), n=place, what=chance.choice(words.what), where=chance.choice(words.where)
        )
        for place in range(15)
    )
    return _article(draw, f"{_paragraphs(draw, 1, 2)}<table>{rows}</table>")


def photo_essay(draw: Draw) -> tuple[str, str]:
    """Make pictures with long captions."""
    tag = "p" if draw.is_held_out else "figcaption"
    pictures = "".join(
        f"<figure><img src='{n}.jpg'><{tag}>{draw.words.prose(draw.chance, 2)}</{tag}></figure>" for n in range(8)
    )
    return _article(draw, pictures)


def round_up(draw: Draw) -> tuple[str, str]:
    """Make ten headed paragraphs, each with a link."""
    parts = [(draw.words.title(draw.chance), draw.words.prose(draw.chance, 3), href_of(draw)) for _ in range(10)]
    shape = (
        "<div class='part'><h3><a href='{h}'>{t}</a></h3><p>{p}</p></div>"
        if draw.is_held_out
        else "<h3>{t}</h3><p>{p} <a href='{h}'>{m}</a></p>"
    )
    return _article(draw, "".join(shape.format(t=t, p=p, h=h, m=draw.words.more) for t, p, h in parts))


def whole_releases(draw: Draw) -> tuple[str, str]:
    """Make releases one after the other, each with its whole text."""
    parts = "".join(
        f"<div class='release'><h2><a href='{href_of(draw)}'>{draw.words.title(draw.chance)}</a></h2>"
        f"<p>{day_of(draw.chance, draw.words)}</p>{_paragraphs(draw, 4, 4)}</div>"
        for _ in range(6)
    )
    return "/releases", page_of(draw.words, draw.words.sections[1], f"<main>{parts}</main>")


def article_with_video(draw: Draw) -> tuple[str, str]:
    """Make a text below a player."""
    return _article(draw, f"<video src='/a.mp4'></video>{_paragraphs(draw, draw.chance.randint(2, 4))}")


def cut_article(draw: Draw) -> tuple[str, str]:
    """Make the first paragraphs of an article that only subscribers may read on."""
    beside = f"<div class='latest'>{rows_of(draw, 6)}</div>"
    return _article(draw, f"{_paragraphs(draw, 2)}<div class='wall'>Subscribe to read the rest.</div>", beside=beside)


ARTICLES: Mapping[str, Maker] = {
    "news": news,
    "short news beside lists": short_news,
    "call for papers with a list": call_for_papers,
    "live blog": live_blog,
    "interview": interview,
    "chapter of a report": chapter,
    "glossary": glossary,
    "programme of an event": programme,
    "table of launches": launches,
    "photo essay": photo_essay,
    "weekly round-up": round_up,
    "releases in full": whole_releases,
    "article with a video": article_with_video,
    "cut by a paywall": cut_article,
}
