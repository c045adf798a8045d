"""Organisations that no actor is are found by the words that such names turn on, in four languages."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pipeline.understanding.actor_files import load_actors
from pipeline.understanding.gazetteer import Gazetteer
from pipeline.understanding.organisation_model import (
    OrganisationModel,
    OrganisationModelProblem,
    organisation_model,
)
from pipeline.understanding.unknown_names import name_key, names_beside, unknown_names
from pipeline.values import Span

GAZETTEER = Gazetteer(load_actors())


def names_in(text: str) -> list[str]:
    return [found.name for found in names_beside(GAZETTEER, text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Ruritanian Space Agency signed.", ["Ruritanian Space Agency"]),
        ("Yesterday the University of Zenda and Hentzau Institute met.", ["University of Zenda", "Hentzau Institute"]),
        ("Rupert of the Ministry of Science and Art of Zenda", ["Ministry of Science and Art of Zenda"]),
        ("Dr Flavia of Zenda University's laboratory", ["Zenda University"]),
        ("Acme Aerospace Ltd. It won. Zenda Technologies", ["Acme Aerospace Ltd", "Zenda Technologies"]),
        ("the Zenda Centre of the Chinese Academy of Sciences", ["Zenda Centre of the Chinese Academy of Sciences"]),
        ("L’Agence spatiale zendaise et l'Université de Zenda", ["Agence spatiale zendaise", "Université de Zenda"]),
        ("avec l'Institut national de recherche océanique a observé", ["Institut national de recherche océanique"]),
        ("鲁里坦尼亚航天局局长访问北京，与曾达大学签署协议。", ["鲁里坦尼亚航天局", "曾达大学"]),
        ("曾达卫星技术有限公司会见日本曾达大学专家", ["曾达卫星技术有限公司", "日本曾达大学"]),
        ("土耳其安卡拉空间研究所", ["土耳其安卡拉空间研究所"]),
        ("中国科学院曾达光学研究所研制的仪器", ["中国科学院曾达光学研究所"]),
        ("соглашение с АО «Зенда» и компанией «Руритания»", ["АО «Зенда»", "компанией «Руритания»"]),
        ("Руританское космическое агентство подписало соглашение.", ["Руританское космическое агентство"]),
        ("Учёные Института кристаллической оптики провели опыт.", ["Института кристаллической оптики"]),
    ],
)
def test_a_name_that_no_actor_bears_is_found_in_its_longest_form(text: str, expected: list[str]) -> None:
    assert names_in(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The European Space Agency, the UAE Space Agency and NASA met the Chinese Academy of Sciences.",
        "the National Space Agency, the Space Agency, the Ministry of Foreign Affairs, an International Committee",
        "Foundation Models at the Centre. Office hours. The University. The Institute said so.",
        "中国国家航天局和中国科学院国家空间科学中心，有限公司，国家航天局，研究中心",
        "Роскосмос, институт и университет, Космическое агентство",
        "L'agence et le ministère des Affaires étrangères; l'Agence spatiale européenne",
        "THE MOON IS BRIGHT AND THE STARS SHINE",
        "",
    ],
)
def test_known_actors_and_what_every_country_has_are_no_unknown_names(text: str) -> None:
    assert names_in(text) == []


def test_spellings_and_cases_of_one_name_have_one_key() -> None:
    assert name_key("the Zenda  Institute") == name_key("ZENDA INSTITUTE")
    assert name_key("l’Institut de Zénda") == name_key("Institut de Zenda")
    assert name_key("Руританского космического агентства") == name_key("Руританское космическое агентство")
    assert name_key("АО «Зенда»") == name_key("компанией «Зенда»")
    assert name_key("曾達光學研究所") == name_key("曾达光学研究所")


def test_a_name_is_found_once_where_it_stands_first() -> None:
    text = "🚀 Zenda Institute. The Zenda Institute again."
    [found] = unknown_names(text)
    assert text[found.span.start : found.span.end] == "Zenda Institute"
    assert found.span.start == 2


@pytest.mark.parametrize(
    "piece", ["Aa ", "Institute of ", "航天局", "Институт ", "«", "АО «", "A.B.", "Institut de la "]
)
def test_hostile_text_takes_bounded_time(piece: str) -> None:
    started = time.perf_counter()
    unknown_names(piece * (60_000 // len(piece)))
    assert time.perf_counter() - started < 3


def test_what_a_plug_in_spots_joins_what_is_found() -> None:
    text = "Rassendyll and NASA flew."
    found = names_beside(GAZETTEER, text, lambda _: [Span(0, 10), Span(15, 19)])
    assert [each.name for each in found] == ["Rassendyll"]


def _tiny_model(folder: Path, labels: list[str]) -> Path:
    """Write a model for token classification with random weights that calls every word by its first label."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForTokenClassification, PreTrainedTokenizerFast

    signs = {sign: number for number, sign in enumerate(["<pad>", "<unk>", "Zenda", "Works", "flew"])}
    tokenizer = Tokenizer(models.WordLevel(signs, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>").save_pretrained(folder)
    names = dict(enumerate(labels))
    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = BertConfig(vocab_size=len(signs), id2label=names, label2id={name: n for n, name in names.items()}, **sizes)
    network = BertForTokenClassification(config)
    with torch.no_grad():
        network.classifier.bias[0] = 50.0
    network.save_pretrained(folder)
    return folder


def test_a_model_for_named_entities_proposes_the_organisations_it_sees(tmp_path: Path) -> None:
    model = organisation_model(str(_tiny_model(tmp_path / "ner", ["I-ORG", "O"])), tmp_path)
    assert model is not None
    assert model("Zenda Works") == [Span(0, 11)]
    assert [found.name for found in names_beside(GAZETTEER, "Zenda Works, NASA", model)] == ["Zenda Works, NASA"]
    assert [span.end for span in model("Zenda " * 500)][-1] == 2999


def test_without_a_setting_no_model_is_loaded(tmp_path: Path) -> None:
    assert organisation_model(None, tmp_path) is None
    assert isinstance(organisation_model("somewhere", tmp_path), OrganisationModel)


def test_a_model_that_cannot_serve_is_a_problem_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(OrganisationModelProblem, match="cannot be loaded as a model for token classification"):
        OrganisationModel(str(tmp_path / "empty"), tmp_path)("text")
    with pytest.raises(OrganisationModelProblem, match="knows no organisations: its labels are O, PER"):
        OrganisationModel(str(_tiny_model(tmp_path / "per", ["B-PER", "O"])), tmp_path)("text")
