"""Running an example the way a reader does: copied to a folder of its own, as a program."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import taketwo

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def copy_of(name: str, folder: Path) -> Path:
    """A fresh copy of the example, without anything that running it left."""
    ignored = shutil.ignore_patterns(".taketwo", "__pycache__")
    return Path(shutil.copytree(EXAMPLES / name, folder / name, ignore=ignored))


def python(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run this Python in the project, with taketwo importable and a store of its own."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    source = Path(taketwo.__file__).resolve().parent.parent
    if source.name != "site-packages":  # a checkout, where nothing is installed
        environment["PYTHONPATH"] = str(source)
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
