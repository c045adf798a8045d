"""The encoder in ONNX Runtime with 8-bit weights; apart from the one in torch because it must not import torch.

Errors: ExportProblem, for every reason why a model cannot be run this way.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.encoding.model_folders import (
    CONFIG_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    ModelParts,
    PartsProblem,
    built_folder,
)
from pipeline.encoding.text_pieces import TextPieces, pieces_of

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

# Part of the export's name: raise it whenever the graph or the files beside it change.
EXPORT_VERSION = 2
GRAPH_FILE = "model.onnx"
_FINGERPRINT_CHARS = 12


class ExportProblem(Exception):
    """A model cannot be exported, or its export cannot be run; the message says why."""


class OnnxEncoder:
    """An exported model; vectors are within a cosine of 0.99 of the full-precision model's. Safe to share.

    Each text runs by itself: nothing is padded, and its vector does not depend on the other texts' (8-bit activations
    are scaled over all that runs together). Threads take texts, not parts of one.
    """

    def __init__(
        self, model: str, *, session: InferenceSession, tokenizer: Tokenizer, prefix: str, threads: int
    ) -> None:
        self.model = model
        self.dimensions = int(session.get_outputs()[0].shape[1])
        self._session = session
        self._tokenizer = tokenizer
        self._prefix = prefix
        self._threads = threads

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one L2-normalised row per text; only the first tokens count, up to the tokenizer's limit."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        tokens = [one.ids for one in self._tokenizer.encode_batch([self._prefix + text for text in texts])]

        def fill(place: int) -> None:
            ids = np.array([tokens[place]], dtype=np.int64)
            vectors[place] = self._session.run(["vector"], {"ids": ids})[0][0]

        longest_first = sorted(range(len(tokens)), key=lambda place: -len(tokens[place]))
        if len(tokens) > 1 and self._threads > 1:
            with ThreadPoolExecutor(min(self._threads, len(tokens))) as pool:
                list(pool.map(fill, longest_first))
        else:
            for place in longest_first:
                fill(place)
        return vectors

    def in_context(self, text: str) -> TextPieces:
        """Return the pieces of a text, each with its place and its vector in this context; as many as count."""
        encoded = self._tokenizer.encode(self._prefix + text)
        states = self._session.run(["context"], {"ids": np.array([encoded.ids], dtype=np.int64)})[0][0]
        return pieces_of(encoded.offsets, states, prefix_chars=len(self._prefix))


def available_cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def fingerprint_of(folder: Path) -> str:
    """Tell a model folder's present files from earlier ones under its name, without reading the weights."""
    try:
        states = [(folder / name).stat() for name in (CONFIG_FILE, WEIGHTS_FILE, TOKENIZER_FILE)]
    except OSError as problem:
        raise ExportProblem(f"it lacks {problem.filename}") from problem
    facts = [str(folder.resolve()), *(f"{state.st_size} {state.st_mtime_ns}" for state in states)]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:_FINGERPRINT_CHARS]


def exported_folder(
    cache: Path, source: str, parts: Callable[[], ModelParts], *, version: int = EXPORT_VERSION
) -> Path:
    """Return the export of the model called `source`, made first if need be (5 s and 130 MB, once).

    Raises ExportProblem.
    """
    from pipeline.encoding.bert_graph import GraphProblem, write_graph

    def write(folder: Path) -> None:
        model = parts()
        write_graph(model, folder / GRAPH_FILE)
        (folder / TOKENIZER_FILE).write_text(model.tokenizer, encoding="utf-8")

    try:
        return built_folder(cache, f"{source}-int8-v{version}", write)
    except (GraphProblem, PartsProblem, OSError, ImportError) as problem:
        raise ExportProblem(str(problem)) from problem


def load_export(folder: Path, *, max_tokens: int) -> tuple[InferenceSession, Tokenizer]:
    """Start an export's session and its tokenizer, which keeps `max_tokens` tokens of a text; takes 1 to 2 s.

    Raises ExportProblem.
    """
    try:
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as errors
        from tokenizers import Tokenizer
    except ImportError as missing:
        raise ExportProblem(f"{missing}; install onnxruntime") from missing
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # The graph is as fused as it should be: more makes its normalisations slower.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    unreadable = (errors.Fail, errors.InvalidGraph, errors.InvalidProtobuf, errors.NoSuchFile, errors.NotImplemented)
    try:
        session = onnxruntime.InferenceSession(folder / GRAPH_FILE, options, providers=["CPUExecutionProvider"])
        tokenizer = Tokenizer.from_str((folder / TOKENIZER_FILE).read_text(encoding="utf-8"))
    except (*unreadable, OSError) as problem:
        raise ExportProblem(f"{problem}; remove {folder} to have it made again") from problem
    tokenizer.enable_truncation(max_tokens)
    tokenizer.no_padding()
    return session, tokenizer
