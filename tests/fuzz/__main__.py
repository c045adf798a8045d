"""Fuzzes one target, guided by coverage: `python -m tests.fuzz TARGET --seconds 600`; needs atheris."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

OURS = ["crawler", "pipeline", "models", "digest", "perilune", "feedparser", "cssselect", "protego", "tomllib"]
MEMORY_MB = 2048


def main() -> None:
    """Fuzz until the time is over or something breaks; what broke it is left in a file, which the end names."""
    try:
        import atheris
    except ImportError:
        sys.exit("fuzzing by coverage needs atheris (Linux on x86-64, Python up to 3.13): pip install atheris")
    with atheris.instrument_imports(include=OURS):
        from tests.fuzz.targets import TARGETS
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60, help="how long; default: 60")
    parser.add_argument("--corpus", type=Path, help="folder of what was found; default: .fuzz/TARGET")
    parser.add_argument("--again", type=Path, help="only run this input once more, which broke something")
    asked = parser.parse_args()
    target = TARGETS[asked.target]
    if asked.again is not None:
        target.run(asked.again.read_bytes())
        return
    corpus = asked.corpus or Path(".fuzz") / asked.target
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed[: target.max_bytes])
    words = corpus.with_name(f"{asked.target}.dict")
    words.write_text("".join(f'"{_escaped(piece)}"\n' for piece in target.pieces), encoding="ascii")
    options = {
        "max_total_time": asked.seconds,
        "max_len": target.max_bytes,
        "timeout": int(target.max_seconds) + 20,
        "rss_limit_mb": MEMORY_MB,
        "dict": words,
        "artifact_prefix": f"{corpus}-broken-",
        "verbosity": 1,
        "print_final_stats": 1,
    }
    atheris.Setup(["tests.fuzz", *(f"-{name}={value}" for name, value in options.items()), str(corpus)], target.run)
    atheris.Fuzz()


def _escaped(piece: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in piece.encode())


if __name__ == "__main__":
    main()
