"""Reads what the launcher probed inside the sandbox, and names the gaps.

The launcher is the first program there and says it in the first line of stderr, before the command exists.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, TypeVar

from taketwo.engine.interface import Base, Engine
from taketwo.model.manifest import Sealing

PREFIX = b"taketwo-sealing: "
_SIZE_LIMIT = 64 * 1024

_T = TypeVar("_T")


class Opening:
    """Takes the launcher's line off the beginning of a stream; everything else belongs to the command.

    When the stream begins with anything else (an error of the engine, say), ``line`` stays ``None`` and
    not a byte is taken: a later line that looks like it was written by the command.
    """

    def __init__(self) -> None:
        self.line: bytes | None = None
        self._held = b""
        self._passed = False

    def feed(self, content: bytes) -> bytes:
        """What of these bytes, and of those held back before, belongs to the command."""
        if self._passed:
            return content
        self._held += content
        line, newline, rest = self._held.partition(b"\n")
        if newline and line.startswith(PREFIX) and len(line) <= _SIZE_LIMIT:
            self.line, self._held = line[len(PREFIX) :], rest
        elif not newline and len(line) <= _SIZE_LIMIT and line.startswith(PREFIX[: len(line)]):
            return b""  # it may still become that line
        return self.rest()

    def rest(self) -> bytes:
        """What is held back still; the stream is at its end, or past its first line."""
        self._passed, held, self._held = True, self._held, b""
        return held


def read_sealing(
    line: bytes | None, engine: Engine, base: Base | None = None, *, network: bool = False
) -> Sealing:
    """What the launcher found; ``sealed`` only when every probe held.

    The ``line`` comes out of the sandbox and is not trusted beyond its types: whatever is missing, malformed
    or was never written counts as a gap. What was opened from here, as the ``network`` on demand, is open
    whatever it says. Gaps are clauses, without capital and full stop: whoever shows them makes sentences of them.
    """
    found = _read(line)
    if found and os.geteuid() != 0 and (base is None or base.image is None):
        # Our own child cannot be more than we are. From inside a namespace within a namespace, root of the outer
        # one looks like root of the machine, and is the ordinary user who made it.
        found = {**found, "host_root": False}
    probes: dict[str, Any] = {
        "network": True if network and found else _of(found, "network", bool),
        "root_writable": _of(found, "root_writable", bool),
        "capabilities": _of(found, "capabilities", str),
        "no_new_privileges": _of(found, "no_new_privileges", bool),
        "uid": _of(found, "uid", int),
        "memory_limit_bytes": _of(found, "memory_limit_bytes", int),
        "process_limit": _of(found, "process_limit", int),
    }
    gaps = _gaps(found, probes) if found else ("the sandbox was not probed from inside",)
    if not engine.sealed:
        gaps = (f"the engine {engine.name} does not isolate what it runs", *gaps)
    return Sealing(
        engine=engine.name,
        sealed=not gaps,
        image=base.image if base else None,
        image_id=base.image_id if base else None,
        gaps=gaps,
        **probes,
    )


def _gaps(found: Mapping[str, Any], probes: Mapping[str, Any]) -> tuple[str, ...]:
    settings = _of(found, "kernel_settings_writable", bool)
    capabilities = probes["capabilities"]
    # What was asked; the answer (None: it could not be found out); whether it holds; what it means if not.
    asked = (
        ("the network", probes["network"], probes["network"] is False, "the network was open"),
        (
            "the root file system",
            probes["root_writable"],
            probes["root_writable"] is False,
            "the root file system could be written",
        ),
        (
            "kernel settings",
            settings,
            settings is False,
            "settings of the machine's kernel could be written",
        ),
        (
            "capabilities",
            capabilities,
            _is_zero(capabilities),
            f"the command had capabilities: {capabilities}",
        ),
        (
            "new privileges",
            probes["no_new_privileges"],
            probes["no_new_privileges"] is True,
            "programs could gain new privileges",
        ),
        ("the user", probes["uid"], _is_not_root(found, probes["uid"]), "the command ran as root"),
    )
    gaps = [
        f"it could not be found out about {subject}" if answer is None else meaning
        for subject, answer, held, meaning in asked
        if not held
    ]
    if probes["memory_limit_bytes"] is None:
        gaps.append("memory was not bounded")
    if probes["process_limit"] is None:
        gaps.append("the number of processes was not bounded")
    return tuple(gaps)


def _is_not_root(found: Mapping[str, Any], uid: int | None) -> bool:
    """What counts is who a uid is outside: 0 may be somebody else there, and any other may be root."""
    host_root = _of(found, "host_root", bool)
    return uid is not None and host_root is not True and (uid != 0 or host_root is False)


def _is_zero(mask: str | None) -> bool:
    return mask is not None and mask.strip("0") == ""


def _of(found: Mapping[str, Any], name: str, kind: type[_T]) -> _T | None:
    value = found.get(name)
    # bool is an int in Python, and would pass for a uid.
    return value if type(value) is kind else None


def _read(line: bytes | None) -> Mapping[str, Any]:
    try:
        found = json.loads(line) if line is not None and len(line) <= _SIZE_LIMIT else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
