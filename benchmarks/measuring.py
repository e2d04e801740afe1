"""Timing of whole programs, fairly: the candidates take turns, and the median of several rounds counts."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Work = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """One line of the table. ``within`` is ``None`` where there is no budget, or nothing was measured."""

    what: str
    measured: str
    floor: str = ""
    budget: str = ""
    within: bool | None = None


@dataclass(frozen=True)
class Timings:
    """Seconds of each candidate, round by round; rounds belong together."""

    rounds: Mapping[str, Sequence[float]]

    def median(self, name: str) -> float:
        """The median of one candidate."""
        return statistics.median(self.rounds[name])

    def over(self, name: str, floor: str) -> float:
        """By how much a candidate is slower than ``floor``: the median of what each round says."""
        pairs = zip(self.rounds[name], self.rounds[floor], strict=True)
        return statistics.median(candidate - bare for candidate, bare in pairs)


def take_turns(candidates: Mapping[str, Work], *, rounds: int, warm: int = 1) -> Timings:
    """Time each candidate ``rounds`` times, in turns, after ``warm`` rounds that do not count.

    What else happens on the machine meets all candidates alike, and a slow minute spoils no ratio.
    """
    found: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(warm + rounds):
        for name, work in candidates.items():
            begun = time.perf_counter()
            work()
            if number >= warm:
                found[name].append(time.perf_counter() - begun)
    return Timings(found)


def program(
    argv: Sequence[str | Path], *, directory: Path | None = None, environment: Mapping[str, str] | None = None
) -> Work:
    """A program as a candidate; one that fails ends the benchmark with what it printed."""
    words = [os.fspath(word) for word in argv]

    def run() -> None:
        done = subprocess.run(
            words, cwd=directory, env=environment, capture_output=True, check=False, stdin=subprocess.DEVNULL
        )
        if done.returncode:
            said = (done.stdout + done.stderr).decode("utf-8", "replace")
            raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}:\n{said}")

    return run


def milliseconds(seconds: float) -> str:
    """A time as the table shows it."""
    thousandths = seconds * 1000
    return f"{thousandths:,.0f} ms" if abs(thousandths) >= 10 else f"{thousandths:.1f} ms"
