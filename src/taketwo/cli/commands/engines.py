"""``taketwo engines``: which engines work on this machine, and why others do not."""

from __future__ import annotations

import click

from taketwo.cli import output
from taketwo.cli.shell import Shell, common_options, json_option, pass_shell


@click.command(name="engines", short_help="Say which engines work here, and why others do not.")
@json_option
@common_options
@pass_shell
def command(shell: Shell, as_json: bool) -> int:
    """List the engines, strongest first. Each is tried, not only looked for."""
    from taketwo.cli import documents  # noqa: PLC0415  as late as possible

    states = shell.application.survey_engines(shell.settings())
    if as_json:
        output.write_json(documents.engines(states))
        return 0
    for state in states:
        works = "works" if state.availability else "does not work"
        seal = "sealed" if state.sealed else "not sealed"
        chosen = ", taken by auto" if state.chosen else ""
        output.write(f"{state.name:<12} {works} ({seal}{chosen})")
        for line in (state.availability.reason, state.availability.todo):
            if line:
                output.write(f"{'':<12} {line}")
    return 0
