"""Model folders: what their files hold, and building one in the cache once, as weights and exports both are."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CONFIG_FILE, WEIGHTS_FILE, TOKENIZER_FILE = "config.json", "model.safetensors", "tokenizer.json"
_BUILDING_PREFIX = ".building-"


class PartsProblem(Exception):
    """A model folder lacks a file or holds one that cannot be read."""


@dataclass(frozen=True)
class ModelParts:
    """What makes a model: its configuration, its weights by their names in transformers, its tokenizer as JSON."""

    config: Mapping[str, object]
    tensors: Mapping[str, NDArray[np.float32]]
    tokenizer: str


def parts_in(folder: Path) -> ModelParts:
    """Read the parts of a transformers model folder; PartsProblem when one is missing or unreadable."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
        tokenizer = (folder / TOKENIZER_FILE).read_text(encoding="utf-8")
        tensors = {name: np.asarray(value, np.float32) for name, value in load_file(folder / WEIGHTS_FILE).items()}
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as problem:
        raise PartsProblem(f"{folder} has no readable model: {problem}") from problem
    return ModelParts(config, tensors, tokenizer)


def built_folder(cache: Path, name: str, write: Callable[[Path], None]) -> Path:
    """Return the folder `name` under `cache`, which `write` fills first if need be.

    Processes that ask at once wait for one another; a build that was killed is swept up by the next.
    """
    folder = cache / name
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with _only_builder(cache):
        if not folder.is_dir():
            for abandoned in cache.glob(_BUILDING_PREFIX + "*"):
                shutil.rmtree(abandoned)
            building = cache / f"{_BUILDING_PREFIX}{os.getpid()}"
            building.mkdir()
            try:
                write(building)
                _flush_to_disk(building)
                building.rename(folder)
            finally:
                shutil.rmtree(building, ignore_errors=True)
    return folder


@contextmanager
def _only_builder(cache: Path) -> Iterator[None]:
    # The kernel drops the lock with the process, so a killed build blocks nobody. Not every platform has it.
    import fcntl

    with (cache / ".build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _flush_to_disk(folder: Path) -> None:
    # Without this a power cut after the rename could leave the final name on empty files.
    for path in [*folder.iterdir(), folder]:
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
