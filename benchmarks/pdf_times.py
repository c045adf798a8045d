"""Times one PDF reader on a folder of files in a process of its own, so that its peak memory is its own."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from benchmarks.pdf import READERS


def main() -> None:
    """Print processor seconds, the best of two rounds, and peak memory in MB."""
    name, folder = sys.argv[1:]
    bodies = [path.read_bytes() for path in sorted(Path(folder).glob("*.pdf"))]
    READERS[name](bodies[0])
    rounds = []
    for _ in range(2):
        start = time.process_time()
        for body in bodies:
            READERS[name](body)
        rounds.append(time.process_time() - start)
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
    print(json.dumps({"seconds": min(rounds), "megabytes": peak}))


if __name__ == "__main__":
    main()
