"""The difference of two runs as text and JSON, for ``taketwo diff``.

The JSON has ``format`` (``taketwo-diff/1``), ``same``, ``before`` and ``after`` (each with ``run_id``),
``patch``, the lists ``source, packages, data, parameters, context`` of ``area, subject, before, after``, and
``checks`` as in the JSON of a verdict.
"""

from __future__ import annotations

import msgspec

from taketwo.model.run_diff import RunDiff
from taketwo.report import verdict_json, verdict_text
from taketwo.report.terminal import Screen

FORMAT = "taketwo-diff/1"
_MOST_LINES = 400


def render_diff(found: RunDiff, *, width: int = 80, color: bool = False) -> str:
    """The difference for a terminal (``color``) or a file: results first, then what may explain them."""
    screen = Screen(width=width, color=color)
    differing = sum(check.held is False for check in found.checks)
    if found.same:
        screen.line("No difference in code, packages, data, parameters or results.", "ok")
    else:
        screen.line(_summary(found, differing), "heading")
    screen.line()
    screen.facts([("original", found.before), ("replay", found.after)])
    changed = (*found.source, *found.data, *found.parameters, *found.packages, *found.context)
    if changed:
        screen.heading("What is not the same")
        verdict_text.differences(screen, changed)
    verdict_text.checks(screen, found.checks)
    if found.patch:
        screen.heading("Code")
        lines = found.patch.splitlines()
        screen.block("\n".join(lines[:_MOST_LINES]))
        if len(lines) > _MOST_LINES:
            screen.bullets([f"and {len(lines) - _MOST_LINES:,} more lines"], "quiet")
    return screen.text()


def _summary(found: RunDiff, differing: int) -> str:
    counts = (
        (len(found.source), "code", "code"),
        (len(found.data), "input", "inputs"),
        (len(found.parameters), "parameter", "parameters"),
        (len(found.packages), "package", "packages"),
        (differing, "result", "results"),
    )
    parts = [one if many == one else f"{n:,} {one if n == 1 else many}" for n, one, many in counts if n]
    return f"Not the same: {', '.join(parts)}."


def render_diff_json(found: RunDiff) -> str:
    """The difference as one JSON object, every key always there."""
    areas = ("source", "packages", "data", "parameters", "context")
    return verdict_json.dumps(
        {
            "format": FORMAT,
            "same": found.same,
            "before": {"run_id": found.before},
            "after": {"run_id": found.after},
            "patch": found.patch,
            **{area: [msgspec.structs.asdict(d) for d in getattr(found, area)] for area in areas},
            "checks": [verdict_json.check(c) for c in found.checks],
        }
    )
