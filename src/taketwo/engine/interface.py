"""What an engine must do: say whether it works, build an environment once, run a command in it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from taketwo.engine.output import Collected
from taketwo.model.environment import Interpreter
from taketwo.progress import SILENT, Progress

OutputListener = Callable[[str, bytes], None]
"""Called with ``"stdout"`` or ``"stderr"`` and bytes as they arrive."""

HOME = "/taketwo/home"
"""The private home directory that every engine gives to a command: empty, writable, gone afterwards."""


class Availability(msgspec.Struct, frozen=True):
    """Whether an engine can be used here; ``reason`` says why not, ``todo`` what to do about it."""

    usable: bool
    reason: str = ""
    todo: str = ""

    def __bool__(self) -> bool:
        """True when the engine can be used."""
        return self.usable


class Mount(msgspec.Struct, frozen=True):
    """A file or directory of this machine that the sandbox sees at ``target``."""

    source: Path
    target: str
    writable: bool = False


class Limits(msgspec.Struct, frozen=True):
    """Upper bounds for one run; ``None`` is the engine's default, which is bounded too."""

    memory_bytes: int | None = None
    processes: int = 4096
    seconds: float | None = None
    disk_bytes: int | None = None


class Base(msgspec.Struct, frozen=True):
    """What a run stands on: a base image, or an interpreter of this machine. ``key`` identifies it.

    ``python`` is the path of its interpreter inside the sandbox; ``prefix`` is where an interpreter of
    this machine is installed. An image is run by its ``image_id`` and never again by its name.
    """

    key: str
    python_version: str
    python: str
    prefix: str | None = None
    image: str | None = None
    image_id: str | None = None


class RunRequest(msgspec.Struct, frozen=True):
    """One command to run. Paths in it are those that ``Engine.place`` gives; mounts name canonical ones.

    ``environment`` is complete: nothing of this process's own is added. Where it does not name them, an
    engine adds ``HOME`` (and ``TMPDIR``, where temporary files are not at ``/tmp``); ``PWD`` may appear.
    ``network`` opens the network.
    """

    argv: tuple[str, ...]
    directory: str
    environment: Mapping[str, str]
    mounts: tuple[Mount, ...] = ()
    limits: Limits = msgspec.field(default_factory=Limits)
    network: bool = False
    base: Base | None = None


class RunOutcome(msgspec.Struct, frozen=True):
    """How a command ended. ``exit_code`` is negative when a signal ended it, as in ``subprocess``.

    A container tells only what a shell would: there, 128 plus a signal that ends processes is taken for
    that signal. ``cpu_seconds`` and ``peak_memory_bytes`` (of the largest process) are ``None`` when unknown;
    ``out_of_memory`` is true only when the engine says so.
    """

    exit_code: int
    wall_seconds: float
    cpu_seconds: float | None = None
    peak_memory_bytes: int | None = None
    timed_out: bool = False
    out_of_memory: bool = False


class Engine(ABC):
    """Runs commands somewhere. Only ``EngineError`` and its children come out.

    Ctrl-C (``KeyboardInterrupt``) passes through after everything temporary has been removed.
    """

    name: str
    sealed: bool
    """Whether ``run`` isolates the command; what was really achieved is probed from inside."""

    @abstractmethod
    def availability(self) -> Availability:
        """Whether this engine can run here, found out by trying and not by looking for a program."""

    @abstractmethod
    def base_for(self, interpreter: Interpreter, *, image: str | None = None) -> Base:
        """The base with that Python: exact version, else same minor, else ``NoInterpreter``."""

    def place(self, target: str, mounts: Sequence[Mount] = ()) -> str:  # noqa: ARG002 - for engines that cannot mount
        """The path by which a command sees ``target`` when it is run with ``mounts``.

        Engines that mount show every place under its own name; one that cannot shows the source itself.
        """
        return target

    def build(
        self,
        base: Base,
        argv: tuple[str, ...],
        *,
        mounts: tuple[Mount, ...],
        environment: Mapping[str, str],
        progress: Progress = SILENT,
    ) -> tuple[int, str]:
        """Run one build step, network allowed, on ``base``; returns exit code and combined output.

        Used to install locked packages into a mounted directory, with the paths of a later ``run``. What the
        step needs to reach an index (certificates, addresses, folders of wheels) is among its ``mounts`` and
        ``environment``; a run is never given it. Each line of output is reported as a detail.
        """
        collected = Collected(progress)
        request = RunRequest(argv, "/", environment, mounts, Limits(), network=True, base=base)
        return self.run(request, collected).exit_code, collected.text()

    @abstractmethod
    def run(self, request: RunRequest, listener: OutputListener) -> RunOutcome:
        """Run the command sealed, streaming its output to ``listener`` and to nothing else."""
