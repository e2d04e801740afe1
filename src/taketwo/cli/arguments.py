"""Options that several commands share, and how NAME=VALUE is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from taketwo.config.values import ENGINES, Kind, expand_home

_NAME = re.compile(r"[A-Za-z_][\w.-]*")

run_argument = click.argument("run", metavar="RUN")

tolerance_option = click.option(
    "--tolerance",
    metavar="RULE",
    multiple=True,
    help="How closely a result must agree; may be repeated, the last rule that matches wins.",
)

engine_option = click.option(
    "--engine",
    type=click.Choice(ENGINES),
    help="Where to replay; auto takes the strongest that works.",
)


def quantity(kind: Kind) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    """The callback of an option whose text is read as a setting of that kind is; a usage error otherwise."""

    def read(context: click.Context, option: click.Parameter, text: str | None) -> Any:
        if text is None:
            return None
        try:
            return kind.read(kind.parse(text), Path())
        except (ValueError, TypeError) as error:
            raise click.BadParameter(f"{text!r} is not {kind.expected}.", context, option) from error

    return read


def report_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--html FILE`` and ``--markdown FILE``: reports beside the one on stdout."""
    kind = click.Path(path_type=Path)
    markdown = click.option("--markdown", metavar="FILE", type=kind, help="Write a Markdown report too.")
    html = click.option("--html", metavar="FILE", type=kind, help="Write a report of one HTML page too.")
    return html(markdown(function))


def named(values: Iterable[str], option: str, *, form: str = "NAME=VALUE") -> dict[str, str]:
    """``NAME=VALUE`` texts as a mapping; a usage error that shows the form when one has no ``=`` or no name."""
    found = {}
    for value in values:
        name, equals, rest = value.partition("=")
        if not equals or not name.strip():
            raise click.UsageError(f"{option} {value!r} is not of the form {form}.", ctx=_context())
        found[name.strip()] = rest
    return found


def perhaps_named(value: str) -> tuple[str | None, str]:
    """``NAME=PATH`` or ``PATH``; a path that looks like the first form is written ``./a=b``."""
    name, equals, rest = value.partition("=")
    return (name, rest) if equals and rest and _NAME.fullmatch(name) else (None, value)


def located(here: Path, path: str) -> Path:
    """The absolute path that was typed in the directory ``here``; the shell leaves ``NAME=~/x`` to us."""
    return here / expand_home(Path(path))


def _context() -> click.Context | None:
    return click.get_current_context(silent=True)
