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

    Exit code: as for "taketwo replay".
    """
    from taketwo.app.requests import DemoRequest  # noqa: PLC0415  as late as possible
    from taketwo.cli import reports  # noqa: PLC0415  as late as possible
    from taketwo.cli.progress import progress_on  # noqa: PLC0415  as late as possible

    with progress_on(sys.stderr) as progress:
        result = shell.application.demo(shell.settings(engine=engine), DemoRequest(), progress)
    output.write(reports.demo(result))
    return result.replayed.verdict.outcome.exit_code
