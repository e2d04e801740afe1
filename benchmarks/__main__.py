"""``python -m benchmarks [NAME ...]``: measure, and print one table. Slow ones run only when they are named."""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.table import table

DEFAULT = ("importing", "capturing", "logging_metrics", "hashing", "replaying", "searching")
SLOW = ("cold",)


def main() -> None:
    """Measure what was named, else everything that is fast."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"{', '.join(DEFAULT)}; slow: {', '.join(SLOW)}"
    )
    parser.add_argument("--scratch", type=Path, help="an empty directory to work in, which is kept")
    options = parser.parse_args()
    unknown = set(options.names) - {*DEFAULT, *SLOW}
    if unknown:
        parser.error(f"there is no benchmark called {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="taketwo-bench-") as temporary:
        scratch = options.scratch or Path(temporary)
        rows = []
        for name in options.names or DEFAULT:
            begun = time.perf_counter()
            rows += importlib.import_module(f"benchmarks.{name}").measure(scratch)
            sys.stderr.write(f"{name}: {time.perf_counter() - begun:.0f} s\n")
    print(table(rows))


if __name__ == "__main__":
    main()
