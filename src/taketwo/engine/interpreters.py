"""Which Pythons this machine has: those that run us, on PATH, of pyenv, of uv; each asked what it is."""

from __future__ import annotations

import functools
import glob
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from taketwo.engine.interface import Base
from taketwo.errors import NoInterpreter, UsageError
from taketwo.model.environment import Interpreter

_QUESTION = """
import json, platform, sys
print(json.dumps([
    platform.python_implementation().lower(), platform.python_version(), sys.base_prefix,
    getattr(sys, "_base_executable", None) or sys.executable,
]))
"""


@dataclass(frozen=True)
class Installed:
    """An interpreter of this machine, as it describes itself; never that of a virtual environment."""

    implementation: str
    version: str
    prefix: str
    executable: str

    @property
    def minor(self) -> str:
        """``3.11`` of ``3.11.7``."""
        return ".".join(self.version.split(".")[:2])


def base_of_this_machine(engine: str, interpreter: Interpreter, *, image: str | None = None) -> Base:
    """The base for engines that use this machine's Pythons: exact version, else same minor, else refused."""
    if image is not None:
        raise UsageError(
            f"The engine {engine} has no base images, so it cannot use {image}.",
            todo="Leave the base image out, or choose --engine docker.",
        )
    found = nearest(interpreter)
    if found is None:
        raise NoInterpreter(
            f"This machine has no {interpreter.implementation} {interpreter.minor}.",
            why=f"The run was captured with {interpreter.version}; another minor version is another "
            "language, and its wheels do not fit.",
            todo=f"Install Python {interpreter.version} (for example with "
            f"`uv python install {interpreter.version}` or `pyenv install`), or replay with --engine docker.",
        )
    status = Path(found.executable).stat()
    identity = (
        engine,
        found.implementation,
        found.version,
        found.executable,
        status.st_size,
        status.st_mtime_ns,
    )
    digest = hashlib.sha256(json.dumps(identity).encode()).hexdigest()
    return Base(
        key=f"{engine}-{found.implementation}-{found.version}-{digest[:16]}",
        python_version=found.version,
        python=found.executable,
        prefix=found.prefix,
    )


def nearest(interpreter: Interpreter) -> Installed | None:
    """The installed interpreter of exactly that version, else the newest one of the same minor version."""
    same_minor: dict[str, Installed] = {}
    for path in _candidates(interpreter):
        found = ask(path)
        if found is None or found.implementation != interpreter.implementation.lower():
            continue
        if found.version == interpreter.version:
            return found
        if found.minor == interpreter.minor:
            same_minor.setdefault(found.version, found)
    return same_minor[max(same_minor, key=_release)] if same_minor else None


@functools.cache
def ask(executable: str) -> Installed | None:
    """What the interpreter says of itself; ``None`` when it does not run."""
    try:
        done = subprocess.run(
            [executable, "-I", "-S", "-c", _QUESTION],
            capture_output=True,
            check=True,
            timeout=20,
            stdin=subprocess.DEVNULL,
        )
        implementation, version, prefix, base = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return Installed(implementation, version, prefix, os.path.realpath(base))


def _candidates(interpreter: Interpreter) -> Iterator[str]:
    """Paths worth asking, the likeliest first, each once."""
    seen = set()
    for path in _places(interpreter):
        real = os.path.realpath(path)
        if real not in seen and os.access(path, os.X_OK):
            seen.add(real)
            yield path


def _places(interpreter: Interpreter) -> Iterator[str]:
    command = "pypy" if interpreter.implementation.lower() == "pypy" else "python"
    name = f"{command}{interpreter.minor}"
    yield getattr(sys, "_base_executable", None) or sys.executable
    for root in (os.environ.get("PYENV_ROOT"), str(Path.home() / ".pyenv")):
        if root:
            # Exact releases first, so that a whole row of old ones need not be asked.
            yield from glob.glob(f"{root}/versions/*{interpreter.version}/bin/{name}")  # noqa: PTH207 - with a root
            yield from sorted(glob.glob(f"{root}/versions/*{interpreter.minor}*/bin/{name}"))  # noqa: PTH207 - likewise
    for directory in os.get_exec_path():
        for candidate in (name, f"{command}3"):
            yield str(Path(directory) / candidate)
    for wanted in (interpreter.version, interpreter.minor):
        yield from _known_to_uv(f"{interpreter.implementation.lower()}@{wanted}")


def _known_to_uv(request: str) -> Iterator[str]:
    uv = uv_program()
    if uv is None:
        return
    try:
        done = subprocess.run(
            [
                uv,
                "python",
                "find",
                "--no-python-downloads",
                "--no-config",
                "--no-project",
                "--system",
                request,
            ],
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
        )
    except (OSError, subprocess.SubprocessError):
        return
    yield done.stdout.strip()


def uv_program() -> str | None:
    """The uv program: the one installed with taketwo, else the one on PATH."""
    try:
        import uv  # noqa: PLC0415 - only needed here

        return uv.find_uv_bin()
    except (ImportError, FileNotFoundError):
        return shutil.which("uv")


def _release(version: str) -> tuple[int, ...]:
    return tuple(int("".join(digit for digit in part if digit.isdigit()) or 0) for part in version.split("."))
