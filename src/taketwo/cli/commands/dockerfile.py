"""``taketwo dockerfile``: write what a person needs to rebuild a run by hand, without taketwo."""

from __future__ import annotations

from pathlib import Path

import click

from taketwo.cli import output
from taketwo.cli.arguments import run_argument
from taketwo.cli.shell import Shell, common_options, pass_shell


@click.command(name="dockerfile", short_help="Write a Dockerfile that rebuilds a run by hand.")
@run_argument
@click.option(
    "-o",
    "--output",
    "directory",
    metavar="DIR",
    required=True,
    type=click.Path(path_type=Path),
    help="A directory that is new or empty.",
)
@common_options
@pass_shell
def command(shell: Shell, run: str, directory: Path) -> int:
    """Write a Dockerfile, the lock files, the source and a README for RUN into DIR."""
    exported = shell.application.export_dockerfile(shell.settings(), run, shell.directory / directory)
    for file in exported.files:
        output.write(file)
    output.say(f"taketwo: written to {exported.directory}; its README.md says how to build and run it")
    return 0
