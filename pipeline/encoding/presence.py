"""Whether an encoder's files are there and whole, found out without loading it; for whoever checks an installation."""

from __future__ import annotations

from pathlib import Path

from pipeline.encoding.e5_package import WeightsProblem, packaged_weights, verified_content
from pipeline.encoding.encoder import DEFAULT_ENCODER, EncoderProblem
from pipeline.encoding.model_folders import CONFIG_FILE, TOKENIZER_FILE, WEIGHTS_FILE


def encoder_in_words(name: str, cache: Path) -> str:
    """Say in a sentence where an encoder's files are; EncoderProblem where they are missing or are others."""
    if name == DEFAULT_ENCODER:
        try:
            verified_content(packaged_weights())
        except (WeightsProblem, OSError) as problem:
            raise EncoderProblem(f"the encoder {name} cannot be set up: {problem}") from problem
        return f"The packaged weights of {name} are there, bit for bit."
    folder = Path(name)
    if folder.is_dir():
        missing = [each for each in (CONFIG_FILE, WEIGHTS_FILE, TOKENIZER_FILE) if not (folder / each).is_file()]
        if missing:
            raise EncoderProblem(f"the folder {name} lacks {', '.join(missing)}")
        return f"The folder {name} holds a model."
    from huggingface_hub import snapshot_download

    try:
        snapshot_download(name, cache_dir=cache, local_files_only=True)
    except (OSError, ValueError) as problem:
        raise EncoderProblem(f"the model {name} is not in {cache} yet; its first use downloads it") from problem
    return f"The model {name} was downloaded to {cache}."
