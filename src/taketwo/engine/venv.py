"""The engine that needs nothing: a plain child process. Not sealed, and it says so."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from taketwo.engine.interface import (
    HOME,
    Availability,
    Base,
    Engine,
    Mount,
    OutputListener,
    RunOutcome,
    RunRequest,
)
from taketwo.engine.interpreters import base_of_this_machine
from taketwo.engine.local_process import bounds_for, run_locally
from taketwo.model.environment import Interpreter


class VenvEngine(Engine):
    """Runs commands directly on this machine. Mounts cannot be made: commands see their sources themselves.

    Time, memory and processes are bounded as far as this user may bound them. The network is open, and
    read-only mounts are writable to whoever may write their sources.
    """

    name = "venv"
    sealed = False

    def availability(self) -> Availability:
        """Always usable."""
        return Availability(usable=True)

    def base_for(self, interpreter: Interpreter, *, image: str | None = None) -> Base:
        """An interpreter of this machine; ``image`` has no meaning here and is refused."""
        return base_of_this_machine(self.name, interpreter, image=image)

    def place(self, target: str, mounts: Sequence[Mount] = ()) -> str:
        """The path on this machine of what is mounted at ``target``; other places stay as they are."""
        wanted = PurePosixPath(target)
        holding = [mount for mount in mounts if wanted.is_relative_to(mount.target)]
        if not holding:
            return target
        nearest = max(holding, key=lambda mount: len(PurePosixPath(mount.target).parts))
        return str(nearest.source.resolve() / wanted.relative_to(nearest.target))

    def run(self, request: RunRequest, listener: OutputListener) -> RunOutcome:
        """Run the command, with a home and a temporary directory of its own that are gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="taketwo-", ignore_cleanup_errors=True) as scratch:
            private = {"HOME": Path(scratch) / "home", "TMPDIR": Path(scratch) / "tmp"}
            for directory in private.values():
                directory.mkdir()
            environment = {name: str(path) for name, path in private.items()} | dict(request.environment)
            if environment["HOME"] == HOME:
                environment["HOME"] = str(private["HOME"])
            return run_locally(
                request.argv,
                environment,
                listener,
                bounds=bounds_for(request.limits),
                directory=request.directory,
            )
