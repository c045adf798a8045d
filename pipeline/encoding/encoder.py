"""Texts as vectors: which encoder the pipeline uses, and the one in torch; apart because it alone knows transformers.

A model runs in ONNX Runtime wherever it can (`encoder_onnx`), else in torch.

Errors: EncoderProblem, for every reason why an encoder cannot be loaded.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from structlog import get_logger

from perilune.problems import Problem
from pipeline.encoding.bert_graph import context_layer
from pipeline.encoding.e5_package import MODEL_FOLDER, WeightsProblem, packaged_model, packaged_parts
from pipeline.encoding.model_folders import WEIGHTS_FILE, parts_in
from pipeline.encoding.onnx_encoder import (
    ExportProblem,
    OnnxEncoder,
    available_cores,
    exported_folder,
    fingerprint_of,
    load_export,
)
from pipeline.encoding.text_pieces import TextPieces, pieces_of
from pipeline.foreign_models import FOREIGN_PARTS, FOREIGN_WEIGHTS

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

DEFAULT_ENCODER = "multilingual-e5-small"
LEAD_TOKENS = 256
MAX_TOKENS = 512
_BATCH_TEXTS = 16

log = get_logger()


class EncoderProblem(Problem):
    """An encoder cannot be loaded; the message says what would help."""


class Encoder(Protocol):
    """What turns texts into vectors of one model."""

    @property
    def model(self) -> str:
        """The name that vectors of this model are stored under."""

    @property
    def dimensions(self) -> int:
        """The length of a vector."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one L2-normalised row per text, shape [n, dimensions]."""

    def in_context(self, text: str) -> TextPieces:
        """Return the pieces of a text, each with its place and its vector in this context."""


class TransformerEncoder:
    """A transformers model with mean pooling over the tokens; safe to share between threads."""

    def __init__(
        self,
        model: str,
        *,
        tokenizer: PreTrainedTokenizerBase,
        network: PreTrainedModel,
        max_tokens: int = LEAD_TOKENS,
    ) -> None:
        self.model = model
        self.dimensions = int(network.config.hidden_size)
        self._tokenizer = tokenizer
        self._network = network
        self._max_tokens = max_tokens
        self._prefix = prefix_of(model)
        # A fast tokenizer's truncation is state of its own: two threads in it at once raise an error.
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one L2-normalised row per text; only the first `max_tokens` tokens of a text count."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        with self._lock:
            tokens = self._tokens_of(texts)
            for batch in _batches_by_length([len(ids) for ids in tokens]):
                vectors[batch] = self._encode_batch([tokens[place] for place in batch])
        return vectors

    def in_context(self, text: str) -> TextPieces:
        """Return the pieces of a text, each with its place and its vector in this context; as many as count."""
        import torch

        with self._lock, torch.inference_mode():
            encoded = self._tokenizer(
                self._prefix + text, truncation=True, max_length=self._max_tokens, return_offsets_mapping=True
            )
            ids = torch.tensor([encoded["input_ids"]])
            states = self._network(input_ids=ids, output_hidden_states=True).hidden_states
            context = states[context_layer(len(states) - 1)][0].float().numpy()
        return pieces_of(encoded["offset_mapping"], context, prefix_chars=len(self._prefix))

    def _tokens_of(self, texts: Sequence[str]) -> list[list[int]]:
        if not texts:
            return []
        prefixed = [self._prefix + text for text in texts]
        encoded = self._tokenizer(prefixed, truncation=True, max_length=self._max_tokens, return_attention_mask=False)
        return [list(ids) for ids in encoded["input_ids"]]

    def _encode_batch(self, tokens: list[list[int]]) -> NDArray[np.float32]:
        import torch

        batch = self._tokenizer.pad({"input_ids": tokens}, return_tensors="pt", return_attention_mask=True)
        with torch.inference_mode():
            states = self._network(
                input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]
            ).last_hidden_state
            return _pooled(states, batch["attention_mask"])


def _pooled(states: torch.Tensor, mask: torch.Tensor) -> NDArray[np.float32]:
    weights = mask.unsqueeze(-1).to(states.dtype)
    means = (states * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)
    norms = means.norm(dim=1, keepdim=True).clamp(min=1e-12)
    return np.asarray((means / norms).float().numpy(), dtype=np.float32)


def _batches_by_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    # Texts of one length waste no padding; the stable sort keeps the batches, and so the figures, the same.
    order = sorted(range(len(lengths)), key=lambda place: -lengths[place])
    for start in range(0, len(order), _BATCH_TEXTS):
        yield order[start : start + _BATCH_TEXTS]


