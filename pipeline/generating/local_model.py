"""A model of transformers that answers prompts on this machine: sequence-to-sequence or chat, as its config says.

Loaded at the first prompt, greedy (the same answer each time), without code from the hub.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.foreign_models import FOREIGN_PARTS, FOREIGN_WEIGHTS
from pipeline.generating.answers import GenerationProblem, Prompt
from pipeline.generating.prompts import messages_of

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

TOKENS_PER_WORD = 3
UNBOUNDED_TOKENS = 100_000  # tokenizers that know no bound name an absurd one
BROKEN = (RuntimeError, ValueError, IndexError, TypeError, KeyError)  # what models and tokenizers fail with
MIN_SOURCE_CHARS = 80
REPEATED_TOKENS = 12  # a run of so many tokens is written once


@dataclass(frozen=True)
class LoadedModel:
    """A tokenizer with its network, and how many tokens it reads."""

    tokenizer: PreTrainedTokenizerBase
    network: PreTrainedModel
    window: int

    @property
    def is_sequence_to_sequence(self) -> bool:
        """Whether it turns a text into another, and takes no orders."""
        return bool(self.network.config.is_encoder_decoder)

    def written(self, inputs: torch.Tensor, **options: object) -> str:
        """Generate greedily from token ids, shape [1, n], and return the new text."""
        import torch

        ids = inputs.to(self.network.device)
        with torch.inference_mode():
            output = self.network.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                do_sample=False,
                num_beams=1,
                pad_token_id=self._padding,
                **options,
            )
        new = output[0] if self.is_sequence_to_sequence else output[0][ids.shape[1] :]
        return str(self.tokenizer.decode(new, skip_special_tokens=True)).strip()

    @property
    def _padding(self) -> int:
        known = (self.tokenizer.pad_token_id, self.tokenizer.eos_token_id)
        return next((int(token) for token in known if token is not None), 0)


class ModelOnDemand:
    """A model that is loaded when it is first entered, and used by one thread at a time.

    What breaks inside comes out as GenerationProblem; a model that could not be loaded is not tried again.
    """

    def __init__(self, name: str, cache: Path) -> None:
        self._name, self._cache = name, cache
        self._loaded: LoadedModel | GenerationProblem | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> LoadedModel:
        with ExitStack() as held:
            held.enter_context(self._lock)
            model = self._entered()
            held.pop_all()  # the lock is let go at the exit
            return model

    def _entered(self) -> LoadedModel:
        if self._loaded is None:
            try:
                self._loaded = load_model(self._name, self._cache)
            except GenerationProblem as problem:
                self._loaded = problem
        if isinstance(self._loaded, GenerationProblem):
            raise self._loaded
        return self._loaded

    def __exit__(self, kind: object, problem: BaseException | None, trace: object) -> None:
        self._lock.release()
        if isinstance(problem, BROKEN):
            raise GenerationProblem(f"{shown_name(self._name)} broke: {_first_line(problem)}") from problem


class LocalModel:
    """Answers prompts by a model named by folder or hub name; `timeout` is in seconds an answer."""

    def __init__(self, name: str, cache: Path, *, timeout: int) -> None:
        self.name = shown_name(name)
        self._on_demand = ModelOnDemand(name, cache)
        self._timeout = timeout

    def answer(self, prompt: Prompt) -> str:
        """Return what the model writes; GenerationProblem when it cannot be loaded or breaks."""
        with self._on_demand as loaded:
            room = min(TOKENS_PER_WORD * prompt.max_words, loaded.window // 2)
            limits = {"max_new_tokens": room, "max_time": float(self._timeout)}
            inputs = _inputs(loaded, prompt, loaded.window - room)
            # A chat's prompt counts as written: there the same would keep the model from copying names.
            repeats = {"no_repeat_ngram_size": REPEATED_TOKENS} if loaded.is_sequence_to_sequence else {}
            return loaded.written(inputs, **limits, **repeats)


def shown_name(name: str) -> str:
    """Name a model for readers: a folder by its last part."""
    return Path(name).name if Path(name).is_dir() else name


def load_model(name: str, cache: Path) -> LoadedModel:
    """Load a model by its folder or hub name, as its config says what it is; GenerationProblem when it cannot be."""
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

    folder = Path(name)
    if not folder.is_dir() and (folder.is_absolute() or name.startswith(".")):
        raise GenerationProblem(
            f"there is no folder {name!r}; name a model's folder, its name on the hub, or an address"
        )
    places: dict[str, object] = {"cache_dir": cache, "local_files_only": folder.is_dir()}
    try:
        config = AutoConfig.from_pretrained(name, **places, **FOREIGN_PARTS)
        kind = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
        tokenizer = AutoTokenizer.from_pretrained(name, **places, **FOREIGN_PARTS)
        network = kind.from_pretrained(name, **places, **FOREIGN_WEIGHTS).eval()
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, TypeError, AttributeError) as problem:
        raise GenerationProblem(
            f"{name!r} cannot be loaded as a model that writes ({_first_line(problem)}); name a model's"
            " folder, one of the hub that this machine can reach, or an endpoint's address"
        ) from problem
    return LoadedModel(tokenizer, network, _window(tokenizer, config))


def _window(tokenizer: PreTrainedTokenizerBase, config: object) -> int:
    bounds = [getattr(config, "max_position_embeddings", None), getattr(config, "n_positions", None)]
    bounds.append(tokenizer.model_max_length if tokenizer.model_max_length < UNBOUNDED_TOKENS else None)
    return min((int(bound) for bound in bounds if bound), default=1024)


def _inputs(loaded: LoadedModel, prompt: Prompt, limit: int) -> torch.Tensor:
    """Write the prompt as tokens; sources are shortened, the last first, until they fit: the task never is."""
    shown = replace(prompt, sources=tuple(_without_tokens(text, loaded.tokenizer) for text in prompt.sources))
    while True:
        ids = _token_ids(loaded, shown)
        if ids.shape[1] <= limit:
            return ids
        shorter = _shortened(shown.sources)
        if shorter == shown.sources:
            return ids[:, -limit:]
        shown = replace(shown, sources=shorter)


def _token_ids(loaded: LoadedModel, prompt: Prompt) -> torch.Tensor:
    import torch

    tokenizer = loaded.tokenizer
    if loaded.is_sequence_to_sequence:
        ids = tokenizer(_task_prefix(loaded.network.config) + "\n".join(prompt.sources))["input_ids"]
    elif tokenizer.chat_template:
        text = tokenizer.apply_chat_template(messages_of(prompt), tokenize=False, add_generation_prompt=True)
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    else:
        said = "\n\n".join(message["content"] for message in messages_of(prompt))
        ids = tokenizer(f"{said}\n\n")["input_ids"]
    return torch.tensor([ids], dtype=torch.long)


def _task_prefix(config: object) -> str:
    """Find what a model of many tasks was trained to see before a text to summarise."""
    tasks = getattr(config, "task_specific_params", None) or {}
    return str((tasks.get("summarization") or {}).get("prefix", ""))


def _without_tokens(text: str, tokenizer: PreTrainedTokenizerBase) -> str:
    """Take out of a text what the tokenizer would read as a mark of its own."""
    marks: Sequence[str] = [token for token in tokenizer.all_special_tokens if len(token) > 1]
    for mark in marks:
        text = text.replace(mark, " ")
    return text


def _shortened(sources: tuple[str, ...]) -> tuple[str, ...]:
    """Drop the last source, or cut the only one by a third."""
    if len(sources) > 1:
        return sources[:-1]
    only = sources[0] if sources else ""
    return (only[: 2 * len(only) // 3],) if len(only) > MIN_SOURCE_CHARS else sources


def _first_line(problem: BaseException) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0][:200]
