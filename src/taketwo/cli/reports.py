"""The reports that commands print and write: one result in every form that a command offers."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec

from taketwo import report
from taketwo.app.results import Comparison, DemoResult, ReplayResult
from taketwo.cli import output
from taketwo.cli.shell import Typed
from taketwo.formats.manifest import SealedManifest
from taketwo.store.interface import RunSummary


class Report(msgspec.Struct, frozen=True):
    """The renderings of one result, made when they are asked for."""

    text: Callable[[], str]
    json: Callable[[], str]
    markdown: Callable[[], str]
    html: Callable[[], str]

    def publish(self, *, html: Path | None, markdown: Path | None, as_json: bool) -> None:
        """Write the files that were asked for, then print the text or the JSON document."""
        if html is not None:
            output.write_file(html, self.html())
        if markdown is not None:
            output.write_file(markdown, self.markdown())
        output.write(self.json() if as_json else self.text())


def of_replay(result: ReplayResult) -> Report:
    """The answer to "did it reproduce?"."""
    compared = (result.verdict, result.original, result.replay)
    width, color = output.screen()
    return Report(
        text=partial(report.render_text, *compared, width=width, color=color),
        json=partial(report.render_json, *compared),
        markdown=partial(report.render_markdown, *compared),
        html=partial(report.render_html, *compared, read=result.read),
    )


def of_comparison(result: Comparison) -> Report:
    """What is not the same; the pages are those of a replay."""
    compared = (result.verdict, result.before, result.after)
    width, color = output.screen()
    return Report(
        text=partial(report.render_diff, result.found, width=width, color=color),
        json=partial(report.render_diff_json, result.found),
        markdown=partial(report.render_markdown, *compared),
        html=partial(report.render_html, *compared, read=result.read),
    )


def runs(rows: Sequence[RunSummary], *, as_json: bool) -> str:
    """A table of runs, or its JSON."""
    if as_json:
        return report.render_listing_json(rows)
    width, color = output.screen()
    return report.render_listing(rows, width=width, color=color)


def run(sealed: SealedManifest) -> str:
    """Everything that a manifest says."""
    width, color = output.screen()
    return report.render_run(sealed.manifest, seal=sealed.sha256, width=width, color=color)


def demo(result: DemoResult, *, page: Path, typed: Typed) -> str:
    """The answer, the published table beside the replayed one, the verdict, and what to try next.

    ``page`` is the HTML report that was written; ``typed`` is how programs are typed here.
    """
    width, color = output.screen()
    table = report.render_published(
        result.replayed.verdict,
        result.table,
        title=result.title,
        citation=result.citation,
        width=width,
        color=color,
    )
    here, run = result.directory, result.captured.run_id
    return f"""{table}
{of_replay(result.replayed).text()}
Everything is in {here}
  {page.name}   this verdict as a page: open it in a browser
  analysis.py   the study, a plain program that knows nothing of taketwo
  .taketwo      the store, with the captured run and its replay

Try next
  cd {shlex.quote(str(here))}
  {typed.taketwo} ls
  {typed.taketwo} show {run}
  {typed.taketwo} engines

Then change something in analysis.py, and see it named
  {typed.taketwo} run {typed.python} analysis.py
  {typed.taketwo} diff {run} latest"""
