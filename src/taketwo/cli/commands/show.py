"""``taketwo show``: everything that the manifest of a run says."""

from __future__ import annotations

import click

from taketwo.cli import output
from taketwo.cli.arguments import run_argument
from taketwo.cli.shell import Shell, common_options, json_option, pass_shell


@click.command(name="show", short_help="Show one run.")
@run_argument
@json_option
@common_options
@pass_shell
def command(shell: Shell, run: str, as_json: bool) -> int:
    """Show RUN (an id, the beginning of one, or "latest"). With --json: the manifest as it was sealed."""
    store = shell.application.open_store(shell.settings())
    sealed = store.manifest(store.resolve(run))
    if as_json:
        output.write_json(sealed.document)
    else:
        from taketwo.cli import reports  # noqa: PLC0415  as late as possible

        output.write(reports.run(sealed))
    return 0
