"""A verdict as Markdown, for issues, pull requests and lab notebooks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from taketwo.model.manifest import Manifest
from taketwo.model.verdict import Check, Outcome, Verdict
from taketwo.report import words

_SIGNS = {Outcome.REPRODUCED: "✅", Outcome.NOT_REPRODUCED: "❌", Outcome.INCONCLUSIVE: "❔"}
_MARKS = {True: "✅", False: "❌", None: "·"}
# What begins markup, a mention, a reference, a table cell, or an address that would become a link.
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&@]|(?<=:)//|(?<=www)\.)")


def render_markdown(verdict: Verdict, original: Manifest, replay: Manifest) -> str:
    """The report in GitHub-flavoured Markdown; nothing foreign can become a link, an image or HTML."""
    answer, reason = words.headline(verdict)
    lines = [f"# {_SIGNS[verdict.outcome]} {answer}: {_escape(reason)}", ""]
    lines += _table(
        ("", ""),
        [
            ("experiment", words.one_line(original.experiment)),
            ("command", words.command(original)),
            ("original", f"{verdict.original}, {words.moment(original.started_at)}"),
            ("replay", f"{verdict.replay}, {words.moment(replay.started_at)}"),
            ("sealing", words.sealing(verdict.sealing)),
            ("environment", words.rebuilt(verdict.rebuilt)),
            ("rules", words.rules_by(verdict)),
        ],
    )
    lines += _section("Why", verdict.reasons[1:])
    lines += _section("To be weighed", verdict.caveats)
    for title, kinds in (
        ("Metrics", ("metric",)),
        ("Outputs", ("output",)),
        ("Other results", ("result", "exit", "console")),
    ):
        rows = words.by_kind(verdict.checks, *kinds)
        if rows:
            header = ("", "result", "original", "replay", "rule", "reached", "detail")
            lines += [f"## {title}", "", *_table(header, [_row(check) for check in rows])]
    if verdict.differences:
        lines += ["## What is not the same", ""]
        lines += _table(
            ("what", "which", "original", "replay"),
            [
                (words.area(d.area), d.subject, d.before or words.MISSING, d.after or words.MISSING)
                for d in verdict.differences
            ],
        )
    return "\n".join(lines).rstrip("\n") + "\n"


def _row(check: Check) -> tuple[str, ...]:
    return (
        _MARKS[check.held],
        words.subject(check),
        words.value(check.before),
        words.value(check.after),
        words.rule(check.rule),
        words.rung(check),
        check.detail,
    )


def _section(title: str, sentences: Sequence[str]) -> list[str]:
    if not sentences:
        return []
    return [f"## {title}", "", *(f"- {_escape(sentence)}" for sentence in sentences), ""]


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(header)} |",
        f"|{' --- |' * len(header)}",
        *(f"| {' | '.join(_escape(cell) for cell in row)} |" for row in rows),
        "",
    ]


def _escape(text: str) -> str:
    """``text`` as Markdown shows it literally, on one line."""
    return _SPECIAL.sub(r"\\\1", words.one_line(text, longest=2000))
