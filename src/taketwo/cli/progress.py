"""Progress for people: a live line on a terminal, plain lines elsewhere, warnings only during a command."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self, TextIO

from taketwo.cli import output
from taketwo.progress import Progress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

QUIET_SECONDS = 5.0
"""How long plain lines stay silent about a step that is busy: a log shows life, and no more."""


class Warnings(Progress):
    """Only what the user should know: while a command runs, the terminal belongs to it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def warn(self, text: str) -> None:
        """Print the warning on a line of its own."""
        self._line(f"taketwo: note: {text}")

    def _line(self, text: str) -> None:
        output.print_safely(self._stream, text)


class PlainLines(Warnings):
    """One line for each step and what it found, for logs; what it is busy with every few seconds at most."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(stream)
        self._clock = clock
        self._said_at = clock()

    def step(self, text: str) -> None:
        """Print the step."""
        self._said_at = self._clock()
        self._line(f"taketwo: {text}")

    def detail(self, text: str) -> None:
        """Print the detail below its step, unless something was said a moment ago."""
        self._now_and_then(text)

    def found(self, text: str) -> None:
        """Print what the step found out below it."""
        self._said_at = self._clock()
        self._line(f"         {text}")

    def _now_and_then(self, text: str) -> None:
        now = self._clock()
        if now - self._said_at >= QUIET_SECONDS:
            self._said_at = now
            self._line(f"         … {text}")


class LiveStatus(Progress):
    """One line that changes in place, by rich; steps that are done stay above it with their times."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._status: Status = console.status("")
        self._step = ""
        self._found: list[str] = []
        self._began = clock()

    def __enter__(self) -> Self:
        """Take over the last line of the terminal."""
        self._status.start()
        return self

    def __exit__(self, error: object, *_: object) -> None:
        """Leave the terminal as it was, the last step marked done or not."""
        self._finish(done=error is None)
        self._status.stop()

    def step(self, text: str) -> None:
        """Show the new step; the one before is done."""
        self._finish(done=True)
        self._step, self._began = text, self._clock()
        self._show(text)

    def detail(self, text: str) -> None:
        """Show the detail beside its step."""
        self._show(f"{self._step}: {text}" if self._step else text)

    def found(self, text: str) -> None:
        """Keep what the step found out for the line that stays when it is done."""
        self._found.append(text)
        self._show(f"{self._step}: {text}")

    def warn(self, text: str) -> None:
        """Print the warning above the live line, where it stays."""
        self._console.print(output.neutral(f"note: {text}"), style="yellow", markup=False, highlight=False)

    def _show(self, text: str) -> None:
        from rich.markup import escape  # noqa: PLC0415  heavy, only needed on a terminal

        self._status.update(escape(output.neutral(text)))

    def _finish(self, *, done: bool) -> None:
        if self._step:
            found = f": {'; '.join(self._found)}" if self._found else ""
            line = f"{'✓' if done else '✗'} {self._step}{found} ({self._clock() - self._began:.1f} s)"
            self._console.print(
                output.neutral(line), style="dim" if done else "red", markup=False, highlight=False
            )
        self._step, self._found = "", []


@contextmanager
def progress_on(stream: TextIO) -> Iterator[Progress]:
    """The progress that fits ``stream``: rich on a terminal that can move its cursor, else plain lines."""
    if not stream.isatty():
        yield PlainLines(stream)
        return
    from rich.console import Console  # noqa: PLC0415  heavy, only needed on a terminal

    console = Console(file=stream)
    if not console.is_terminal or console.is_dumb_terminal:
        yield PlainLines(stream)
        return
    with LiveStatus(console) as live:
        yield live
