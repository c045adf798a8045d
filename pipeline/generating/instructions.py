"""Sentences that speak to a model instead of reporting; apart because extracts, prompts and answers are kept from them.

Four languages, by form: an order to ignore what was said, a role, a model that is addressed. News about such orders
is not meant, and orders that no such form gives away are not found: the check of every generated sentence stays.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata

from pipeline.generating.instruction_forms import CODED_RUN, CONTROL_MARKS, INSTRUCTION
from pipeline.summaries.sentences import sentences_of

# What each form has in it: most paragraphs have nothing of the kind, which is told many times faster.
_SUSPECTS = (  # noqa: SIM905 - a list of eighty words would take a page
    "instruction prompt directive consigne disregard forget ignore assistant summar chatbot llm gpt system système"
    " developer translat process résumé réponse artificielle modèle robot игнорир забудь отбрось обращай учитывай"
    " инструкц указани резюме пересказ сводк ответ перевод искусствен языков ассистент нейросет бот систем 忽略 无视"
    " 無視 忘 理会 抛开 指令 指示 提示 摘要 回答 总结 總結 翻译 回复 智能 模型 机器人 助手 助理 系统"
).split()
_SUSPECT_PHRASES = (
    *("language model", "an ai ", "all ai", "ai model", "ai:", "ai,", "ai!", "you are", "your "),
    *(" ia ", " ia:", "ии ", "ии,", "ии:", "ии!"),
)


def is_instruction(sentence: str) -> bool:
    """Tell whether a sentence speaks to a model: an order to ignore or write, a role, an address; also when coded."""
    shown = _plain(sentence)
    return _has_marks(shown) or (_is_suspect(shown) and INSTRUCTION.search(shown) is not None)


def _has_marks(text: str) -> bool:
    if "<!--" in text or (any(mark in text for mark in "<[#") and CONTROL_MARKS.search(text)):
        return True
    return any(_is_coded_order(run[0]) for run in CODED_RUN.finditer(text))


def _is_suspect(text: str) -> bool:
    lowered = text.lower()
    return any(word in lowered for word in (*_SUSPECTS, *_SUSPECT_PHRASES))


def without_instructions(text: str, language: str | None) -> str:
    """Blank out every paragraph in which a sentence speaks to a model; all other places in the text stay the same."""
    parts = _paragraphs(text)
    kept = [part if part.isspace() or not _holds_one(part, language) else _blank(part) for part in parts]
    return text if kept == parts else "".join(kept)


def _paragraphs(text: str) -> list[str]:
    return re.split(r"(\n[^\S\n]*\n\s*)", text)


def _holds_one(paragraph: str, language: str | None) -> bool:
    shown = _plain(paragraph)
    if _has_marks(shown):
        return True
    spans = sentences_of(shown, language) if _is_suspect(shown) else []
    sentences = (shown[span.start : span.end] for span in spans)
    return any(_is_suspect(sentence) and INSTRUCTION.search(sentence) for sentence in sentences)


def _blank(paragraph: str) -> str:
    return re.sub(r"[^\n]", " ", paragraph)


def _plain(text: str) -> str:
    """Undo what hides letters: other widths, and signs that do not show."""
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in folded if unicodedata.category(sign) != "Cf")


def _is_coded_order(run: str) -> bool:
    standard = run.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        said = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return said.isprintable() and INSTRUCTION.search(_plain(said)) is not None
