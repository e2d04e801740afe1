"""``taketwo lock``: complete the hashes that could not be had when a run was captured."""

from __future__ import annotations

import sys

import click

from taketwo.cli import output
from taketwo.cli.arguments import run_argument
from taketwo.cli.shell import Shell, common_options, json_option, pass_shell
from taketwo.errors import LockIncomplete


@click.command(name="lock", short_help="Complete the hashes in the lock of a run.")
@run_argument
@json_option
@common_options
@pass_shell
def command(shell: Shell, run: str, as_json: bool) -> int:
    """Complete the lock of RUN from the configured package index, so that it can be replayed.

    Exit code: 0 when every hash is known, 41 when some still are not.
    """
    from taketwo.cli import documents  # noqa: PLC0415  as late as possible
    from taketwo.cli.progress import progress_on  # noqa: PLC0415  as late as possible

    with progress_on(sys.stderr) as progress:
        result = shell.application.lock_run(shell.settings(), run, progress)
    if as_json:
        output.write_json(documents.lock(result))
    elif result.pending:
        output.write(
            f"{result.run_id}: {len(result.completed)} hashes found, {len(result.pending)} still missing: "
            + ", ".join(result.pending)
        )
    else:
        output.write(f"{result.run_id}: the lock is complete ({len(result.completed)} hashes found now)")
    return LockIncomplete.exit_code if result.pending else 0
