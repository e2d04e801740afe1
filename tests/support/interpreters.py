"""Finds the Pythons of this machine, without knowing where anything is."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

MINORS = tuple(f"3.{minor}" for minor in range(8, 15))


@functools.cache
def interpreter(minor: str) -> str | None:
    """An executable of that minor version that really starts, or ``None``."""
    return next((path for path in _candidates(minor) if _says(path) == minor), None)


def _candidates(minor: str) -> list[str]:
    found = [sys.executable] if minor == f"{sys.version_info[0]}.{sys.version_info[1]}" else []
    roots = [os.environ.get("PYENV_ROOT"), Path.home() / ".pyenv"]
    for root in filter(None, roots):
        found += [
            str(path / "bin" / "python")
            for path in sorted(Path(root, "versions").glob(f"{minor}.*"), reverse=True)
        ]
    uv = shutil.which("uv")
    if uv is not None:
        known = subprocess.run(
            [uv, "python", "find", "--offline", minor], capture_output=True, text=True, check=False
        )
        found += known.stdout.split("\n")[:1] if known.returncode == 0 else []
    found += [path for path in [shutil.which(f"python{minor}")] if path]
    return found


def _says(path: str) -> str:
    try:
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        done = subprocess.run(
            [path, "-I", "-c", code], capture_output=True, text=True, check=False, timeout=30
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