def prefix_of(model: str) -> str:
    """Return what a model was trained to see before a text: `query: ` for the e5 family (its model card)."""
    return "query: " if "e5" in Path(model).name.lower().replace("_", "-").split("-") else ""


def load_encoder(
    name: str, cache: Path, *, threads: int | None = None, max_tokens: int = LEAD_TOKENS
) -> OnnxEncoder | TransformerEncoder:
    """Load the encoder `name`: the packaged `multilingual-e5-small`, a model folder, or a name on the hub.

    `cache` keeps downloaded weights and the export to ONNX with 8-bit weights, which is made at the first load
    (10 s) and starts in 1 to 2 s afterwards; a model that cannot be exported runs in torch, with a warning.
    `threads` defaults to the cores there are. Raises EncoderProblem.
    """
    limit = min(max_tokens, MAX_TOKENS)
    try:
        session, tokenizer = load_export(_export_of(name, cache), max_tokens=limit)
    except ExportProblem as problem:
        log.warning("encoder runs in torch, which is slower", encoder=name, reason=str(problem))
        return load_torch_encoder(name, cache, threads=threads, max_tokens=limit)
    return OnnxEncoder(
        name, session=session, tokenizer=tokenizer, prefix=prefix_of(name), threads=threads or available_cores()
    )


def _export_of(name: str, cache: Path) -> Path:
    if name == DEFAULT_ENCODER:
        with _as_encoder_problem():
            return exported_folder(cache, MODEL_FOLDER, packaged_parts)
    folder = Path(name) if Path(name).is_dir() else _hub_folder(name, cache)
    return exported_folder(cache, f"{folder.name}-{fingerprint_of(folder)}", lambda: parts_in(folder))


def _hub_folder(name: str, cache: Path) -> Path:
    """Return where a hub model's files are, downloading what transformers needs of them at the first use."""
    from huggingface_hub import snapshot_download

    try:
        folder = Path(snapshot_download(name, cache_dir=cache, local_files_only=True))
        if (folder / WEIGHTS_FILE).is_file():
            return folder
    except (OSError, ValueError):  # nothing of it is here, or it is no name at all: the download says which
        pass
    _load_parts(name, cache, local=False)
    return Path(snapshot_download(name, cache_dir=cache, local_files_only=True))


def load_torch_encoder(
    name: str, cache: Path, *, threads: int | None = None, max_tokens: int = LEAD_TOKENS
) -> TransformerEncoder:
    """Load the encoder `name` at full precision in torch; `threads` limits torch for the whole process. Takes 5 s."""
    if threads is not None:
        import torch

        torch.set_num_threads(threads)
    if name == DEFAULT_ENCODER:
        with _as_encoder_problem():
            folder = packaged_model(cache)
    else:
        folder = Path(name)
    place = str(folder) if folder.is_dir() else name
    tokenizer, network = _load_parts(place, cache, local=folder.is_dir())
    return TransformerEncoder(name, tokenizer=tokenizer, network=network, max_tokens=max_tokens)


@contextmanager
def _as_encoder_problem() -> Iterator[None]:
    try:
        yield
    except (WeightsProblem, OSError) as problem:
        raise EncoderProblem(f"the encoder {DEFAULT_ENCODER} cannot be set up: {problem}") from problem
    except ImportError as missing:  # file locks exist on Linux and macOS only
        raise EncoderProblem(
            f"{DEFAULT_ENCODER} cannot be unpacked on this platform; name the encoder "
            "intfloat/multilingual-e5-small to load it from the hub, or give a model folder"
        ) from missing


def _load_parts(place: str, cache: Path, *, local: bool) -> tuple[PreTrainedTokenizerBase, PreTrainedModel]:
    from transformers import AutoModel, AutoTokenizer

    try:
        with _quiet_loading():
            tokenizer = AutoTokenizer.from_pretrained(place, cache_dir=cache, local_files_only=local, **FOREIGN_PARTS)
            network = AutoModel.from_pretrained(place, cache_dir=cache, local_files_only=local, **FOREIGN_WEIGHTS)
    except (OSError, ValueError) as problem:
        reason = str(problem).strip().splitlines()[0]
        raise EncoderProblem(
            f"the encoder {place} cannot be loaded ({reason}); give a model folder, a name on the hub "
            f"that this machine can reach, or {DEFAULT_ENCODER}"
        ) from problem
    return tokenizer, network.eval()


@contextmanager
def _quiet_loading() -> Iterator[None]:
    # The report complains that the pooler is untrained, which mean pooling never uses.
    from transformers.utils import logging

    verbosity = logging.get_verbosity()
    had_progress_bar = logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if had_progress_bar:
            logging.enable_progress_bar()
