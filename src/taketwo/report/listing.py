"""Runs as a table, for ``taketwo ls``, and as JSON.

The JSON is a list of objects with ``run_id, experiment, status, started_at, finished_at, command, parent,
replay_of, manifest_sha256, call``; what a run does not have is ``null``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from taketwo.report import verdict_json, words
from taketwo.report.terminal import Screen
from taketwo.store.interface import RunSummary


def render_listing(rows: Sequence[RunSummary], *, width: int = 80, color: bool = False) -> str:
    """The runs in the order given, one row each, calls below the run that made them; a sentence when there are none.

    A run's id tells when it began; a replay names its original by the last part of the id, which can be typed.
    """
    screen = Screen(width=width, color=color)
    if not rows:
        screen.line("No runs yet. Capture one: taketwo run -- python train.py", "quiet")
        return screen.text()
    screen.table(
        ("run", "experiment", "status", "command"),
        [
            (
                row.run_id,
                words.one_line(row.experiment, longest=40),
                (words.one_line(row.status), "ok" if row.status == "completed" else "FAILED"),
                "  " * depth + _what(row),
            )
            for row, depth in _families(rows)
        ],
    )
    return screen.text()


def _families(rows: Sequence[RunSummary]) -> Iterator[tuple[RunSummary, int]]:
    """Every row once, with how many of its forebears are listed; children follow their parent, oldest first."""
    listed = {row.run_id for row in rows}
    children: dict[str, list[RunSummary]] = {}
    for row in rows:
        if row.parent in listed and row.parent != row.run_id:
            children.setdefault(str(row.parent), []).append(row)
    shown: set[str] = set()
    below = {child.run_id for family in children.values() for child in family}
    # Runs that claim to be each other's parents have no eldest: they come last.
    for first in (*(row for row in rows if row.run_id not in below), *rows):
        pending = [(first, 0)]
        while pending:
            row, depth = pending.pop()
            if row.run_id not in shown:
                shown.add(row.run_id)
                yield row, depth
                pending += [(child, depth + 1) for child in children.get(row.run_id, ())]


def _what(row: RunSummary) -> str:
    if row.replay_of:
        return f"replay of {words.one_line(row.replay_of.rpartition('-')[2])}"
    return words.one_line(row.call or row.command, longest=60)


def render_listing_json(rows: Sequence[RunSummary]) -> str:
    """The runs as a JSON list, every key always there."""
    return verdict_json.dumps([msgspec.structs.asdict(row) for row in rows])
