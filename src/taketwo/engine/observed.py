"""Runs the user's own command on the user's own machine: passed through untouched, and recorded.

The command has our standard input, directory, signal dispositions and process group, so that job control and
Ctrl-C work as without us. Its output goes through pipes, or through pseudo-terminals where ours are
terminals, because programs print differently there.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import stat
import termios
import threading
import time
import tty
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import msgspec

from taketwo.engine.interface import RunOutcome
from taketwo.engine.streams import LINGER_SECONDS, Child, pump, spawn
from taketwo.errors import CaptureError, CommandNotFound, NotExecutable

_PASSED_ON = (
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGWINCH,
)
_FROM_TERMINAL = frozenset({signal.SIGINT, signal.SIGQUIT, signal.SIGWINCH, signal.SIGHUP})
_SENT_BY_KERNEL = 0x80
_SHELL = "/bin/sh"


class ObservedCommand(msgspec.Struct, frozen=True):
    """A command as the user typed it, its whole environment, and the files that keep what it prints.

    ``directory`` is where it starts; ``None`` is where we are.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    stdout: Path
    stderr: Path
    directory: Path | None = None
    linger_seconds: float = LINGER_SECONDS


def run_observed(command: ObservedCommand) -> RunOutcome:
    """Run the command to its end. ``CommandNotFound`` (127) and ``NotExecutable`` (126) as shells have it.

    Signals that are sent to us are passed on to it. Those that the terminal sends to the whole foreground
    group have reached it already. Descendants that keep an output open are followed for ``linger_seconds``.
    """
    program = find_program(command.argv[0], command.environment)
    with (
        command.stdout.open("wb", buffering=0) as stdout_record,
        command.stderr.open("wb", buffering=0) as stderr_record,
        _blocked(_PASSED_ON) as original_mask,
    ):
        streams = [_Stream(1, stdout_record), _Stream(2, stderr_record)]
        try:
            child = _start(program, command, (streams[0].theirs, streams[1].theirs), original_mask)
        except OSError as error:
            for stream in streams:
                os.close(stream.ours)
            raise _refused(command.argv[0], error) from error
        finally:
            for stream in streams:
                os.close(stream.theirs)
        with _passing_on(child, [stream.ours for stream in streams if stream.is_terminal]):
            pump(child, {stream.ours: stream.take for stream in streams}, linger=command.linger_seconds)
            ended = child.wait()
    return RunOutcome(
        exit_code=ended.exit_code,
        wall_seconds=ended.wall_seconds,
        cpu_seconds=ended.cpu_seconds,
        peak_memory_bytes=ended.peak_memory_bytes,
    )


