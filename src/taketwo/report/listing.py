"""Runs as a table, for ``taketwo ls``, and as JSON.

The JSON is a list of objects with ``run_id, experiment, status, started_at, finished_at, command, parent,
replay_of, manifest_sha256``; what a run does not have is ``null``.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from taketwo.report import verdict_json, words
from taketwo.report.terminal import Screen
from taketwo.store.interface import RunSummary


def render_listing(rows: Sequence[RunSummary], *, width: int = 80, color: bool = False) -> str:
    """The runs in the order given, one row each; a sentence when there are none.

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
                _what(row),
            )
            for row in rows
        ],
    )
    return screen.text()


def _what(row: RunSummary) -> str:
    return (
        f"replay of {words.one_line(row.replay_of.rpartition('-')[2])}"
        if row.replay_of
        else words.one_line(row.command, longest=60)
    )


def render_listing_json(rows: Sequence[RunSummary]) -> str:
    """The runs as a JSON list, every key always there."""
    return verdict_json.dumps([msgspec.structs.asdict(row) for row in rows])
