"""The one table that is printed."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.measuring import Row

_TITLES = ("what", "measured", "floor", "budget", "")
_WORDS = {True: "ok", False: "OVER", None: ""}


def table(rows: Sequence[Row]) -> str:
    """The rows under each other, columns aligned."""
    cells = [_TITLES, *((row.what, row.measured, row.floor, row.budget, _WORDS[row.within]) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(_TITLES))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells]
    rule = "  ".join("-" * width for width in widths)
    return "\n".join(line.rstrip() for line in [lines[0], rule, *lines[1:]])
