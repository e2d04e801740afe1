"""The reports that commands print and write: each rendering by name, made when it is asked for."""

# ruff: noqa: PLC0415  a renderer is loaded when its rendering is wanted

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taketwo.app.results import Comparison, DemoResult, ReplayResult
from taketwo.cli import documents, output
from taketwo.formats.manifest import SealedManifest
from taketwo.model.base import as_float
from taketwo.store.interface import RunSummary


@dataclass(frozen=True)
class Report:
    """One result in every form that a command offers."""

    text: Callable[[], str]
    markdown: Callable[[], str]
    html: Callable[[], str]
    document: Callable[[], dict[str, Any]]

    def publish(self, *, html: Path | None, markdown: Path | None, as_json: bool) -> None:
        """Write the files that were asked for, then print the text or the JSON document."""
        if html is not None:
            output.write_file(html, self.html())
        if markdown is not None:
            output.write_file(markdown, self.markdown())
        if as_json:
            output.write_json(self.document())
        else:
            output.write(self.text())


def of_replay(result: ReplayResult) -> Report:
    """The answer to "did it reproduce?"."""

    def text() -> str:
        from taketwo.report.verdict_text import render_text

        width, color = output.screen()
        return render_text(result.verdict, result.original, result.replay, width=width, color=color)

    def markdown() -> str:
        from taketwo.report.verdict_markdown import render_markdown

        return render_markdown(result.verdict, result.original, result.replay)

    def html() -> str:
        from taketwo.report.verdict_html import render_html

        return render_html(result.verdict, result.original, result.replay, read=result.read)

    return Report(text, markdown, html, lambda: documents.verdict(result))


def of_comparison(result: Comparison) -> Report:
    """Two runs compared."""

    def text() -> str:
        from taketwo.report.diff import render_diff

        width, color = output.screen()
        return render_diff(result.found, width=width, color=color)

    replayed = of_replay(
        ReplayResult(verdict=result.verdict, original=result.before, replay=result.after, read=result.read)
    )
    return Report(text, replayed.markdown, replayed.html, lambda: documents.comparison(result))


def runs_text(runs: Sequence[RunSummary]) -> str:
    """A table of runs."""
    from taketwo.report.listing import render_listing

    return render_listing(runs)


def run_text(sealed: SealedManifest) -> str:
    """Everything that a manifest says."""
    from taketwo.report.run import render_run

    return render_run(sealed.manifest)


def demo_text(result: DemoResult) -> str:
    """The published table beside the replayed one, below the verdict."""
    width = max(len(row.name) for row in result.table)
    rows = [f"{'':<{width}}  {'published':>12}  {'replayed':>12}"]
    for row in result.table:
        value = "missing" if row.replayed is None else f"{as_float(row.replayed):.6f}"
        mark = "" if row.agrees else "  differs"
        rows.append(f"{row.name:<{width}}  {row.published:>12}  {value:>12}{mark}")
    return "\n".join([of_replay(result.replayed).text(), "", result.title, "", *rows])
