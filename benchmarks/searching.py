"""The first page of a listing of 100,000 runs, of all of them and of one experiment."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.measuring import Row, milliseconds, take_turns
from taketwo.formats.manifest import seal
from taketwo.formats.run_id import RunIdSource, started_at
from taketwo.model.manifest import Ending, Invocation, Manifest, Metric
from taketwo.store.local import LocalStore

_RUNS, _EXPERIMENTS, _PAGE = 100_000, 100, 50
_BUDGET = 0.05


def measure(scratch: Path) -> list[Row]:
    """Rows for building the index, for the newest page and for that of one experiment."""
    root = scratch / "store"
    LocalStore(root).put_bytes(b"")
    _fill(root / "manifests")
    time.sleep(3)  # a directory that changed just now is looked through again
    begun = time.perf_counter()
    count = LocalStore(root).rebuild_index()
    built = time.perf_counter() - begun
    if count != _RUNS:
        raise RuntimeError(f"the index holds {count} runs")
    timings = take_turns(
        {
            "newest": lambda: LocalStore(root).runs(limit=_PAGE),
            "experiment": lambda: LocalStore(root).runs(limit=_PAGE, experiment="study 7"),
        },
        rounds=15,
        warm=2,
    )
    return [
        Row(f"index of {_RUNS:,} runs, from nothing", f"{built:.1f} s"),
        _row(f"first page of {_RUNS:,} runs", timings.median("newest")),
        _row("first page of one experiment", timings.median("experiment")),
    ]


def _row(what: str, seconds: float) -> Row:
    return Row(what, milliseconds(seconds), budget=f"<= {milliseconds(_BUDGET)}", within=seconds <= _BUDGET)


def _fill(directory: Path) -> None:
    """Write manifests as a store would: one is sealed, the others are that one under other names."""
    ids, moment = RunIdSource(), datetime(2026, 1, 1, tzinfo=UTC)
    first = ids.draw(moment)
    at = started_at(first).isoformat()
    model = Manifest(
        run_id=first,
        experiment="study EXPERIMENT",
        started_at=at,
        finished_at=at,
        ending=Ending(status="completed", exit_code=0),
        invocation=Invocation(argv=("$PYTHON", "train.py")),
        metrics=(Metric(name="accuracy", value=0.5),),
    )
    content = seal(model).content
    for number in range(_RUNS):
        run_id = ids.draw(moment + timedelta(minutes=number))
        text = content.replace(first.encode(), run_id.encode())
        text = text.replace(b"EXPERIMENT", b"%d" % (number % _EXPERIMENTS))
        (directory / f"{run_id}.json").write_bytes(text)
