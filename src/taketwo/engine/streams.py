"""Starts a child process and carries its output, as it comes, to whoever listens."""

from __future__ import annotations

import os
import selectors
import signal
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from resource import struct_rusage

import msgspec

CHUNK = 1 << 16
LINGER_SECONDS = 2.0
"""How long output is still carried after the command ended, when a descendant keeps the stream open."""

_IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)


class Ended(msgspec.Struct, frozen=True):
    """How a child ended: exit code (negative: signal), wall time, and what it and its descendants used."""

    exit_code: int
    wall_seconds: float
    usage: struct_rusage | None

    @property
    def cpu_seconds(self) -> float | None:
        """User and system time of the child and of all descendants that were waited for."""
        return None if self.usage is None else self.usage.ru_utime + self.usage.ru_stime

    @property
    def peak_memory_bytes(self) -> int | None:
        """The largest resident size that any one of these processes had (Linux counts in KiB)."""
        return None if self.usage is None else self.usage.ru_maxrss * 1024


class Child:
    """A running child. Its end can be waited for with ``select`` on ``fileno()``."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._started = time.monotonic()
        self._ended: Ended | None = None
        self._readable, self._writable = os.pipe()
        self._waiter = threading.Thread(target=self._wait, name="taketwo-wait", daemon=True)
        self._waiter.start()

    def fileno(self) -> int:
        """Readable as soon as the child has ended."""
        return self._readable

    @property
    def running(self) -> bool:
        """Whether the child has not been seen to end yet; only then may its pid be signalled."""
        return self._ended is None

    def signal(self, number: int, *, group: bool = False) -> None:
        """Send a signal to the child, or to its process group; nothing happens when it has ended."""
        try:
            if group:
                os.killpg(self.pid, number)
            elif self.running:
                os.kill(self.pid, number)
        except (ProcessLookupError, PermissionError):
            pass

    def wait(self) -> Ended:
        """How it ended; blocks until it has. Closes ``fileno()``."""
        self._waiter.join()
        if self._readable >= 0:
            os.close(self._readable)
            self._readable = -1
        if self._ended is None:
            raise ChildProcessError(self.pid)
        return self._ended

    def _wait(self) -> None:
        code, usage = -signal.SIGKILL, None
        try:
            _, status, usage = os.wait4(self.pid, 0)
            code = os.waitstatus_to_exitcode(status)
        except ChildProcessError:
            pass  # SIGCHLD is ignored here: the kernel reaped the child and told nobody how it ended.
        self._ended = Ended(code, time.monotonic() - self._started, usage)
        os.close(self._writable)


def spawn(
    program: str,
    argv: Sequence[str],
    environment: Mapping[str, str],
    outputs: tuple[int, int],
    *,
    mask: Iterable[int] | None = None,
) -> Child:
    """Start the file ``program`` with exactly this environment and two descriptors as stdout and stderr.

    With a signal ``mask`` it shares our session and standard input, and blocks just those signals. Without,
    it has a session of its own and no input. ``OSError`` when it cannot be executed.
    """
    actions: list[tuple[int, int, int] | tuple[int, int, str, int, int]] = []
    if mask is None:
        actions.append((os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0))
    actions += [(os.POSIX_SPAWN_DUP2, outputs[0], 1), (os.POSIX_SPAWN_DUP2, outputs[1], 2)]
    pid = os.posix_spawn(
        program,
        list(argv),
        environment,
        file_actions=actions,
        setsid=mask is None,
        setsigmask=() if mask is None else tuple(mask),
        setsigdef=_IGNORED_BY_PYTHON,
    )
    return Child(pid)


def pump(
    child: Child,
    sinks: Mapping[int, Callable[[bytes], bool]],
    *,
    deadline: float | None = None,
    linger: float = LINGER_SECONDS,
) -> bool:
    """Carry everything readable from the descriptors to their sinks until the child has ended.

    A sink that returns ``False`` wants no more: its descriptor is closed, so that the writer learns of it.
    Streams that descendants keep open are followed for ``linger`` seconds more. ``False`` when the
    ``deadline`` (monotonic) passed first; the child is then still running. All descriptors get closed.
    """
    with selectors.DefaultSelector() as selector:
        selector.register(child, selectors.EVENT_READ)
        for descriptor in sinks:
            os.set_blocking(descriptor, False)
            selector.register(descriptor, selectors.EVENT_READ)
        open_streams = set(sinks)
        try:
            ended = False
            while open_streams or not ended:
                timeout = None if deadline is None else deadline - time.monotonic()
                if timeout is not None and timeout <= 0:
                    return ended
                for key, _ in selector.select(timeout):
                    if key.fileobj is child:
                        ended = True
                        selector.unregister(child)
                        last_call = time.monotonic() + linger
                        deadline = last_call if deadline is None else min(deadline, last_call)
                    elif not _carry(key.fd, sinks[key.fd]):
                        selector.unregister(key.fd)
                        open_streams.discard(key.fd)
                        os.close(key.fd)
            return True
        finally:
            for descriptor in open_streams:
                os.close(descriptor)


def _carry(descriptor: int, sink: Callable[[bytes], bool]) -> bool:
    """Move one chunk; ``False`` when the stream is at its end or its sink wants no more."""
    try:
        content = os.read(descriptor, CHUNK)
    except BlockingIOError:
        return True
    except OSError:
        return False  # EIO: nobody holds the other side of a pseudo-terminal any more.
    return bool(content) and sink(content)
