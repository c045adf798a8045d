"""A BERT model as an ONNX graph with 8-bit weights, from one text's tokens to its vector; it alone writes ONNX.

Written operator by operator instead of traced from torch: building takes 5 s and no torch, and the graph has what
the runtime does fastest. Weights are scaled per output column (dynamic quantisation of the activations).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.encoding.model_folders import ModelParts

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto

# Where a processor adds pairs of 8-bit products in 16 bits (AVX2), 255 x 63 twice just fits and 255 x 127 does not.
WEIGHT_LIMIT = 63
EMBEDDING_LIMIT = 127
EMBEDDING_ROWS = 20_000  # quantised at a time, so that the vocabulary is not copied whole
OPSET, IR_VERSION = 17, 9
FUSED = "com.microsoft"
ABSOLUTE_FAMILIES = frozenset({"bert"})
OFFSET_FAMILIES = frozenset({"roberta", "xlm-roberta"})  # positions count from the padding's number on
PREFIXES = ("bert.", "roberta.")
_AFFINE = ("weight", "bias")

Floats = NDArray[np.float32]


class GraphProblem(Exception):
    """The model is of a kind that this module cannot write."""


def write_graph(parts: ModelParts, path: Path) -> None:
    """Write the graph `ids` int64 [1, tokens] -> `vector` float32 [1, dimensions], mean-pooled and L2-normalised.

    Its second output `context` [1, tokens, dimensions] has each token's state at `context_layer`. Raises GraphProblem
    for anything but BERT and RoBERTa encoders with GELU.
    """
    import onnx

    try:
        onnx.save(_Graph(parts).model(), path)
    except KeyError as missing:
        raise GraphProblem(f"the model has no {missing}") from missing


def context_layer(layers: int) -> int:
    """Return after how many layers a token's state tells its meaning in its context best: five sixths of them."""
    return max(1, round(layers * 5 / 6))


