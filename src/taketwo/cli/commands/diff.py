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
    """Compare the runs A and B: results, code, packages, data, parameters, machines.

    Exit code: 0 the results agree under the rules of A, 1 they do not, 3 inconclusive.
    """
    from taketwo.cli import reports  # noqa: PLC0415  as late as possible

    here = shell.directory
    for path in (html, markdown):
        if path is not None:
            output.check_can_write(here / path)
    result = shell.application.compare_runs(shell.settings(), before, after)
    if html is not None:
        output.write_file(here / html, reports.diff_html(result))
    if markdown is not None:
        output.write_file(here / markdown, reports.diff_markdown(result))
    if as_json:
        output.write_json(reports.diff_document(result))
    else:
        output.write(reports.diff_text(result))
    return result.verdict.outcome.exit_code