def find_program(name: str, environment: Mapping[str, str]) -> str:
    """The file that a shell would run for ``name`` with the ``PATH`` of that environment."""
    found = shutil.which(name, path=environment.get("PATH", os.defpath))
    if found is not None:
        return found
    if "/" in name and os.path.lexists(name):
        raise _refused(name, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
    raise CommandNotFound(
        f"There is no program called {name}.",
        why="Nothing was run, so there is nothing to capture.",
        todo="See how it is spelled, and whether its environment is active (`command -v`).",
    )


class _Stream:
    """One output of the command: shown where ours goes, and recorded."""

    def __init__(self, shown: int, record: BinaryIO) -> None:
        self._shown = shown
        self._record = record
        self.is_terminal = os.isatty(shown)
        if self.is_terminal:
            self.ours, self.theirs = os.openpty()
            # Our own terminal turns newlines into what it needs; bytes must reach it as they were written.
            tty.setraw(self.theirs)
            copy_window_size(shown, self.ours)
        else:
            self.ours, self.theirs = os.pipe()

    def take(self, content: bytes) -> bool:
        """Record and show; ``False`` when nobody reads ours any more: then the command shall learn of it."""
        self._record.write(content)
        try:
            write_all(self._shown, content)
        except BrokenPipeError:
            return False
        except OSError as error:
            # Our output is gone in some other way (terminal closed, disk full): the record goes on.
            return error.errno in {errno.EIO, errno.ENOSPC, errno.EBADF}
        return True


def write_all(descriptor: int, content: bytes) -> None:
    """Write every byte, also to a descriptor that somebody has made non-blocking."""
    view = memoryview(content)
    while view:
        try:
            view = view[os.write(descriptor, view) :]
        except BlockingIOError:
            time.sleep(0.001)


def copy_window_size(source: int, destination: int) -> None:
    """Give a pseudo-terminal the size of ours; without a size, nothing happens."""
    with contextlib.suppress(OSError, termios.error):
        termios.tcsetwinsize(destination, termios.tcgetwinsize(source))


def _start(program: str, command: ObservedCommand, outputs: tuple[int, int], mask: set[int]) -> Child:
    argv = command.argv
    if command.directory is not None and command.directory.resolve() != Path.cwd():
        # posix_spawn cannot change the directory, and this process must not: a shell does, then becomes the command.
        program, argv = (
            _SHELL,
            ("sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", str(command.directory), program, *argv[1:]),
        )
    try:
        return spawn(program, argv, command.environment, outputs, mask=mask)
    except OSError as error:
        if error.errno != errno.ENOEXEC:
            raise
        # A script without a first line that names its interpreter: every shell runs it itself.
        return spawn(_SHELL, ("sh", program, *argv[1:]), command.environment, outputs, mask=mask)


def _refused(name: str, error: OSError) -> CaptureError:
    if isinstance(error, FileNotFoundError):
        return CommandNotFound(
            f"{name} names an interpreter that does not exist.",
            why="Nothing was run, so there is nothing to capture.",
            todo="See the first line of the file (`head -n 1`).",
        )
    path = Path(name)
    executable = path.is_file() and bool(path.stat().st_mode & stat.S_IXUSR)
    return NotExecutable(
        f"{name} cannot be executed: {error.strerror}.",
        why="Nothing was run, so there is nothing to capture.",
        todo=""
        if executable
        else f"Make it executable (chmod +x {name}), or name its interpreter: python {name}",
    )


@contextlib.contextmanager
def _blocked(numbers: tuple[signal.Signals, ...]) -> Iterator[set[int]]:
    """Block signals in this thread, so that they wait to be fetched together with who sent them."""
    before = {int(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, numbers)}
    late = []
    try:
        yield before
    finally:
        # A Ctrl-C that ended the command was meant for it; it must not end the capture as well.
        while (caught := signal.sigtimedwait(numbers, 0)) is not None:
            if not _has_reached_group(caught) and caught.si_signo != signal.SIGWINCH:
                late.append(caught.si_signo)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for number in late:
            signal.raise_signal(number)


@contextlib.contextmanager
def _passing_on(child: Child, terminals: list[int]) -> Iterator[None]:
    """Fetch the blocked signals in a thread and pass them on to the child while it runs."""
    over = threading.Event()

    def pass_on() -> None:
        while True:
            caught = signal.sigwaitinfo(_PASSED_ON)
            if over.is_set():
                return
            if caught.si_signo == signal.SIGWINCH:
                for terminal in terminals:
                    copy_window_size(1 if os.isatty(1) else 2, terminal)
                # It has heard of the change already, and has perhaps asked for the size too early.
                child.signal(signal.SIGWINCH)
            elif not _has_reached_group(caught):
                child.signal(caught.si_signo)

    thread = threading.Thread(target=pass_on, name="taketwo-signals", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        if thread.ident is not None:
            signal.pthread_kill(thread.ident, signal.SIGWINCH)  # Only wakes it up; nobody else hears this.
        thread.join()


def _has_reached_group(caught: signal.struct_siginfo) -> bool:
    """Whether the child, being in our process group, has this signal already.

    From the terminal: always. From a process of our own group (`timeout` signals its whole group): taken for
    granted for those signals that a terminal sends, because a second Ctrl-C would break off orderly clean-up.
    """
    if caught.si_signo not in _FROM_TERMINAL:
        return False
    if caught.si_code == _SENT_BY_KERNEL:
        return True
    try:
        return caught.si_pid > 0 and os.getpgid(caught.si_pid) == os.getpgrp()
    except ProcessLookupError:
        return False
