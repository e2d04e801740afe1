"""``taketwo schema``: the JSON Schema of manifests."""

from __future__ import annotations

import click

from taketwo.cli import output
from taketwo.cli.shell import common_options


@click.command(name="schema", short_help="Print the JSON Schema of manifests.")
@common_options
def command() -> int:
    """Print the JSON Schema (2020-12) of manifests."""
    from taketwo.formats.manifest import json_schema  # noqa: PLC0415  as late as possible

    output.write_json(json_schema())
    return 0
