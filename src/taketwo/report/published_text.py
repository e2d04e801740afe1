"""A published table beside the replayed one as text, under one line that says whether both hold."""

from __future__ import annotations

from collections.abc import Sequence

from taketwo.model.base import as_float
from taketwo.model.verdict import Outcome, Verdict
from taketwo.report import words
from taketwo.report.published import PublishedRow
from taketwo.report.terminal import Screen


def render_published(
    verdict: Verdict,
    rows: Sequence[PublishedRow],
    *,
    title: str,
    citation: str,
    width: int = 80,
    color: bool = False,
) -> str:
    """The answer for the replay and for the table in the first line, then value beside value, then the source."""
    screen = Screen(width=width, color=color)
    holds = verdict.outcome is Outcome.REPRODUCED and all(row.agrees for row in rows)
    screen.line(_answer(verdict, rows), "ok" if holds else "FAILED")
    screen.heading(words.one_line(title))
    screen.line()
    printed = [("published", *(row.published for row in rows)), ("replayed", *map(_replayed, rows))]
    columns = [[text.rjust(max(map(len, column))) for text in column] for column in printed]
    screen.table(
        ("", "", columns[0][0], columns[1][0]),
        [
            [(words.mark(row.agrees), words.mark(row.agrees)), words.one_line(row.name), published, replayed]
            for row, published, replayed in zip(rows, columns[0][1:], columns[1][1:], strict=True)
        ],
        name=1,
    )
    screen.line()
    screen.line(citation, "quiet")
    return screen.text()


def _answer(verdict: Verdict, rows: Sequence[PublishedRow]) -> str:
    answer, reason = words.headline(verdict)
    differing = sum(not row.agrees for row in rows)
    if differing:
        table = f"{differing:,} of the {len(rows):,} published values {'does' if differing == 1 else 'do'} not agree"
    else:
        table = f"all {len(rows):,} published values agree as they were printed"
    if verdict.outcome is not Outcome.REPRODUCED:
        return f"{answer}: {reason} Of the replay, {table}."
    return f"{answer}, {'but' if differing else 'and'} {table}."


def _replayed(row: PublishedRow) -> str:
    return "missing" if row.replayed is None else f"{as_float(row.replayed):.6f}"
