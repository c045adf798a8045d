"""The encoder with its real packaged weights (loaded once), and the running means of languages."""

from __future__ import annotations

import concurrent.futures
import importlib.util
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from pipeline.encoding import e5_package
from pipeline.encoding.encoder import (
    DEFAULT_ENCODER,
    Encoder,
    EncoderProblem,
    TransformerEncoder,
    load_encoder,
    load_torch_encoder,
    prefix_of,
)
from pipeline.encoding.language_means import LanguageMeans, prior_means
from pipeline.encoding.model_folders import parts_in
from pipeline.encoding.onnx_encoder import EXPORT_VERSION, GRAPH_FILE, OnnxEncoder, exported_folder

NEWS = {
    "en": "China and Russia signed an agreement to build a research station on the Moon.",
    "zh": "中国和俄罗斯签署了在月球上建设科研站的合作协议。",
    "ru": "Китай и Россия подписали соглашение о строительстве научной станции на Луне.",
    "fr": "La Chine et la Russie ont signé un accord pour construire une station de recherche sur la Lune.",
}
OTHER_NEWS = {
    "en": "A satellite helped rescue teams to map the floods in Pakistan.",
    "zh": "一颗卫星帮助救援队绘制了巴基斯坦洪水的地图。",
    "ru": "Спутник помог спасателям составить карту наводнения в Пакистане.",
    "fr": "Un satellite a aidé les secours à cartographier les inondations au Pakistan.",
}


