"""A verdict as text: the answer in the first line, then every result, then everything that differs."""

from __future__ import annotations

from dataclasses import dataclass

from taketwo.model.manifest import Manifest
from taketwo.model.verdict import Check, Difference, Outcome, Verdict
from taketwo.report import words
from taketwo.report.terminal import Screen

_ANSWERS = {
    Outcome.REPRODUCED: "bold green",
    Outcome.NOT_REPRODUCED: "bold red",
    Outcome.INCONCLUSIVE: "bold yellow",
}
_MOST_DIFFERENCES = 25


def render_text(
    verdict: Verdict, original: Manifest, replay: Manifest, *, width: int = 80, color: bool = False
) -> str:
    """The report for a terminal (``color``) or a file. The same verdict gives the same text."""
    screen = Screen(width=width, color=color)
    answer, reason = words.headline(verdict)
    screen.line(f"{answer}: {reason}" if reason else answer, _ANSWERS[verdict.outcome])
    screen.line()
    screen.facts(_facts(verdict, original, replay))
    if len(verdict.reasons) > 1:
        screen.heading("Why")
        screen.bullets(verdict.reasons[1:])
    if verdict.caveats:
        screen.heading("To be weighed")
        screen.bullets(verdict.caveats, "warn")
    checks(screen, verdict.checks)
    if verdict.differences:
        screen.heading("What is not the same")
        differences(screen, verdict.differences)
    return screen.text()


def _facts(verdict: Verdict, original: Manifest, replay: Manifest) -> list[tuple[str, str]]:
    return [
        ("experiment", f"{words.one_line(original.experiment)} ({words.command(original)})"),
        ("original", f"{verdict.original}, {words.moment(original.started_at)}"),
        ("replay", f"{verdict.replay}, {words.moment(replay.started_at)}"),
        ("sealing", words.sealing(verdict.sealing)),
        ("environment", words.rebuilt(verdict.rebuilt)),
        ("rules", words.rules_by(verdict)),
    ]


@dataclass(frozen=True)
class Wording:
    """How the two sides are called, and what stands before a check that held and one that did not."""

    sides: tuple[str, str] = ("original", "replay")
    held: str = "ok"
    failed: str = "FAILED"


VERDICT = Wording()


def checks(screen: Screen, found: tuple[Check, ...], wording: Wording = VERDICT) -> None:
    """Tables of metrics, outputs and the rest, failed ones first."""
    groups = (
        ("Metrics", ("metric",)),
        ("Outputs", ("output",)),
        ("Other results", ("result", "exit", "console")),
    )
    for title, kinds in groups:
        rows = words.by_kind(found, *kinds)
        if not rows:
            continue
        screen.heading(title)
        header = ("", "", *wording.sides, "rule", "reached")
        screen.table(header, [_row(check, wording) for check in rows], name=1)
        notes = [f"{words.subject(c)}: {c.detail}" for c in rows if c.detail]
        screen.bullets(notes, "quiet")


def _row(check: Check, wording: Wording) -> list[str | tuple[str, str]]:
    mark = words.mark(check.held)
    shown = {True: wording.held, False: wording.failed, None: mark}[check.held]
    return [
        (shown, mark),
        words.subject(check),
        words.value(check.before),
        "same" if words.is_same(check) else words.value(check.after),
        words.rule(check.rule),
        words.rung(check),
    ]


def differences(screen: Screen, found: tuple[Difference, ...], wording: Wording = VERDICT) -> None:
    """A table for each area; a long area is cut, and says so."""
    for area in dict.fromkeys(d.area for d in found):
        rows = [d for d in found if d.area == area]
        shown = [
            [words.one_line(d.subject), words.side(d, d.before), words.side(d, d.after)]
            for d in rows[:_MOST_DIFFERENCES]
        ]
        screen.table((words.area(area), *wording.sides), shown)
        if len(rows) > _MOST_DIFFERENCES:
            screen.bullets([f"and {len(rows) - _MOST_DIFFERENCES:,} more"], "quiet")
