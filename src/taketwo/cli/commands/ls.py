"""``taketwo ls``: list runs, newest first."""

from __future__ import annotations

import click

from taketwo.cli import output
from taketwo.cli.shell import Shell, common_options, json_option, pass_shell


@click.command(name="ls", short_help="List runs, newest first.")
@click.option("--experiment", metavar="NAME", help="Only runs of this experiment.")
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="At most N runs.",
)
@json_option
@common_options
@pass_shell
def command(shell: Shell, experiment: str | None, limit: int, as_json: bool) -> int:
    """List the runs of the store, newest first."""
    from taketwo.cli import reports  # noqa: PLC0415  as late as possible

    store = shell.application.open_store(shell.settings())
    output.write(reports.runs(store.runs(experiment=experiment, limit=limit), as_json=as_json))
    return 0