@pytest.fixture(scope="module")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder in which a killed build has left its rubbish."""
    cache = tmp_path_factory.mktemp("models")
    abandoned = cache / ".building-1"
    abandoned.mkdir()
    (abandoned / "model.safetensors").write_bytes(b"half")
    return cache


@pytest.fixture(scope="module")
def encoder(model_cache: Path) -> Encoder:
    """The default encoder."""
    return load_encoder(DEFAULT_ENCODER, model_cache)


def _tiny_model(
    folder: Path, *, kind: str = "bert", seed: int = 1, settings: Mapping[str, object] | None = None
) -> Path:
    """Write a model folder with random weights whose tokens are single letters."""
    import torch
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors
    from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast

    signs = {
        sign: number for number, sign in enumerate(["<s>", "<pad>", "</s>", "<unk>", *"abcdefghijklmnopqrstuvwxyz "])
    }
    tokenizer = Tokenizer(models.WordLevel(signs, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>").save_pretrained(folder)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = AutoConfig.for_model(
        kind,
        vocab_size=len(signs),
        pad_token_id=1,
        max_position_embeddings=520,
        initializer_range=0.3,
        **sizes,
        **(settings or {}),
    )
    torch.manual_seed(seed)
    AutoModel.from_config(config).save_pretrained(folder)
    return folder


def test_vectors_have_the_promised_shape_and_length(encoder: Encoder) -> None:
    vectors = encoder.encode(list(NEWS.values()))
    assert vectors.shape == (4, encoder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimensions)


def test_a_vector_depends_neither_on_the_order_nor_on_the_company(encoder: Encoder) -> None:
    texts = [*NEWS.values(), "", "Luna 25", " ".join(OTHER_NEWS.values())]
    together = encoder.encode(texts)
    backwards = encoder.encode(texts[::-1])[::-1]
    alone = np.vstack([encoder.encode([text]) for text in texts])
    assert together == pytest.approx(backwards, abs=1e-5)
    assert together == pytest.approx(alone, abs=1e-5)


def test_only_the_lead_of_a_long_text_counts(encoder: Encoder) -> None:
    lead = "The agencies met in Vienna to discuss lunar exploration. " * 60
    one, other = encoder.encode([lead, lead + "Apples are ripe in autumn. " * 200])
    assert float(one @ other) == pytest.approx(1, abs=1e-5)


def test_threads_may_share_an_encoder(encoder: Encoder) -> None:
    alone = encoder.encode([NEWS["en"]])
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for vector in pool.map(lambda _: encoder.encode([NEWS["en"]]), range(8)):
            assert vector == pytest.approx(alone, abs=1e-5)


@pytest.mark.parametrize("one", NEWS)
@pytest.mark.parametrize("other", NEWS)
def test_centred_vectors_find_the_same_news_in_every_language(encoder: Encoder, one: str, other: str) -> None:
    means = LanguageMeans(prior=prior_means(DEFAULT_ENCODER))
    news = means.centred(encoder.encode([NEWS[one]])[0], one)
    same = means.centred(encoder.encode([NEWS[other]])[0], other)
    different = means.centred(encoder.encode([OTHER_NEWS[other]])[0], other)
    assert float(news @ same) > float(news @ different) + 0.2


@pytest.mark.parametrize("kind", ["bert", "xlm-roberta", "roberta"])
def test_an_export_of_each_supported_kind_agrees_with_torch(tmp_path: Path, kind: str) -> None:
    folder = _tiny_model(tmp_path / "tiny-e5", kind=kind)
    texts = ["the moon", "a station on the moon " * 40, "z"]
    exported, full = load_encoder(str(folder), tmp_path), load_torch_encoder(str(folder), tmp_path)
    assert isinstance(exported, OnnxEncoder)
    assert exported.model == str(folder)
    assert (exported.encode(texts) * full.encode(texts)).sum(axis=1).min() > 0.99
    mine, theirs = exported.in_context(texts[0]), full.in_context(texts[0])
    assert mine.spans == theirs.spans
    assert mine.spans[-1][1] == len(texts[0])
    norms = np.linalg.norm(mine.vectors, axis=1) * np.linalg.norm(theirs.vectors, axis=1)
    assert ((mine.vectors * theirs.vectors).sum(axis=1) / norms).min() > 0.99


def test_the_default_export_agrees_with_full_precision_in_every_language(encoder: Encoder, model_cache: Path) -> None:
    full = load_torch_encoder(DEFAULT_ENCODER, model_cache)
    texts = [*NEWS.values(), *OTHER_NEWS.values(), *(text * 12 for text in NEWS.values()), "Luna 25", ""]
    assert isinstance(encoder, OnnxEncoder)
    assert encoder.model == full.model == DEFAULT_ENCODER
    assert (encoder.encode(texts) * full.encode(texts)).sum(axis=1).min() > 0.99


def test_full_precision_vectors_do_not_depend_on_the_company(tmp_path: Path) -> None:
    full = load_torch_encoder(str(_tiny_model(tmp_path / "tiny")), tmp_path)
    texts = ["the moon", "", "a station on the moon " * 40]
    assert full.encode(texts) == pytest.approx(np.vstack([full.encode([text]) for text in texts]), abs=1e-5)
    assert full.encode([]).shape == (0, full.dimensions)


def test_a_second_load_finds_the_finished_export_and_no_rubbish(encoder: Encoder, model_cache: Path) -> None:
    export = next(model_cache.glob("*-int8-*"))
    written = (export / GRAPH_FILE).stat().st_mtime_ns
    again = load_encoder(DEFAULT_ENCODER, model_cache)
    assert (export / GRAPH_FILE).stat().st_mtime_ns == written
    assert again.encode([NEWS["zh"]]) == pytest.approx(encoder.encode([NEWS["zh"]]), abs=1e-6)
    assert not list(model_cache.glob(".building-*"))


def test_an_export_of_another_version_or_of_changed_files_is_made_anew(tmp_path: Path) -> None:
    folder, cache = _tiny_model(tmp_path / "tiny"), tmp_path / "cache"
    first = exported_folder(cache, "tiny", lambda: parts_in(folder))
    assert exported_folder(cache, "tiny", lambda: parts_in(folder), version=EXPORT_VERSION + 1) != first
    before = load_encoder(str(folder), cache).encode(["moon"])
    _tiny_model(folder, seed=2)
    assert load_encoder(str(folder), cache).encode(["moon"]) != pytest.approx(before, abs=1e-6)


_LOADS_AN_EXPORT = """
import sys
from pathlib import Path
from pipeline.encoding.encoder import load_encoder
vector = load_encoder(sys.argv[1], Path(sys.argv[2])).encode(["moon"])
print(round(float(vector[0][0]), 4), sorted({"torch", "transformers"} & set(sys.modules)))
"""


def test_processes_that_ask_at_once_share_one_export_and_need_no_torch(tmp_path: Path) -> None:
    folder, cache = _tiny_model(tmp_path / "tiny"), tmp_path / "cache"
    cache.mkdir()
    (cache / ".building-1").mkdir()
    command = [sys.executable, "-c", _LOADS_AN_EXPORT, str(folder), str(cache)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    printed = {process.communicate(timeout=120)[0] for process in running}
    assert len(printed) == 1
    assert printed.pop().endswith(" []\n")
    assert [path.name.split("-")[-2:] for path in cache.iterdir() if path.is_dir()] == [["int8", f"v{EXPORT_VERSION}"]]


@pytest.mark.parametrize(
    ("kind", "settings", "reason"),
    [("distilbert", {"dim": 32, "n_layers": 1, "n_heads": 4}, "distilbert"), ("bert", {"hidden_act": "relu"}, "relu")],
)
def test_a_model_that_cannot_be_exported_runs_in_torch_with_one_warning(
    tmp_path: Path, kind: str, settings: dict[str, object], reason: str
) -> None:
    folder = _tiny_model(tmp_path / "tiny", kind=kind, settings=settings)
    with capture_logs() as events:
        loaded = load_encoder(str(folder), tmp_path / "cache")
    assert isinstance(loaded, TransformerEncoder)
    assert [(event["log_level"], reason in event["reason"]) for event in events] == [("warning", True)]
    assert not [path for path in (tmp_path / "cache").iterdir() if path.is_dir()]


def test_a_damaged_export_is_told_and_torch_steps_in(tmp_path: Path) -> None:
    folder, cache = _tiny_model(tmp_path / "tiny"), tmp_path / "cache"
    load_encoder(str(folder), cache)
    next(cache.glob(f"*/{GRAPH_FILE}")).write_bytes(b"half")
    with capture_logs() as events:
        assert isinstance(load_encoder(str(folder), cache), TransformerEncoder)
    assert "remove " in events[0]["reason"]


def test_a_model_of_the_hub_is_used_from_its_download_without_asking_the_hub(tmp_path: Path) -> None:
    home = tmp_path / "models--some--tiny-e5"
    _tiny_model(home / "snapshots" / "abc123")
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text("abc123")
    loaded = load_encoder("some/tiny-e5", tmp_path)
    assert isinstance(loaded, OnnxEncoder)
    assert loaded.model == "some/tiny-e5"
    assert loaded.encode(["moon"]).shape == (1, 32)


def test_a_folder_without_a_model_is_a_clear_problem(tmp_path: Path) -> None:
    with pytest.raises(EncoderProblem, match=r"cannot be loaded .*give a model folder"):
        load_encoder(str(tmp_path), tmp_path / "cache")


def test_weights_that_are_not_the_expected_ones_are_refused(tmp_path: Path) -> None:
    other = tmp_path / e5_package.WEIGHTS_FILE
    other.write_bytes(b"E5S1 but not these weights")
    with pytest.raises(e5_package.WeightsProblem, match="reinstall"):
        e5_package.verified_content(other)


def test_the_weights_package_is_found_without_running_its_code() -> None:
    found = importlib.util.find_spec(e5_package.PACKAGE)
    assert found is not None
    assert found.origin is not None
    assert (Path(found.origin).parent / e5_package.WEIGHTS_FILE).is_file()


@pytest.mark.parametrize(
    ("model", "prefix"),
    [
        ("multilingual-e5-small", "query: "),
        ("intfloat/multilingual-e5-large", "query: "),
        ("/models/e5_base", "query: "),
        ("sentence-transformers/all-MiniLM-L6-v2", ""),
        ("abcde55/other", ""),
    ],
)
def test_only_e5_models_see_a_prefix(model: str, prefix: str) -> None:
    assert prefix_of(model) == prefix


def _unit(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    vector = np.array(values, dtype=np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def test_many_texts_outweigh_the_prior_and_few_do_not() -> None:
    prior = {"fr": _unit(1, 0, 0), "any": _unit(0, 0, 1)}
    means = LanguageMeans(prior=prior)
    for _ in range(10):
        means = means.updated("fr", _unit(0, 1, 0))
    assert means.mean("fr", 3) == pytest.approx([100 / 110, 10 / 110, 0])
    assert means.mean("ru", 3) == pytest.approx([0, 0, 1])
    assert means.mean(None, 3) == pytest.approx([0, 0, 1])


def test_updating_leaves_the_earlier_value_alone() -> None:
    before = LanguageMeans()
    after = before.updated("en", _unit(1, 0)).updated(None, _unit(0, 1))
    assert not before.sums
    assert {language: seen.count for language, seen in after.sums.items()} == {"en": 1}


def test_the_first_text_of_an_unknown_encoder_keeps_its_direction() -> None:
    vector = _unit(3, 4)
    means = LanguageMeans(prior=prior_means("some/other-model")).updated("en", vector)
    assert means.centred(vector, "en") == pytest.approx(vector, abs=1e-5)
