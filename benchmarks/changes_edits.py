"""Edits of a page's content, made in its HTML; each kind gives a page before and after, None where it has no place."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks.changes_places import Ground, Pair

SENTENCE = re.compile(r"(?<=[.。!?])\s*(?=[^\s\d.])")
MIN_SENTENCE_CHARS = 14

Edit = Callable[[Ground], Pair | None]


def _replaced(ground: Ground, pattern: str, replace: Callable[[re.Match[str]], str | None]) -> Pair | None:
    """Replace one place of the texts of the paragraphs that matches."""
    found = []
    for start, end in ground.paragraphs:
        for text in re.finditer(r"(?<=>)[^<>]+(?=<)", ground.html[start:end]):
            found += [
                (start + text.start() + match.start(), start + text.start() + match.end(), match)
                for match in re.finditer(pattern, text.group())
            ]
    ground.chance.shuffle(found)
    for first, last, match in found:
        new = replace(match)
        if new is not None and new != match.group():
            return ground.html, ground.with_text(first, last, new)
    return None


def _number(ground: Ground) -> Pair | None:
    return _replaced(
        ground, r"(?<![\d&#.,])\d{1,4}(?![\d;.,])", lambda match: str(int(match.group()) + ground.chance.randint(1, 9))
    )


def _fraction(ground: Ground) -> Pair | None:
    return _replaced(ground, r"(?<=\d[.,])\d(?!\d)", lambda match: str((int(match.group()) + 1) % 10))


def _listed(kind: str, ground: Ground) -> Pair | None:
    """Exchange one of the pairs of words that are listed for the language."""
    pairs = ground.page.rows(kind)
    ground.chance.shuffle(pairs)
    for old, new in pairs:
        pattern = old if re.match("[\u3400-\u9fff]", old) else rf"\b{re.escape(old)}\b"
        if changed := _replaced(ground, pattern, partial(_always, new)):
            return changed
    return None


def _always(text: str, _: re.Match[str]) -> str:
    return text


def _month(ground: Ground) -> Pair | None:
    months = ground.page.words("months")
    pattern = "|".join(rf"(?<!\w){name}" if ground.page.language != "zh" else rf"(?<!\d){name}" for name in months)
    return _replaced(
        ground, pattern, lambda match: ground.chance.choice([name for name in months if name != match.group()])
    )


def _name(ground: Ground) -> Pair | None:
    """Correct one letter of a name, or one character of a Chinese word."""
    if ground.page.language == "zh":
        return _replaced(
            ground,
            r"(?<=[\u3400-\u9fff])[\u3400-\u9fff](?=[\u3400-\u9fff])",
            lambda _: ground.chance.choice("星航海林明"),
        )
    return _replaced(
        ground,
        r"(?<=[a-zа-я,] )[A-ZА-Я][a-zа-я]{3,}",
        lambda match: match.group()[:-1] + ("o" if match.group().isascii() else "о"),
    )


def _year(ground: Ground) -> Pair | None:
    return _replaced(ground, r"(?<!\d)(?:19|20)\d\d(?!\d)", lambda match: str(int(match.group()) + 1))


def _sentences(ground: Ground, change: Callable[[list[str], int], list[str]]) -> Pair | None:
    """Change the sentences of a paragraph that has several."""
    for start, end in ground.chance.sample(list(ground.paragraphs), len(ground.paragraphs)):
        parts = re.match(r"(?s)(<[^>]*>)([^<]+)(<.*)", ground.html[start:end])
        sentences = [part for part in SENTENCE.split(parts.group(2)) if part.strip()] if parts else []
        if parts and len(sentences) > 1 and min(map(len, sentences)) >= MIN_SENTENCE_CHARS:
            changed = change(list(sentences), ground.chance.randrange(len(sentences)))
            space = "" if ground.page.language == "zh" else " "
            return ground.html, ground.with_text(start, end, parts.group(1) + space.join(changed) + parts.group(3))
    return None


def _sentence_added(ground: Ground) -> Pair | None:
    extra = ground.chance.choice(ground.page.words("extra"))
    return _sentences(ground, lambda sentences, place: [*sentences[: place + 1], extra, *sentences[place + 1 :]])


def _sentence_removed(ground: Ground) -> Pair | None:
    return _sentences(ground, lambda sentences, place: sentences[:place] + sentences[place + 1 :])


def _paragraph_added(where: str, kind: str, ground: Ground) -> Pair:
    last = len(ground.paragraphs) - 1
    place = {"middle": last // 2, "end": last, "start": 0}[where]
    return ground.html, ground.after_paragraph(place, f"<p>{ground.chance.choice(ground.page.words(kind))}</p>")


def _paragraph_removed(ground: Ground) -> Pair:
    start, end = ground.chance.choice(ground.paragraphs[1:])
    return ground.html, ground.with_text(start, end, "")


def _title(ground: Ground) -> Pair | None:
    titles = re.findall(r"<h1[^>]*>\s*([^<>]{8,}?)\s*</h1", ground.html, re.IGNORECASE)
    if not titles:
        return None
    words = titles[0].split() if ground.page.language != "zh" else list(titles[0])
    words[ground.chance.randrange(len(words))] = "2031"
    new = ("" if ground.page.language == "zh" else " ").join(words)
    return ground.html, ground.html.replace(titles[0], new).replace(html.escape(titles[0]), new)


def _list(change: Callable[[Ground, list[str]], list[str]], ground: Ground) -> Pair:
    """Change a list that the page has among or below its paragraphs."""
    items = ground.page.words("items")
    place = ground.chance.choice((len(ground.paragraphs) - 1, (len(ground.paragraphs) - 1) // 2))
    shown = [
        ground.after_paragraph(place, "<ul>" + "".join(f"<li>{item}</li>" for item in listed) + "</ul>")
        for listed in (items, change(ground, list(items)))
    ]
    return shown[0], shown[1]


def _with_item(ground: Ground, items: list[str]) -> list[str]:
    new = re.sub(r"\d+", lambda match: str(int(match.group()) + 1), items[0], count=1)
    return [ground.chance.choice(ground.page.words("extra")).rstrip(".。") if new == items[0] else new, *items]


def _without_item(ground: Ground, items: list[str]) -> list[str]:
    items.pop(ground.chance.randrange(len(items)))
    return items


def _with_changed_item(ground: Ground, items: list[str]) -> list[str]:
    place = ground.chance.randrange(len(items))
    items[place] = re.sub(r"20(\d\d)", lambda match: f"20{int(match.group(1)) + 1:02}", items[place])
    return items


def _table(change: Callable[[Ground, list[list[str]]], None], ground: Ground) -> Pair:
    """Change a table that the page has below its paragraphs."""
    rows = ground.page.rows("rows")
    changed = [list(row) for row in rows]
    change(ground, changed)
    place = (len(ground.paragraphs) - 1) // 2
    shown = [ground.after_paragraph(place, _html_of(table)) for table in (rows, changed)]
    return shown[0], shown[1]


def _html_of(rows: Sequence[Sequence[str]]) -> str:
    cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return '<table border="1">' + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


def _add_row(_: Ground, rows: list[list[str]]) -> None:
    rows.append(["Solar Orbiter", "ESA", "2020"])


def _drop_row(ground: Ground, rows: list[list[str]]) -> None:
    rows.pop(ground.chance.randrange(1, len(rows)))


def _change_cell(ground: Ground, rows: list[list[str]]) -> None:
    row = ground.chance.choice(rows[1:])
    row[2] = re.sub(r"\d+", lambda match: str(int(match.group()) + 1), row[2])


def _line(texts: Callable[[Ground], tuple[str, str]], tag: str, ground: Ground) -> Pair:
    """Change a short line that is a block of its own."""
    place = (len(ground.paragraphs) - 1) // 2
    before, after = (ground.after_paragraph(place, f"<{tag}>{text}</{tag}>") for text in texts(ground))
    return before, after


def _counts(ground: Ground) -> tuple[str, str]:
    text, count = ground.page.words("count")[0], ground.chance.randrange(3, 60)
    return text.format(n=count), text.format(n=count + 1)


def _days(ground: Ground) -> tuple[str, str]:
    item = ground.page.words("items")[0]
    day = re.split("，|, ", item)[-1]
    return day, day.replace("17", str(ground.chance.randrange(18, 29)))


def _headings(ground: Ground) -> tuple[str, str]:
    first, second = ground.page.words("heading")
    return first, second


EDITS: dict[str, Edit] = {
    "a number in a sentence": _number,
    "a digit after the point": _fraction,
    "a year": _year,
    "a month": _month,
    "a tense or a word": partial(_listed, "swaps"),
    "a negation": partial(_listed, "not"),
    "a letter of a name": _name,
    "sentence added": _sentence_added,
    "sentence removed": _sentence_removed,
    "paragraph added in the middle": partial(_paragraph_added, "middle", "extra"),
    "paragraph added at the end": partial(_paragraph_added, "end", "extra"),
    "paragraph added at the start": partial(_paragraph_added, "start", "extra"),
    "event cancelled": partial(_paragraph_added, "start", "cancelled"),
    "event cancelled, at the end": partial(_paragraph_added, "end", "cancelled"),
    "paragraph removed": _paragraph_removed,
    "title": _title,
    "list item added": partial(_list, _with_item),
    "list item removed": partial(_list, _without_item),
    "list item changed": partial(_list, _with_changed_item),
    "table row added": partial(_table, _add_row),
    "table row removed": partial(_table, _drop_row),
    "table cell changed": partial(_table, _change_cell),
    "a count in a line": partial(_line, _counts, "p"),
    "an event's day in a line": partial(_line, _days, "p"),
    "an event's day in a heading": partial(_line, _days, "h3"),
    "a heading": partial(_line, _headings, "h2"),
}
