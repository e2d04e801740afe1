"""What the contract tests of engines need: one way to ask for "a command that does this" of each."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from taketwo.engine.interface import Base, Engine, Limits, Mount, RunOutcome, RunRequest

PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass
class Heard:
    """A listener that keeps everything, by stream and in order of arrival."""

    streams: dict[str, bytes] = field(default_factory=lambda: defaultdict(bytes))
    order: list[tuple[str, bytes]] = field(default_factory=list)

    def __call__(self, stream: str, content: bytes) -> None:
        self.streams[stream] += content
        self.order.append((stream, content))

    @property
    def stdout(self) -> str:
        return self.streams["stdout"].decode().strip()


@dataclass
class Workbench:
    """An engine with its base, and a project directory mounted read-write in it."""

    engine: Engine
    base: Base
    project: Path
    arrange: Callable[[bytes, bytes, int], tuple[str, ...]]
    """Gives the argv of a command with that stdout, stderr and exit code."""

    @property
    def mounts(self) -> tuple[Mount, ...]:
        return (Mount(self.project, "/taketwo/project", writable=True),)

    def run(
        self,
        *argv: str,
        environment: dict[str, str] | None = None,
        limits: Limits | None = None,
        mounts: tuple[Mount, ...] = (),
    ) -> tuple[RunOutcome, Heard]:
        heard = Heard()
        mounts = self.mounts + mounts
        request = RunRequest(
            argv,
            self.engine.place("/taketwo/project", mounts),
            {"PATH": PATH} if environment is None else environment,
            mounts,
            limits or Limits(memory_bytes=512 << 20, processes=200, seconds=60),
            base=self.base,
        )
        return self.engine.run(request, heard), heard

    def python(self, code: str, **options) -> tuple[RunOutcome, Heard]:
        return self.run(self.base.python, "-I", "-S", "-c", code, **options)


def arrange_with_python(python: str) -> Callable[[bytes, bytes, int], tuple[str, ...]]:
    """Real engines: a little Python program that behaves as asked."""

    def argv(stdout: bytes, stderr: bytes, exit_code: int) -> tuple[str, ...]:
        ending = f"os.kill(os.getpid(), {-exit_code})" if exit_code < 0 else f"sys.exit({exit_code})"
        code = (
            "import os, signal, sys\n"
            f"sys.stdout.buffer.write({stdout!r}); sys.stdout.flush()\n"
            f"sys.stderr.buffer.write({stderr!r}); sys.stderr.flush()\n"
            f"{ending}\n"
        )
        return (python, "-I", "-S", "-c", code)

    return argv


_numbers = itertools.count()


def arrange_in_fake(engine) -> Callable[[bytes, bytes, int], tuple[str, ...]]:
    """The fake: the behaviour is arranged under a name of its own."""
    from tests.support.fake_engine import Behaviour

    def argv(stdout: bytes, stderr: bytes, exit_code: int) -> tuple[str, ...]:
        command = ("command", str(next(_numbers)))
        engine.arrange(lambda asked: asked == command, Behaviour(stdout, stderr, exit_code))
        return command

    return argv
