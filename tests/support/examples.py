"""Running an example the way a reader does: copied to a folder of its own, as a program."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import taketwo
from taketwo import __main__ as entrance
from taketwo.resources import example_path

needs_taketwo_command = pytest.mark.skipif(
    not hasattr(entrance, "main"), reason="this checkout has no taketwo command yet"
)
needs_decorator = pytest.mark.skipif(
    not callable(getattr(taketwo, "capture", None)), reason="this checkout has no decorator yet"
)


def copy_of(name: str, folder: Path) -> Path:
    """A fresh copy of the example, without anything that running it left."""
    ignored = shutil.ignore_patterns(".taketwo", "__pycache__")
    return Path(shutil.copytree(example_path(name), folder / name, ignore=ignored))


def python(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run this Python in the project, with taketwo importable and a store of its own."""
    source = str(Path(taketwo.__file__).resolve().parent.parent)
    environment = {**os.environ, "PYTHONPATH": source, "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("TAKETWO_RECORDING", None)
    environment["TAKETWO_HOME"] = str(project.parent / "store")
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
