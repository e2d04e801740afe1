"""A program of its own: enters control groups, sets resource limits, then becomes the command.

``python -I -S limited.py SETTINGS COMMAND…`` with ``SETTINGS`` as JSON. It uses the standard library only
and hands on exactly the environment that it was started with.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from typing import TypedDict


class Settings(TypedDict):
    """What to do before becoming the command; ``limits`` are soft and hard at once, by ``resource`` name."""

    groups: list[str]
    limits: dict[str, int]
    directory: str


def main(arguments: list[str]) -> None:
    """Apply the settings and become the command: 127 when there is none, 126 when it cannot run."""
    settings: Settings = json.loads(arguments[0])
    command = arguments[1:]
    for group in settings["groups"]:
        with open(os.path.join(group, "cgroup.procs"), "w", encoding="ascii") as members:  # noqa: PTH118, PTH123 - start-up time counts
            members.write("0")
    for name, wanted in settings["limits"].items():
        number = getattr(resource, name)
        hard = resource.getrlimit(number)[1]
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(number, (value, value))
    # Python ignores these, and what is ignored stays so across exec; the command must not notice.
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_DFL)
    try:
        os.chdir(settings["directory"])
        os.execvpe(command[0], command, _original_environment())  # noqa: S606 - becoming the command is the point
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        sys.exit(127 if isinstance(error, FileNotFoundError) else 126)


def _original_environment() -> dict[bytes, bytes]:
    """The environment as it was handed to us: Python may have added ``LC_CTYPE`` to its own copy."""
    with open("/proc/self/environ", "rb") as source:  # noqa: PTH123 - start-up time counts
        entries = source.read().split(b"\0")
    return {name: value for name, found, value in (entry.partition(b"=") for entry in entries) if found}


if __name__ == "__main__":
    main(sys.argv[1:])
