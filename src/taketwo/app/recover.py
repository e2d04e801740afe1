"""Finish the manifests of runs whose process was killed before it could do so."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import msgspec

from taketwo.app.begin import RECORDINGS
from taketwo.app.conclude import conclude, discard
from taketwo.app.tools import Tools
from taketwo.errors import StoreError, TaketwoError
from taketwo.formats import canonical_json
from taketwo.model.base import Notice
from taketwo.model.manifest import Ending
from taketwo.owner import is_gone
from taketwo.record.ended import Ended, kept
from taketwo.record.recording import Recording
from taketwo.record.started import STARTED, Started


def recover(tools: Tools) -> tuple[str, ...]:
    """Seal what is left of abandoned runs, as ``killed``; returns their ids.

    A recording that cannot be read is set aside (``RUN.unreadable``) and never tried again, so that one
    damaged run does not get in the way of all others.
    """
    directory = tools.settings.store / RECORDINGS
    try:
        left = sorted(path for path in directory.iterdir() if path.is_dir() and "." not in path.name)
    except OSError:
        return ()
    return tuple(run_id for path in left if (run_id := _recover(tools, path)) is not None)


def _recover(tools: Tools, path: Path) -> str | None:
    try:
        started = msgspec.convert(canonical_json.decode((path / STARTED).read_bytes()), Started)
    except OSError:
        return None  # it is just being made, or just being removed, by another process
    except (TaketwoError, msgspec.ValidationError):
        _set_aside(path)
        return None
    if not is_gone(started.owner) or not _claim(path):
        return None
    try:
        recording = Recording.read(path)
        last = max(
            (end.time for end in (*recording.processes, *recording.opens, *recording.metrics)), default=0.0
        )
        ended = kept(path) or Ended(
            ending=Ending(status="killed", error="the capture was ended before it was complete"),
            finished=max(last, started.started),
        )
        conclude(
            tools,
            started,
            recording,
            msgspec.structs.replace(
                ended,
                stdout=path / "stdout",
                stderr=path / "stderr",
                notices=(*ended.notices, Notice(topic="capture", text=_why(ended))),
            ),
        )
    except StoreError:
        # The disk is full, say: the recording is whole, and may be sealed another time.
        if _is_sealed(tools, started.run_id):
            discard(path)
        return None
    except TaketwoError:
        _set_aside(path)
        return None
    discard(path)
    return started.run_id


def _is_sealed(tools: Tools, run_id: str) -> bool:
    try:
        tools.store.manifest(run_id)
    except TaketwoError:
        return False
    return True


def _why(ended: Ended) -> str:
    if ended.ending.status == "killed" and ended.ending.exit_code is None:
        return "recovered: the capturing process was killed"
    return "recovered: the capture could not be completed when the command had ended"


def _claim(path: Path) -> bool:
    """Whether this process is the one that recovers. Whoever held the lock and was killed has let it go."""
    try:
        descriptor = os.open(path / STARTED, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return False
    return True  # the lock is held until this process ends: a recording is recovered once


def _set_aside(path: Path) -> None:
    try:
        path.rename(path.with_name(f"{path.name}.unreadable"))
    except OSError:
        return
