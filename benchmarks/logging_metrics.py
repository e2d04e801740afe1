"""``log_metric`` in a training loop, beside a dictionary that is appended to."""

from __future__ import annotations

import subprocess
from pathlib import Path

from benchmarks.measuring import Row
from benchmarks.study import make_study

_BUDGET = 5.0
_LOOP = '''"""A training loop that logs one metric per step, and one that keeps it in a list."""
import time

import taketwo

COUNT = 100_000


@taketwo.capture
def train():
    kept, best, floor = [], 1e9, 1e9
    for _ in range(5):
        begun = time.perf_counter()
        for step in range(COUNT):
            taketwo.log_metric("loss", step * 0.5, step=step)
        best = min(best, time.perf_counter() - begun)
        begun = time.perf_counter()
        for step in range(COUNT):
            kept.append(("loss", step * 0.5, step))
        floor = min(floor, time.perf_counter() - begun)
    print(best / COUNT * 1e6, floor / COUNT * 1e6)


train()
'''


def measure(scratch: Path) -> list[Row]:
    """Microseconds for one call."""
    study = make_study(scratch / "logging", packages=0, files=1)
    (study.project / "loop.py").write_text(_LOOP)
    done = subprocess.run(
        [study.python, "loop.py"],
        cwd=study.project,
        env=study.environment,
        check=True,
        capture_output=True,
        text=True,
    )
    each, floor = map(float, done.stdout.split())
    return [
        Row(
            "one log_metric",
            f"{each:.2f} us",
            f"list.append {floor:.2f} us",
            f"<= {_BUDGET:g} us",
            each <= _BUDGET,
        )
    ]
