"""``taketwo store``: verify it, collect its garbage, rebuild its index, say where it is."""

from __future__ import annotations

import click

from taketwo.cli import output
from taketwo.cli.shell import Shell, common_options, json_option, pass_shell
from taketwo.errors import Tampered


@click.group(name="store", short_help="Look after the store.")
@common_options
def command() -> None:
    """Look after the store of this project."""


@command.command(name="verify", short_help="Rehash everything in the store.")
@json_option
@common_options
@pass_shell
def verify(shell: Shell, as_json: bool) -> int:
    """Rehash everything in the store, and name what is damaged or missing and the runs that it touches.

    Exit code: 0 when all is well, 21 when something is not.
    """
    from taketwo.cli import documents  # noqa: PLC0415  as late as possible

    damages = list(shell.application.verify_store(shell.settings()))
    if as_json:
        output.write_json(documents.damages(damages))
    else:
        for item in damages:
            output.write(f"{item.kind}: {item.text}" + "".join(f"\n    run {run}" for run in item.runs))
        output.write(f"{len(damages)} damaged" if damages else "everything is as it was sealed")
    return Tampered.exit_code if damages else 0


@command.command(name="gc", short_help="Remove what no run needs.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@json_option
@common_options
@pass_shell
def gc(shell: Shell, dry_run: bool, as_json: bool) -> int:
    """Remove content that no run refers to."""
    from taketwo.cli import documents  # noqa: PLC0415  as late as possible

    collected = shell.application.collect_garbage(shell.settings(), dry_run=dry_run)
    if as_json:
        output.write_json(documents.garbage(collected, dry_run=dry_run))
    else:
        verb = "would remove" if dry_run else "removed"
        output.write(f"{verb} {collected.blobs:,} blobs of {collected.size:,} bytes")
    return 0


@command.command(name="rebuild-index", short_help="Build the index anew from the manifests.")
@common_options
@pass_shell
def rebuild_index(shell: Shell) -> int:
    """Build the index anew from the manifests."""
    count = shell.application.open_store(shell.settings()).rebuild_index()
    output.write(f"the index holds {count:,} runs")
    return 0


@command.command(name="path", short_help="Print where the store is.")
@common_options
@pass_shell
def path(shell: Shell) -> int:
    """Print where the store is; nothing is created."""
    output.write(str(shell.settings().store))
    return 0
