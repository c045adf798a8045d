"""The encoder with its real packaged weights (loaded once), and the running means of languages."""

from __future__ import annotations

import concurrent.futures
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from pipeline import e5_package
from pipeline.encoder import DEFAULT_ENCODER, Encoder, EncoderProblem, TransformerEncoder, load_encoder, prefix_of
from pipeline.language_means import LanguageMeans, prior_means

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
def encoder(model_cache: Path) -> TransformerEncoder:
    """The default encoder."""
    return load_encoder(DEFAULT_ENCODER, model_cache)


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


def test_a_second_load_finds_the_finished_folder_and_no_rubbish(encoder: Encoder, model_cache: Path) -> None:
    folder = e5_package.packaged_model(model_cache)
    written = (folder / "model.safetensors").stat().st_mtime_ns
    assert e5_package.packaged_model(model_cache) == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == written
    assert sorted(path.name for path in model_cache.iterdir()) == [".build.lock", folder.name]


def test_a_model_folder_is_loaded_by_its_path(encoder: Encoder, model_cache: Path) -> None:
    folder = e5_package.packaged_model(model_cache)
    by_path = load_encoder(str(folder), model_cache)
    assert by_path.model == str(folder)
    assert by_path.encode([NEWS["ru"]]) == pytest.approx(encoder.encode([NEWS["ru"]]), abs=1e-5)


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
