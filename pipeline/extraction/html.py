"""An HTML page as an article: title, blocks, date witnesses and what its markup says about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from lxml.html import HtmlElement

from models.vocabulary import PassageKind
from perilune.dates import Witness
from perilune.languages import language_of
from pipeline.extraction.authors import authors_of
from pipeline.extraction.boilerplate import content_blocks
from pipeline.extraction.container import blocks_of_container, is_run_together
from pipeline.extraction.gaps import head_of, lead_of, with_gaps_filled
from pipeline.extraction.html_blocks import block_of_run, raw_blocks, with_lost_headings
from pipeline.extraction.joined import with_lines_parted
from pipeline.extraction.markup import Markup
from pipeline.extraction.refusal import PageParts, reason_against
from pipeline.extraction.runs import Run, line_of, runs_of
from pipeline.extraction.selectors import Selected
from pipeline.extraction.stated_body import blocks_stated, stated_body, without_rest
from pipeline.extraction.title import MAX_TITLE_CHARS, title_of
from pipeline.extraction.witnesses import address_witness, is_day_of_update, markup_witnesses, visible_witness
from pipeline.values import Block

NO_SELECTORS: Mapping[str, str] = MappingProxyType({})
LINKED_SHARE = 0.6
MAX_BLOCKS_READ = 30
MAX_CHARS_READ = 500


@dataclass(frozen=True)
class HtmlArticle:
    """What an HTML page shows: nothing is decided yet about its date."""

    title: str
    blocks: tuple[Block, ...]
    witnesses: tuple[Witness, ...]
    authors: tuple[str, ...]
    markup: Markup
    language: str | None
    refusal: str | None
    """What the page is instead of an article."""


def article_of_html(
    text: str, url: str, *, title_hint: str | None = None, selectors: Mapping[str, str] = NO_SELECTORS
) -> HtmlArticle | None:
    """Read the article of an HTML page; None when the page has no text at all.

    ExtractionProblem where the source's selector for the body or the title matches nothing.
    """
    from trafilatura import load_html

    tree = load_html(text)
    if tree is None:
        return None
    markup, selected = Markup(tree, url), Selected(tree, selectors)
    title = selected.title or title_of(markup, title_hint)
    body = selected.blocks
    is_selected = bool(body)
    runs = [] if is_selected else runs_of(tree)
    body = body or _body(markup, title, runs)
    head = head_of(runs, body, title)
    lead = [] if is_selected else lead_of(head, body, title, markup.descriptions)
    language = _language_of(body) or markup.language
    witnesses = [selected.witness] if selected.has_date else _witnesses(markup, title, body, language)
    parts = PageParts(tree, body, title, url, markup.objects, markup.metas)
    return HtmlArticle(
        title=title or next((block.text[:MAX_TITLE_CHARS] for block in body), ""),
        blocks=(*lead, *body),
        witnesses=tuple(witness for witness in witnesses if witness),
        authors=authors_of(markup, _lines_above(tree, body, title) if is_selected else [run.text for run in head]),
        markup=markup,
        language=language,
        refusal=None if is_selected else reason_against(parts),
    )


def _lines_above(tree: HtmlElement, body: Sequence[Block], title: str) -> Iterator[str]:
    """Yield the lines between title and text; the page is walked over only for one who asks for the first."""
    yield from (run.text for run in head_of(runs_of(tree), body, title))


def _language_of(blocks: Sequence[Block]) -> str | None:
    """Tell the language by the beginning of the text, which costs as little as it can."""
    return language_of(" ".join(block.text for block in blocks[:MAX_BLOCKS_READ])[:MAX_CHARS_READ])


def _body(markup: Markup, title: str, runs: Sequence[Run]) -> list[Block]:
    """Read the blocks that the extractor, what the page states of its text, and the page's own order agree on."""
    tree, stated = markup.tree, stated_body(markup.objects)
    linked = _linked_texts(tree, runs)
    raw = raw_blocks(tree, markup.url)
    if is_run_together(raw, runs):
        raw = blocks_of_container(runs) or raw
    if stated:
        raw = without_rest(raw, stated, linked=linked) or blocks_stated(runs, stated) or raw
    raw = with_gaps_filled(with_lost_headings(with_lines_parted(raw, runs), tree), runs)
    return content_blocks(_without_captions(raw, runs), title, linked=linked)


def _without_captions(blocks: Sequence[Block], runs: Sequence[Run]) -> Sequence[Block]:
    """Leave out what stands below pictures, unless that is what the article is made of."""
    captions = frozenset(run.text for run in runs if run.is_caption)
    others = [block for block in blocks if block.text not in captions]
    return others if 2 * sum(len(block.text) for block in others) > sum(len(block.text) for block in blocks) else blocks


def _linked_texts(tree: HtmlElement, runs: Sequence[Run]) -> frozenset[str]:
    """List the texts that are links, and the lines that are little else: `Moscow: <a>The talks go on</a> 5 May`."""
    lines = [run for run in runs if run.linked_chars >= LINKED_SHARE * len(run.text)]
    links = (line_of(node.text_content()) for node in tree.iter("a") if node.get("href"))
    return frozenset((*links, *(run.text for run in lines), *(block_of_run(run).text for run in lines))) - {""}


def _witnesses(markup: Markup, title: str, blocks: Sequence[Block], language: str | None) -> list[Witness | None]:
    first_text = next((block.text for block in blocks if block.kind is not PassageKind.HEADING), "")
    beside = visible_witness(markup.tree, title, first_text, language, markup.url)
    if beside and is_day_of_update(beside, markup.metas, markup.objects, language):
        beside = None
    stated = markup_witnesses(markup.metas, markup.objects, markup.tree, title=title, url=markup.url)
    return [*stated, beside, address_witness(markup.url)]
