"""``taketwo demo``: a published study, captured, replayed and set beside the table that was printed."""

from __future__ import annotations

import sys

import click

from taketwo.cli import output
from taketwo.cli.arguments import engine_option
from taketwo.cli.shell import Shell, common_options, pass_shell


@click.command(name="demo", short_help="Capture and replay a published study.")
@engine_option
@common_options
@pass_shell
def command(shell: Shell, engine: str | None) -> int:
    """Capture a published study, replay it in the strongest engine, and print both tables.

    The study, its store and a report stay in a directory of their own, which is named at the end.

    Exit code: 0 when the run reproduced and the published table agrees, 1 when one of them does not,
    3 when the replay is inconclusive.
    """
    from taketwo.app.requests import DemoRequest  # noqa: PLC0415  as late as possible
    from taketwo.cli import reports  # noqa: PLC0415  as late as possible
    from taketwo.cli.progress import progress_on  # noqa: PLC0415  as late as possible

    with progress_on(sys.stderr) as progress:
        result = shell.application.demo(shell.settings(engine=engine), DemoRequest(), progress)
    page = result.directory / "report.html"
    output.write_file(page, reports.of_replay(result.replayed).html())
    output.write(reports.demo(result, page=page, typed=shell.typed))
    return result.outcome.exit_code
