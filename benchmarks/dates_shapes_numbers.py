"""Shapes of pages whose day is written in unusual numbers, eras, fields or documents."""

from __future__ import annotations

import datetime as dt
import io

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from benchmarks.dates_pages import FOUR, Draw, Page, Parts, Shape
from perilune.dates import PartialDate

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
CHINESE = "〇一二三四五六七八九"
FULL_WIDTH = str.maketrans("0123456789-/", "０１２３４５６７８９－／")
FIRST_REIWA = dt.date(2019, 5, 1)


def european_numbers(draw: Draw) -> Page:
    """Slashed date, day first by the language or the country's host."""
    draw.day = draw.day.replace(day=draw.chance.randrange(1, 13))
    url = "https://www.agency.gov.uk/news/item" if draw.language == "en" else draw.address("/news/item")
    return draw.page(Parts(beside=draw.line(f"{draw.day:%d/%m/%Y}")), gold=draw.day, url=url)


def american_numbers(draw: Draw) -> Page:
    """Slashed date, month first by the host or the language's country."""
    draw.day = draw.day.replace(day=draw.chance.randrange(1, 13))
    url, code = draw.chance.choice((("https://www.agency.gov/news/item", "en"), ("https://agency.org/item", "en-US")))
    shown = draw.line(f"{draw.day:%m/%d/%Y}")
    return draw.page(Parts(beside=shown), gold=draw.day, url=url, language_code=code)


def numbers_settled_by_others(draw: Draw) -> Page:
    """Slashed date, its order told by other dates of the page."""
    draw.day = draw.day.replace(day=draw.chance.randrange(1, 13))
    form = draw.chance.choice(("%d/%m/%Y", "%m/%d/%Y"))
    items = "".join(
        f'<li><a href="/{place}">{draw.title[:9]} {place}</a> '
        f"{draw.day.replace(month=1 + place, day=14 + place).strftime(form)}</li>"
        for place in range(6)
    )
    return draw.own(Parts(beside=draw.line(draw.day.strftime(form)), below=f"<ul>{items}</ul>"))


def numbers_settled_by_address(draw: Draw) -> Page:
    """Slashed date, its order told by the month in the address."""
    draw.day = draw.day.replace(day=draw.chance.choice([day for day in range(1, 13) if day != draw.day.month]))
    shown = draw.line(draw.day.strftime(draw.chance.choice(("%d/%m/%Y", "%m/%d/%Y"))))
    return draw.own(Parts(beside=shown), url=draw.address(f"/{draw.day:%Y/%m}/item.html"))


def two_digit_year(draw: Draw) -> Page:
    """Year of two digits."""
    forms = {"ru": "%d.%m.%y", "fr": "%d/%m/%y", "de": "%d.%m.%y", "zh": "%y-%m-%d", "en": "%d %b %y"}
    shown = draw.day.strftime(forms[draw.language])
    label = (
        draw.said("published", shown)
        if draw.language == "zh"
        else draw.chance.choice((shown, draw.said("published", shown)))
    )
    return draw.own(Parts(beside=draw.line(label)))


def roman_month(draw: Draw) -> Page:
    """Month in Roman numerals."""
    form = draw.chance.choice(("{}/{}/{}", "{}.{}.{}", "{} {} {}"))
    return draw.own(Parts(beside=draw.line(form.format(draw.day.day, ROMAN[draw.day.month - 1], draw.day.year))))


def chinese_numerals(draw: Draw) -> Page:
    """Chinese numerals."""
    year = "".join(CHINESE[int(digit)] for digit in str(draw.day.year))
    shown = f"{year}年{_chinese(draw.day.month)}月{_chinese(draw.day.day)}日"
    return draw.own(Parts(**{draw.chance.choice(("beside", "after")): draw.line(shown)}))


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens < 1 else "十" if tens == 1 else f"{CHINESE[tens]}十") + (
        CHINESE[ones] if ones or not tens else ""
    )


def minguo_year(draw: Draw) -> Page:
    """Year of the Republic of China."""
    year, day = draw.day.year - 1911, draw.day
    shown = draw.chance.choice((f"民國{year}年{day.month}月{day.day}日", f"中華民國 {year} 年 {day:%m} 月 {day:%d} 日"))
    return draw.own(
        Parts(beside=draw.line(draw.chance.choice((shown, f"發布日期：{shown}", f"發布日期：{year}-{day:%m-%d}"))))
    )


