"""Which of the observed Python processes ran the user's code: its environment is the one to rebuild."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from taketwo.model.base import Notice
from taketwo.record import events
from taketwo.record.recording import Recording

_QUIET = frozenset(
    {
        "uname",
        "lscpu",
        "nproc",
        "sysctl",
        "lsb_release",
        "ldconfig",
        "gcc",
        "cc",
        "ld",
        "objdump",
        "nvidia-smi",
        "stty",
    }
)
"""Programs that libraries ask about the machine; what they say is context and not data."""
_MOST_NAMED = 8


def main_process(recording: Recording, project: str) -> events.Process | None:
    """The first process that imported, ran or opened something of the project; else the command's own.

    Wrappers (``poetry run``, a launcher of another environment) are Python too, and come first. A process
    that became another program by ``exec`` has several events of one number: its last one counts.
    """
    for process in recording.processes:
        if _runs_code_of(project, process, recording):
            return process
    first = recording.processes[0] if recording.processes else None
    own = [each for each in recording.processes if first is not None and each.pid == first.pid]
    return own[-1] if own else None


def about_processes(recording: Recording, main: events.Process | None) -> list[Notice]:
    """What a reader must know of the other processes: other environments, unseen programs, the network."""
    found = []
    others = sorted(
        {each.interpreter.version for each in recording.processes if main and each.prefix != main.prefix}
    )
    if others:
        text = (
            f"Python processes of other environments took part as well (Python {', '.join(others)}): "
            "what is recorded is the environment that ran the project's code"
        )
        found.append(Notice(topic="environment", text=text))
    unseen = _unseen(recording.spawns, recording.processes)
    if unseen:
        named = ", ".join(unseen[:_MOST_NAMED]) + (", …" if len(unseen) > _MOST_NAMED else "")
        text = f"programs were started whose reading and writing is not seen: {named}; declare their data with --data"
        found.append(Notice(topic="data", text=text))
    if any(not _is_local(event.address) for event in recording.connects):
        text = (
            "the run connected to the network, which a sealed replay has not: declare what it fetched as data"
        )
        found.append(Notice(topic="network", text=text))
    return found


def _runs_code_of(project: str, process: events.Process, recording: Recording) -> bool:
    def inside(path: str) -> bool:
        return path.startswith(f"{project}/") and not path.startswith(f"{process.prefix}/")

    script = process.argv[0] if process.argv else ""
    if script not in {"", "-c", "-m"} and inside(os.path.normpath(os.path.join(process.cwd, script))):  # noqa: PTH118
        return True
    modules = (
        path for end in recording.exits if end.journal == process.journal for path in end.modules.values()
    )
    return any(map(inside, modules)) or any(call.journal == process.journal for call in recording.calls)


def _unseen(spawns: Sequence[events.Spawn], processes: Sequence[events.Process]) -> list[str]:
    seen = {word for process in processes for word in (process.executable, *process.orig_argv[:1])}
    names: set[str] = set()
    for spawn in spawns:
        name = os.path.basename(spawn.executable)  # noqa: PTH119 - text
        if spawn.executable not in seen and name not in _QUIET and not name.startswith("python"):
            names.add(name)
    return sorted(names)


def _is_local(address: str) -> bool:
    """Whether an address, as Python writes it, is one of this machine: other families than the internet's are."""
    host = re.match(r"\('([^']*)'", address)
    return host is None or host[1].startswith(("127.", "::1", "localhost")) or host[1] == ""
