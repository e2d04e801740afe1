"""What every command has at hand: the use cases, where it was typed, the options that all commands take."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from taketwo.cli.application import Application
from taketwo.config import Settings, load
from taketwo.errors import UsageError

Function = TypeVar("Function", bound=Callable[..., Any])


class Typed(msgspec.Struct, frozen=True):
    """How taketwo and its Python are typed here: what a message tells people to type must work."""

    taketwo: str = "taketwo"
    python: str = "python"

    @classmethod
    def by(cls, program: str, python: str, path: str) -> Typed:
        """Plain names where ``path`` leads to this very ``program``, as in an active environment; else full paths."""
        typed = Path(program)
        if typed.name == "__main__.py":
            return cls(f"{shlex.quote(python)} -m taketwo", shlex.quote(python))
        typed = typed.parent.resolve() / "taketwo"
        found = shutil.which("taketwo", path=path)
        if found and Path(found).parent.resolve() == typed.parent:
            return cls()
        return cls(shlex.quote(str(typed)), shlex.quote(python))


class Shell(msgspec.Struct):
    """One invocation of the program. Only common options change it, while the command line is read."""

    application: Application
    environ: Mapping[str, str]
    where: Callable[[], Path] = Path.cwd
    overrides: dict[str, object] = {}
    debug: bool = False
    json: bool = False
    typed: Typed = Typed()

    @property
    def directory(self) -> Path:
        """The working directory; ``UsageError`` when it was deleted under our feet."""
        try:
            return self.where()
        except FileNotFoundError as error:
            raise UsageError(
                "the current directory no longer exists",
                why="Relative paths, the project and its store are looked for from there.",
                todo="Change to a directory that exists.",
            ) from error

    def settings(self, **overrides: object) -> Settings:
        """The settings that hold for this command; its own options come last."""
        return load(self.directory, self.environ, self.overrides | overrides)


pass_shell = click.make_pass_decorator(Shell)


def common_options(function: Function) -> Function:
    """``--store`` and ``--debug``, which every command takes, before or after its name."""
    function = click.option(
        "--store",
        metavar="PATH",
        type=click.Path(path_type=Path),
        expose_value=False,
        callback=_remember_store,
        help="Use the store at PATH.",
    )(function)
    return click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_remember_debug,
        help="Show a traceback when something goes wrong.",
    )(function)


def json_option(function: Function) -> Function:
    """``--json``: one JSON document on stdout and nothing else there, errors included."""
    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        is_eager=True,
        callback=_remember_json,
        help="Print one JSON document.",
    )(function)


def _remember_store(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        context.ensure_object(Shell).overrides["store"] = value


def _remember_debug(context: click.Context, _: click.Parameter, value: bool) -> None:
    context.ensure_object(Shell).debug |= value


def _remember_json(context: click.Context, _: click.Parameter, value: bool) -> bool:
    context.ensure_object(Shell).json |= value
    return value