def japanese_era(draw: Draw) -> Page:
    """Year of a Japanese era."""
    reiwa = draw.day >= FIRST_REIWA
    year = draw.day.year - (2018 if reiwa else 1988)
    number = "元" if year == 1 else str(year)
    shown = f"{'令和' if reiwa else '平成'}{number}年{draw.day.month}月{draw.day.day}日"
    return draw.own(Parts(beside=draw.line(draw.chance.choice((shown, draw.said("published", shown))))))


def full_width(draw: Draw) -> Page:
    """Full-width digits."""
    form = draw.chance.choice(("%Y年%m月%d日", "%Y-%m-%d", "%Y/%m/%d"))
    return draw.own(Parts(beside=draw.line(draw.day.strftime(form).translate(FULL_WIDTH))))


def iso_week(draw: Draw) -> Page:
    """ISO week or ordinal date in the time element."""
    week = "{}-W{:02d}-{}".format(*draw.day.isocalendar())
    stated = draw.chance.choice((week, f"{draw.day:%Y-%j}", week.replace("-", "")))
    return draw.own(Parts(beside=f'<time datetime="{stated}">{draw.day:%A}</time>'))


def epoch(draw: Draw) -> Page:
    """Seconds since 1970 in an attribute that a script would show."""
    seconds = int(dt.datetime.combine(draw.day, dt.time(12), dt.UTC).timestamp())
    number = draw.chance.choice((seconds, 1000 * seconds))
    name = draw.chance.choice(("data-timestamp", "data-time", "data-date"))
    return draw.own(Parts(beside=f'<span class="date" {name}="{number}"></span>'))


def hidden_field(draw: Draw) -> Page:
    """Hidden field of a form."""
    name = draw.chance.choice(draw.words.hidden_fields)
    value = draw.chance.choice((f"{draw.day}T00:00:00", f"{draw.day:%d %B %Y}", f"{draw.day:%Y/%m/%d} 0:00:00"))
    return draw.own(Parts(above=f'<input type="hidden" name="{name}" value="{value}">'))


def month_alone(draw: Draw) -> Page:
    """Month alone below the title."""
    shown = f"{draw.day:%B %Y}" if draw.language == "en" else f"{draw.day:%Y}年{draw.day.month}月"
    return draw.page(Parts(beside=draw.line(shown)), gold=PartialDate(draw.day.year, draw.day.month))


def pdf_cover(draw: Draw) -> Page:
    """Cover of a PDF."""
    return _document(draw, draw.written(), PartialDate.of(draw.day))


def pdf_cover_with_event(draw: Draw) -> Page:
    """Cover of a PDF with an event's days and its own label."""
    event = f"Workshop held {draw.other_day():%d %B %Y}, Vienna"
    return _document(draw, f"Published {draw.written()}", PartialDate.of(draw.day), event)


def pdf_without_date(draw: Draw) -> Page:
    """PDF whose first page states no day."""
    return _document(draw, "Working paper", None)


def _document(draw: Draw, line: str, gold: PartialDate | None, *more: str) -> Page:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1)
    for number, lines in enumerate(((draw.title, "", *more, line), draw.words.prose["en"])):
        height = 760.0
        for piece in (piece for text in lines for piece in _wrapped(text)):
            canvas.setFont("Helvetica", 22 if number == 0 and piece == draw.title else 11)
            canvas.drawString(60, height, piece)
            height -= 28
        canvas.showPage()
    canvas.save()
    url = draw.address("/files/paper.pdf")
    return Page("", target.getvalue(), url, draw.day + dt.timedelta(days=90), gold, "application/pdf")


def _wrapped(text: str) -> list[str]:
    words = text.split(" ")
    return [" ".join(words[place : place + 12]) for place in range(0, len(words), 12)]


NUMBERS: tuple[tuple[Shape, tuple[str, ...]], ...] = (
    (european_numbers, ("en", "fr", "es", "it")),
    (american_numbers, ("en",)),
    (numbers_settled_by_others, ("en",)),
    (numbers_settled_by_address, ("en",)),
    (two_digit_year, ("ru", "fr", "de", "zh", "en")),
    (roman_month, ("en", "fr", "ru")),
    (chinese_numerals, ("zh",)),
    (minguo_year, ("zh",)),
    (japanese_era, ("ja",)),
    (full_width, ("zh", "ja")),
    (iso_week, FOUR),
    (epoch, FOUR),
    (hidden_field, ("en", "fr")),
    (month_alone, ("en", "zh")),
    (pdf_cover, ("en", "fr")),
    (pdf_cover_with_event, ("en",)),
    (pdf_without_date, ("en",)),
)
