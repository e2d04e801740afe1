"""The private directory of one replay: everything temporary is in it, and it is gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from taketwo.errors import StoreError
from taketwo.owner import is_gone, this_process

OWNER = "owner"
"""The file of a workspace that names its process."""


@dataclass(frozen=True)
class Workspace:
    """Directories of one replay. ``tree`` is the materialised source, ``outside`` holds data for other places."""

    root: Path
    tree_name: str = "project"

    @property
    def tree(self) -> Path:
        """The materialised source, with the inputs that lie inside the project."""
        return self.root / self.tree_name

    @property
    def outside(self) -> Path:
        """Inputs that the program looks for outside the project, one numbered entry each."""
        return self.root / "outside"

    @property
    def recording(self) -> Path:
        """What the replay writes down."""
        return self.root / "recording"

    @property
    def scratch(self) -> Path:
        """Everything else."""
        return self.root / "scratch"


@contextmanager
def workspace(below: Path) -> Iterator[Workspace]:
    """A fresh workspace, removed on every way out, Ctrl-C included; files that resist are made writable.

    Workspaces of processes that were killed are removed first.
    """
    remove_leftovers(below)
    try:
        below.mkdir(parents=True, exist_ok=True, mode=0o700)
        root = Path(tempfile.mkdtemp(prefix="replay-", dir=below))
        (root / OWNER).write_text(this_process())
        space = Workspace(root)
        for directory in (space.outside, space.recording, space.scratch):
            directory.mkdir()
    except OSError as error:
        raise StoreError(
            f"no temporary directory can be made in {below}: {error.strerror}",
            why="A replay rebuilds source, data and results there.",
            todo="Free some space, or point TAKETWO_HOME to a directory that can be written.",
        ) from error
    try:
        yield space
    finally:
        remove(root)


def remove_leftovers(below: Path) -> None:
    """Remove the workspaces below a directory whose process is gone, on this machine and since it started."""
    for root in below.glob("replay-*"):
        try:
            owner = (root / OWNER).read_text()
        except OSError:
            continue  # just being made, or just being removed
        if is_gone(owner):
            remove(root)


def remove(root: Path) -> None:
    """Remove a directory whatever its modes are; what cannot be removed stays, without an error."""
    try:
        shutil.rmtree(root, ignore_errors=True)
    except RecursionError:  # a program may nest directories deeper than Python nests calls
        subprocess.run(["rm", "-rf", "--", str(root)], check=False, capture_output=True)
    if root.exists():
        for directory, _, _ in os.walk(root):
            if not os.path.islink(directory):  # noqa: PTH114 - os.walk gives text
                os.chmod(directory, 0o700)  # noqa: PTH101
        shutil.rmtree(root, ignore_errors=True)
