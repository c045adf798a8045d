"""What of HTML and CSS a mail uses, in words such as `property padding`, and the colours that its texts come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import cssselect
import lxml.html
import tinycss2
from tinycss2.ast import (
    AtRule,
    Declaration,
    DimensionToken,
    FunctionBlock,
    Node,
    PercentageToken,
    QualifiedRule,
    WhitespaceToken,
)

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
PSEUDO = ":"


def uses_of(html: str) -> set[str]:
    """Name every element, attribute, property, unit, at-rule and kind of selector that a page uses."""
    page = lxml.html.document_fromstring(html)
    found = {"element doctype"} if html.lstrip().lower().startswith("<!doctype html>") else set()
    for element in page.iter(lxml.html.etree.Element):
        found.add(f"element {element.tag}")
        for name, value in element.items():
            found.add(f"attribute {name!r}".replace("'", ""))
            if name == "style":
                found |= set(_uses_of_declarations(tinycss2.parse_declaration_list(value)))
        if element.tag == "meta":
            found.add(f"meta {element.get('name') or 'charset'}")
        if element.tag == "style":
            found |= set(_uses_of_rules(rules_of(element.text or "")))
    return found


def rules_of(css: str) -> list[Node]:
    """Read a style sheet."""
    return list(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True))


def _uses_of_rules(rules: Iterable[Node]) -> Iterator[str]:
    for rule in rules:
        if isinstance(rule, AtRule):
            words = tinycss2.serialize(rule.prelude)
            yield f"at-rule {rule.lower_at_keyword}"
            yield from (f"at-rule {name}" for name in ("prefers-color-scheme", "hover", "orientation") if name in words)
            yield from _uses_of_rules(tinycss2.parse_rule_list(rule.content or [], skip_whitespace=True))
        elif isinstance(rule, QualifiedRule):
            yield from _uses_of_selector(rule.prelude)
            yield from _uses_of_declarations(tinycss2.parse_declaration_list(rule.content))
        else:
            yield f"unreadable rule {rule}"


def _uses_of_selector(prelude: list[Node]) -> Iterator[str]:
    texts = tinycss2.serialize(prelude).strip().split(",")
    if len(texts) > 1:
        yield "selector grouping"
    for text in texts:
        if len(text.split()) > 1:
            yield "selector descendant"
        for part in text.split():
            yield from (f"selector {PSEUDO}{name}" for name in part.split(PSEUDO)[1:] if name)
            yield from (f"selector {sign}" for sign in ">+~[#*" if sign in part)
            if "." in part:
                yield "selector class"
            if part[0].isalpha():
                yield "selector type"
            if (part[0].isalpha() and "." in part) or part.count(".") > 1:
                yield "selector chaining"


def _uses_of_declarations(declarations: Iterable[Node]) -> Iterator[str]:
    for each in declarations:
        if isinstance(each, Declaration):
            yield f"property {each.lower_name}"
            if each.important:
                yield "keyword important"
            if each.lower_name == "display":
                yield f"display {tinycss2.serialize(each.value).strip()}"
            yield from _uses_of_values(each.value)
        elif not isinstance(each, WhitespaceToken) and each.type != "comment":
            yield f"unreadable declaration {each}"


def _uses_of_values(values: Iterable[Node]) -> Iterator[str]:
    for value in values:
        if isinstance(value, DimensionToken):
            yield f"unit {value.lower_unit}"
        elif isinstance(value, PercentageToken):
            yield "unit percent"
        elif isinstance(value, FunctionBlock):
            yield f"function {value.lower_name}"
            yield from _uses_of_values(value.arguments)
        elif value.type == "url":
            yield "function url"


@dataclass(frozen=True)
class Look:
    """How a text is shown: its colours as #rrggbb, its size in pixels, and whether it is bold."""

    text: str
    colour: str = "#000000"
    background: str = "#ffffff"
    size: float = 16
    is_bold: bool = False

    @property
    def contrast(self) -> float:
        """The contrast of WCAG 2, from 1 to 21."""
        one, other = sorted((_luminance(self.colour), _luminance(self.background)))
        return (other + 0.05) / (one + 0.05)

    @property
    def is_large(self) -> bool:
        """Tell large text, for which less contrast is enough."""
        return self.size >= 24 or (self.is_bold and self.size >= 18.66)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


Styles = dict[str, str]


@dataclass
class Looks:
    """Resolves what inline styles come to, and in the dark what the style sheet's rules for it put over them."""

    page: lxml.html.HtmlElement
    is_dark: bool
    over: dict[lxml.html.HtmlElement, Styles] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Lay the rules for the dark over each element, the most specific last."""
        rules = sorted(self._dark_rules(), key=lambda rule: rule[0]) if self.is_dark else []
        for _, selector, styles in rules:
            for element in self.page.cssselect(selector):
                self.over.setdefault(element, {}).update(styles)

    def _dark_rules(self) -> Iterator[tuple[tuple[int, int, int], str, Styles]]:
        for style in self.page.iter("style"):
            for rule in rules_of(style.text or ""):
                if isinstance(rule, AtRule) and "dark" in tinycss2.serialize(rule.prelude):
                    for inner in tinycss2.parse_rule_list(rule.content or [], skip_whitespace=True):
                        styles = _styles_in(tinycss2.serialize(inner.content))
                        for selector in tinycss2.serialize(inner.prelude).split(","):
                            yield cssselect.parse(selector)[0].specificity(), selector, styles

    def all(self) -> Iterator[Look]:
        """Yield every text that is shown."""
        yield from self._within(self.page.find("body"), Look(""))

    def _within(self, element: lxml.html.HtmlElement, around: Look) -> Iterator[Look]:
        styles = _styles_in(element.get("style", "")) | self.over.get(element, {})
        if styles.get("display") == "none":
            return
        weight = styles.get("font-weight", "bold" if element.tag in {"b", "strong", "th", *HEADINGS} else "")
        size = styles.get("font-size", "")
        here = Look(
            "",
            styles.get("color", around.colour),
            styles.get("background-color", element.get("bgcolor", around.background)),
            float(size.removesuffix("px")) if size.endswith("px") else around.size,
            weight in {"bold", "600", "700", "800"} if weight else around.is_bold,
        )
        if element.text and element.text.strip():
            yield Look(element.text.strip(), here.colour, here.background, here.size, here.is_bold)
        for child in element.iterchildren(lxml.html.etree.Element):
            yield from self._within(child, here)
            if child.tail and child.tail.strip():
                yield Look(child.tail.strip(), here.colour, here.background, here.size, here.is_bold)


def _styles_in(css: str) -> Styles:
    declarations = tinycss2.parse_declaration_list(css, skip_whitespace=True, skip_comments=True)
    return {
        each.lower_name: tinycss2.serialize(each.value).strip()
        for each in declarations
        if isinstance(each, Declaration)
    }