class _Graph:
    """The nodes and weights so far; each method adds some and returns the name of what they compute."""

    def __init__(self, parts: ModelParts) -> None:
        import onnx

        self._onnx = onnx
        self._config = parts.config
        self._tensors = {_without_prefix(name): tensor for name, tensor in parts.tensors.items()}
        self._nodes: list[NodeProto] = []
        self._weights: list[TensorProto] = []
        _check_kind(parts.config)

    def model(self) -> ModelProto:
        """Compute everything and return the finished model."""
        hidden = self._number("hidden_size")
        self._constant("thirds", np.array([hidden, hidden, hidden], np.int64))
        states = self._embeddings()
        layers = self._number("num_hidden_layers")
        for layer in range(layers):
            states = self._layer(states, f"encoder.layer.{layer}")
            if layer + 1 == context_layer(layers):
                self._add("Identity", [states], "context")
        mean = self._add("ReduceMean", [states], "mean", axes=[1], keepdims=0)
        self._add("LpNormalization", [mean], "vector", axis=1, p=2)
        helper, kinds = self._onnx.helper, self._onnx.TensorProto
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [helper.make_tensor_value_info("ids", kinds.INT64, [1, "tokens"])],
            [
                helper.make_tensor_value_info("vector", kinds.FLOAT, [1, hidden]),
                helper.make_tensor_value_info("context", kinds.FLOAT, [1, "tokens", hidden]),
            ],
            self._weights,
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, 1)]
        model: ModelProto = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        return model

    def _embeddings(self) -> str:
        rows, scales = _quantised_rows(self._tensors["embeddings.word_embeddings.weight"])
        taken = self._add("Gather", [self._constant("words", rows), "ids"], "word_rows")
        factors = self._add("Gather", [self._constant("word_scales", scales), "ids"], "row_scales")
        words = self._add("Mul", [self._add("Cast", [taken], "row_floats", to=1), factors], "word_vectors")
        places = self._tensors["embeddings.position_embeddings.weight"]
        if self._config["model_type"] in OFFSET_FAMILIES:
            places = places[self._number("pad_token_id") + 1 :]
        table = self._constant("places", places + self._tensors["embeddings.token_type_embeddings.weight"][0])
        count = self._add("Shape", ["ids"], "count", start=1, end=2)
        start = self._constant("start", np.array([0], np.int64))
        placed = self._add("Slice", [table, start, count], "place_vectors")
        return self._normalised(self._add("Add", [words, placed], "embedded"), "embeddings.LayerNorm")

    def _layer(self, states: str, layer: str) -> str:
        attended = self._linear(self._attention(states, layer), f"{layer}.attention.output.dense")
        summed = self._add("Add", [attended, states], f"{layer}.attention.sum")
        states = self._normalised(summed, f"{layer}.attention.output.LayerNorm")
        widened = self._linear(states, f"{layer}.intermediate.dense")
        active = self._add("Gelu", [widened], f"{layer}.gelu", FUSED)
        summed = self._add("Add", [self._linear(active, f"{layer}.output.dense"), states], f"{layer}.sum")
        return self._normalised(summed, f"{layer}.output.LayerNorm")

    def _attention(self, states: str, layer: str) -> str:
        sources = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
        # One product for the three: the activations are then quantised once.
        joined = self._product(
            states,
            np.concatenate([self._tensors[f"{source}.weight"] for source in sources]),
            np.concatenate([self._tensors[f"{source}.bias"] for source in sources]),
            f"{layer}.attention.joined",
        )
        node = self._onnx.helper.make_node("Split", [joined, "thirds"], sources, axis=-1, name=f"{joined}.split")
        self._nodes.append(node)
        heads = self._number("num_attention_heads")
        return self._add("MultiHeadAttention", sources, f"{layer}.attention", FUSED, num_heads=heads)

    def _linear(self, states: str, name: str) -> str:
        return self._product(states, self._tensors[f"{name}.weight"], self._tensors[f"{name}.bias"], name)

    def _product(self, states: str, matrix: Floats, bias: Floats, name: str) -> str:
        weights, scales = _quantised(matrix, WEIGHT_LIMIT)
        inputs = [
            states,
            self._constant(f"{name}.weight", weights.T),
            self._constant(f"{name}.scale", scales[:, 0]),
            "",
            self._constant(f"{name}.bias", bias),
        ]
        return self._add("DynamicQuantizeMatMul", inputs, name, FUSED)

    def _normalised(self, states: str, name: str) -> str:
        inputs = [states, *(self._constant(f"{name}.{part}", self._tensors[f"{name}.{part}"]) for part in _AFFINE)]
        return self._add("LayerNormalization", inputs, name, axis=-1, epsilon=self._epsilon())

    def _constant(self, name: str, value: NDArray[np.generic]) -> str:
        self._weights.append(self._onnx.numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _add(self, kind: str, inputs: list[str], output: str, domain: str = "", **settings: float | list[int]) -> str:
        node = self._onnx.helper.make_node(kind, inputs, [output], name=output, domain=domain)
        node.attribute.extend(self._onnx.helper.make_attribute(key, value) for key, value in settings.items())
        self._nodes.append(node)
        return output

    def _number(self, key: str) -> int:
        return int(str(self._config[key]))

    def _epsilon(self) -> float:
        return float(str(self._config["layer_norm_eps"]))


def _without_prefix(name: str) -> str:
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _check_kind(config: Mapping[str, object]) -> None:
    """Refuse what the graph would compute wrongly."""
    if config.get("model_type") not in ABSOLUTE_FAMILIES | OFFSET_FAMILIES:
        raise GraphProblem(f"the model type {config.get('model_type')} is not BERT or RoBERTa")
    usual = {"hidden_act": "gelu", "position_embedding_type": "absolute", "is_decoder": False}
    for key, value in usual.items():
        if config.get(key, value) != value:
            raise GraphProblem(f"its {key} is {config[key]}, not {value}")


def _quantised(matrix: Floats, limit: int) -> tuple[NDArray[np.int8], Floats]:
    """Return 8-bit rows and the factor of each, shape [rows, 1]."""
    largest = np.maximum(matrix.max(axis=1, keepdims=True), -matrix.min(axis=1, keepdims=True))
    scales = np.asarray(np.where(largest > 0, largest / limit, 1.0), np.float32)
    return np.rint(matrix / scales).astype(np.int8), scales


def _quantised_rows(table: Floats) -> tuple[NDArray[np.int8], Floats]:
    chunks = [
        _quantised(table[start : start + EMBEDDING_ROWS], EMBEDDING_LIMIT)
        for start in range(0, len(table), EMBEDDING_ROWS)
    ]
    return np.concatenate([rows for rows, _ in chunks]), np.concatenate([scales for _, scales in chunks])
