"""``taketwo diff``: compare any two runs as a replay is compared with its original."""

from __future__ import annotations

from pathlib import Path

import click

from taketwo.cli import output
from taketwo.cli.arguments import report_options
from taketwo.cli.shell import Shell, common_options, json_option, pass_shell


@click.command(name="diff", short_help="Compare two runs.")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@report_options
@json_option
@common_options
@pass_shell
def command(
    shell: Shell, before: str, after: str, html: Path | None, markdown: Path | None, as_json: bool
) -> int:
    """Name everything that is not the same in the runs A and B: results, code, packages, data, parameters.

    Exit code: 0 when nothing differs (machines may), 1 when something does.
    """
    from taketwo.cli import reports  # noqa: PLC0415  as late as possible

    html, markdown = (output.report_file(shell.directory, path) for path in (html, markdown))
    result = shell.application.compare_runs(shell.settings(), before, after)
    reports.of_comparison(result).publish(html=html, markdown=markdown, as_json=as_json)
    return 0 if result.found.same else 1
