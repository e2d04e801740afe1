"""How a command writes: text or one JSON document to stdout, everything else to stderr, files whole."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any, TextIO

from taketwo.config.values import expand_home
from taketwo.errors import UsageError


def print_to(stream: TextIO, text: str) -> None:
    """Print ``text`` at once. Characters that the stream cannot encode are escaped, never an error."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    if not text.endswith("\n"):
        stream.write("\n")
    stream.flush()


def neutral(text: str) -> str:
    """``text`` with everything but line ends and tabs that acts on a terminal spelled out.

    Whatever a foreign run printed, or named its files, may be part of what taketwo says.
    """
    if text.replace("\n", "").isprintable():
        return text
    from taketwo.report import words  # noqa: PLC0415  only needed for text that may not be plain

    return words.neutral(text, lines=True)


def print_safely(stream: TextIO, text: str) -> None:
    """Print ``text`` at once; nothing in it acts on the terminal, whoever wrote it."""
    print_to(stream, neutral(text))


def screen() -> tuple[int, bool]:
    """The width of stdout, and whether colours belong there: 80 and no unless it is a terminal."""
    if not sys.stdout.isatty():
        return 80, False
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return shutil.get_terminal_size().columns, not plain


def write(text: str) -> None:
    """Print ``text`` on stdout, with one newline at its end, at once."""
    print_to(sys.stdout, text)


def say(text: str) -> None:
    """Print ``text`` on stderr: what is not the answer to the question."""
    print_safely(sys.stderr, text)


def write_json(document: Any) -> None:
    """Print one JSON document on stdout. Its keys are described in ``docs/json.md``."""
    write(json.dumps(document, indent=2, allow_nan=False))


def report_file(here: Path, path: Path | None) -> Path | None:
    """The absolute path of a report. ``UsageError`` now rather than after the work of an hour."""
    if path is None:
        return None
    file = here / expand_home(path)
    if file.is_dir() or not file.parent.is_dir():
        raise UsageError(
            f"{path} cannot be written",
            why="It is a directory, or its directory does not exist.",
            todo="Name a file in a directory that exists.",
        )
    return file


def write_file(path: Path, text: str) -> None:
    """Write a report. ``UsageError`` when the disk refuses."""
    try:
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}",
            why="The report that you asked for would be missing.",
            todo="Name another file, or make its directory writable.",
        ) from error
