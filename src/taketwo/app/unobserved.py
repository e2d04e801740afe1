"""The interpreter of a command that could not be observed: found by way of the command, and asked."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import msgspec

from taketwo.engine.observed import find_program
from taketwo.errors import CaptureError, FormatError
from taketwo.formats import canonical_json
from taketwo.record import events
from taketwo.record.recording import Recording

_PYTHON = re.compile(r"(python|pypy)[0-9.]*")
_DESCRIBE = Path(__file__).resolve().parent.parent / "observer" / "describe.py"
_PATIENCE = 20.0


def with_its_interpreter(
    recording: Recording, argv: tuple[str, ...], environment: Mapping[str, str]
) -> tuple[Recording, bool]:
    """The recording with a process for the command's own Python, and whether it was observed itself.

    ``python -I`` (or ``-E``, ``-S``) keeps the observer out. The interpreter is then started once more,
    isolated, and asked who it is. A command that is no Python, or does not answer, stays without one.
    """
    if recording.processes or not _PYTHON.fullmatch(Path(argv[0]).name):
        return recording, True
    try:
        program = find_program(argv[0], environment)
        answer = subprocess.run(
            [program, "-I", str(_DESCRIBE)],
            capture_output=True,
            timeout=_PATIENCE,
            check=True,
            stdin=subprocess.DEVNULL,
        ).stdout
        process = msgspec.convert(canonical_json.decode(answer), events.Process)
    except (OSError, subprocess.SubprocessError, CaptureError, FormatError, msgspec.ValidationError):
        return recording, True
    return msgspec.structs.replace(recording, processes=(process,)), False
