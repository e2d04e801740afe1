"""The one place where the git program is run, with nothing of the user's settings taking part.

Every call has an environment of its own: the user's ``GIT_*`` variables are removed, the system's and the
user's configuration are not read, hooks, aliases, file-system monitors and the network are off, and
nothing optional (an index refresh, say) is written into a repository that is only looked at.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, NoReturn, Self

import msgspec

from taketwo.errors import SourceError

Argument = str | bytes | Path
_CHUNK = 1 << 20

_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.attributesFile": os.devnull,
    "core.pager": "cat",
    "core.quotePath": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    # A project on a shared disk, or a store that a colleague made, belongs to somebody else.
    "safe.directory": "*",
    "submodule.recurse": "false",
}
_VARIABLES = {
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
# Where a user says that repositories end is a fact about their disk and not a preference of their git.
_KEPT = frozenset({"GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM"})
_OWN_CONFIGURATION = frozenset({"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"})


class Finished(msgspec.Struct, frozen=True):
    """How a git command ended."""

    code: int
    output: bytes
    errors: bytes

    @property
    def complaint(self) -> str:
        """What git died of, or said last; advice that follows it is left out."""
        lines = self.errors.decode("utf-8", "backslashreplace").strip().splitlines()
        if not lines:
            return f"exit code {self.code}"
        told = next((line for line in reversed(lines) if line.startswith("fatal: ")), lines[-1])
        return told.removeprefix("fatal: ").removeprefix("error: ")


class Git(msgspec.Struct, frozen=True, kw_only=True):
    """The git program in a directory. ``settings`` override every configuration file.

    ``as_configured`` reads the user's own configuration files too; it is for asking what they say and
    for nothing else.
    """

    directory: Path
    settings: Mapping[str, str] = {}
    variables: Mapping[str, str] = {}
    as_configured: bool = False

    def run(self, *arguments: Argument, stdin: bytes = b"", accept: Container[int] = (0,)) -> bytes:
        """What the command prints. Any exit code but those in ``accept`` is a ``SourceError``."""
        with self.start(*arguments, stdin=stdin) as started:
            return started.output(accept=accept)

    def attempt(self, *arguments: Argument, stdin: bytes = b"") -> Finished:
        """Run a command whose failure means something; only a missing git is a ``SourceError``."""
        with self.start(*arguments, stdin=stdin) as started:
            return started.finish()

    def start(self, *arguments: Argument, stdin: bytes = b"") -> Started:
        """Begin a command and go on; use as a context, so that it ends when something else fails."""
        process = self.open(*arguments, stdin=subprocess.PIPE if stdin else subprocess.DEVNULL)
        return Started(process, arguments, stdin)

    def open(
        self, *arguments: Argument, stdin: int | IO[bytes] = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        """The process itself, for talking to it through pipes."""
        try:
            return subprocess.Popen(
                ["git", *arguments],
                cwd=self.directory,
                env=self._environment(),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except FileNotFoundError as exc:
            if not self.directory.is_dir():
                raise SourceError(
                    f"there is no directory {self.directory}",
                    why="A run is captured together with the directory that it ran in.",
                    todo="Name a directory that exists",
                ) from exc
            raise SourceError(
                "the program git was not found",
                why="The working tree of a run is kept as a git tree, in every kind of project.",
                todo="Install git (https://git-scm.com/downloads) and make sure that it is on PATH",
            ) from exc
        except OSError as exc:
            raise SourceError(
                f"git cannot be started: {exc.strerror}",
                why="The working tree of a run is kept as a git tree.",
                todo="Check that the directory can be entered and that git can be executed",
            ) from exc

    def _environment(self) -> dict[str, str]:
        kept = _KEPT | _OWN_CONFIGURATION if self.as_configured else _KEPT
        settings = _SETTINGS | dict(self.settings)
        environment = {
            name: value
            for name, value in os.environ.items()
            if name in kept or not (name.startswith("GIT_") or name in {"LANGUAGE", "LC_ALL"})
        }
        ours = _VARIABLES.keys() - (_OWN_CONFIGURATION if self.as_configured else ())
        environment.update({name: _VARIABLES[name] for name in ours})
        environment.update(self.variables)
        environment["GIT_CONFIG_COUNT"] = str(len(settings))
        for number, (key, value) in enumerate(settings.items()):
            environment[f"GIT_CONFIG_KEY_{number}"] = key
            environment[f"GIT_CONFIG_VALUE_{number}"] = value
        return environment


class Started:
    """A git command under way."""

    def __init__(self, process: subprocess.Popen[bytes], arguments: Iterable[Argument], stdin: bytes) -> None:
        self._process = process
        self._arguments = tuple(arguments)
        self._stdin = stdin

    def finish(self) -> Finished:
        """Wait for the end, whatever it is."""
        output, errors = self._process.communicate(self._stdin or None)
        return Finished(self._process.returncode, output, errors)

    def output(self, *, accept: Container[int] = (0,)) -> bytes:
        """Wait for the end; what was printed, or ``SourceError``."""
        finished = self.finish()
        if finished.code not in accept:
            refuse(self._arguments, finished)
        return finished.output

    def copy_to(self, file: IO[bytes], *, limit: int) -> bool:
        """Write what is printed into ``file``; whether it ended well within ``limit`` bytes."""
        answers = self._process.stdout
        written = 0
        while answers is not None and (chunk := answers.read(_CHUNK)):
            written += len(chunk)
            if written > limit:
                return False
            file.write(chunk)
        return self._process.wait() == 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        end(self._process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Make sure that a process is gone and its pipes are closed."""
    if process.poll() is None:
        process.kill()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None and not pipe.closed:
            try:
                pipe.close()
            except BrokenPipeError:
                continue  # what was still to be written is of no interest to a process that is gone
    process.wait()


def refuse(arguments: Iterable[Argument], finished: Finished) -> NoReturn:
    """Raise the ``SourceError`` for a command that failed."""
    verb = next((os.fsdecode(argument) for argument in arguments), "")
    raise SourceError(
        f"git {verb} failed: {finished.complaint}",
        why="Without it the source of this run cannot be kept or rebuilt exactly.",
        todo="Run `git status` and `git fsck` in the project and repair what they report",
    )
