"""Stems that bring the forms of a word together: Snowball's (Porter, 2001), and what it leaves apart.

Irregular forms are only those that are no word of their own: `found` and `left` would find what nobody looked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from perilune.stems import stem_by

FORMS_BY_WORD: Mapping[str, Mapping[str, str]] = {
    "en": {
        "analysis": "analyses",
        "axis": "axes",
        "basis": "bases",
        "become": "became",
        "begin": "began begun",
        "bring": "brought",
        "build": "built",
        "bus": "buses",
        "child": "children",
        "choose": "chose chosen",
        "crisis": "crises",
        "criterion": "criteria",
        "datum": "data",
        "die": "dying",
        "drive": "drove driven",
        "fall": "fell fallen",
        "fly": "flew flown",
        "foot": "feet",
        "forget": "forgot forgotten",
        "give": "gave given",
        "grow": "grew grown",
        "hold": "held",
        "hypothesis": "hypotheses",
        "index": "indices",
        "keep": "kept",
        "know": "knew known",
        "lead": "led",
        "lie": "lying",
        "lose": "lost",
        "make": "made",
        "man": "men",
        "matrix": "matrices",
        "medium": "media",
        "meet": "met",
        "mouse": "mice",
        "pay": "paid",
        "phenomenon": "phenomena",
        "rise": "rose risen",
        "say": "said",
        "seek": "sought",
        "sell": "sold",
        "send": "sent",
        "sky": "skies",
        "speak": "spoke spoken",
        "spectrum": "spectra",
        "spend": "spent",
        "stratum": "strata",
        "take": "took taken",
        "tell": "told",
        "thesis": "theses",
        "think": "thought",
        "tie": "tying",
        "understand": "understood",
        "undertake": "undertook undertaken",
        "win": "won",
        "woman": "women",
        "write": "wrote written",
    },
    "fr": {
        "bail": "baux",
        "ciel": "cieux",
        "émail": "émaux",
        "œil": "yeux",
        "travail": "travaux",
        "vitrail": "vitraux",
        "tenir": "tenu tenue tenus tenues tient tiennent",
        "conclure": "conclu conclue conclus conclues conclut concluent",
        "construire": "construit construite construits construites construisent construisant",
        "permettre": "permis permise permises permet permettent",
        "prendre": "pris prise prises prend prennent",
        "recevoir": "reçu reçue reçus reçues reçoit reçoivent",
        "jeu": "jeux",
        "nouveau": "nouvel nouvelle nouvelles",
        "mettre": "mis mise mises met mettent",
        "produire": "produit produite produites produisent",
    },
    "ru": {
        "человек": "люди людей людям людьми людях",
        "земля": "земель",
        "правило": "правил правила правилу правилом правиле правилам правилами правилах",
        "китай": "китая",
        "орбита": "орбите орбит",
        "запустить": "запущен запущена запущено запущены",
        "ребенок": "дети детей детям детьми детях",
        "год": "лет",
        "день": "дня дню днем дне дни дней дням днями днях",
        "конец": "конца концу концом конце концы концов",
    },
}


ALGORITHMS = {"en": "english", "fr": "french", "ru": "russian"}
LEFT_APART = {
    "en": (),
    # Verbs of the third person plural, `signent`; nouns in -ment are none.
    "fr": ((re.compile("(?<=.{4})(?<!m)ent$"), ""),),
    # The vowel of the genitive plural, `разработок`, `точек`.
    "ru": ((re.compile("(?<=..[бвгдзклмнпрстфхц])ок$"), "к"), (re.compile("(?<=.[жчш])ек$"), "к")),
}
"""What is made of a stem's ending after Snowball, by language."""


@cache
def _word_by_form(language: str) -> Mapping[str, str]:
    return {form: word for word, forms in FORMS_BY_WORD[language].items() for form in forms.split()}


def stem_of(language: str, word: str) -> str:
    """Return the stem of a lower-case word of English, French or Russian; several forms of a word have the same."""
    stem = stem_by(ALGORITHMS[language], _word_by_form(language).get(word, word))
    for ending, replacement in LEFT_APART[language]:
        stem = ending.sub(replacement, stem)
    return stem


@cache
def _forms_by_stem() -> Mapping[str, tuple[str, ...]]:
    forms: dict[str, tuple[str, ...]] = {}
    for language, words in FORMS_BY_WORD.items():
        for word, irregular in words.items():
            stem = stem_of(language, word)
            forms[stem] = (*forms.get(stem, ()), *irregular.split())
    return forms


def irregular_forms_of(stem: str) -> tuple[str, ...]:
    """Give the irregular forms that have this stem, which may begin otherwise: `held` has the stem `hold`."""
    return _forms_by_stem().get(stem, ())
