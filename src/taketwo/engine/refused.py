"""Tells a command that never started from one that failed: the first is no statement about the results."""

from __future__ import annotations

import os
from pathlib import Path

from taketwo.errors import EngineError
from taketwo.observer.launch import REFUSED

_EXIT_CODES = (126, 127)
_LONGEST = 4096


def check_started(stderr: Path, exit_code: int, engine: str) -> None:
    """``EngineError`` when the last line that the launcher left in ``stderr`` says that there is no such program."""
    if exit_code not in _EXIT_CODES:
        return
    reason = _refusal(stderr)
    if reason is None:
        return
    program, _, why = reason.rpartition(": ")
    missing = exit_code == _EXIT_CODES[1] and "/" not in program
    what = (
        f"there is no {program} in what {engine} runs the command in" if missing else f"{reason} ({engine})"
    )
    raise EngineError(
        what,
        why=f"The command was never started ({why}), so nothing can be said about its results.",
        todo="Name an image that has the program (--base-image), or another engine (--engine).",
    )


def _refusal(stderr: Path) -> str | None:
    with stderr.open("rb") as stream:
        stream.seek(max(0, stream.seek(0, os.SEEK_END) - _LONGEST))
        lines = stream.read().decode("utf-8", "replace").splitlines()
    last = lines[-1] if lines else ""
    return last.removeprefix(REFUSED) if last.startswith(REFUSED) else None
