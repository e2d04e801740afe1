"""Where things lie in a store, and which version of that layout it has.

::

    version                 "taketwo store 1"; a newer one is refused
    blobs/ab/cdef…          content by its SHA-256, read-only
    manifests/RUN.json      the sealed bytes of a manifest, read-only
    manifests/RUN.sha256    its seal, in the form that `sha256sum --check` reads
    amendments/RUN.NAME.json  found out after the manifest was sealed (a completed lock)
    index.sqlite            rebuilt from the manifests whenever it is missing or behind
    lock, index.lock        advisory locks (flock)
    temporary/              files that are being written
    recordings/             captures in progress
    source.git, cache/      owned by others
"""

from __future__ import annotations

import re
from pathlib import Path

from taketwo.errors import StoreError
from taketwo.store.disk import disk_errors, make_directory, write_durably

VERSION = 1

_VERSION_LINE = re.compile(rb"taketwo store ([0-9]{1,9})\n")


class Layout:
    """The paths below one root. Nothing is created before something is to be written."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.version = root / "version"
        self.blobs = root / "blobs"
        self.manifests = root / "manifests"
        self.amendments = root / "amendments"
        self.index = root / "index.sqlite"
        self.index_lock = root / "index.lock"
        self.lock = root / "lock"
        self.temporary = root / "temporary"
        self.recordings = root / "recordings"
        self._checked = False
        self._prepared = False

    def check(self) -> None:
        """``StoreError`` when there is a store of a version that we do not read; no store is fine."""
        if self._checked:
            return
        with disk_errors(f"the store at {self.root} cannot be read"):
            try:
                with self.version.open("rb") as file:
                    content = file.read(100)
            except FileNotFoundError:
                return
        found = _VERSION_LINE.fullmatch(content)
        if found is None or int(found[1]) > VERSION:
            raise StoreError(
                f"the store at {self.root} has a layout that this version of taketwo does not know",
                why="Writing to it could damage runs that a later version has captured.",
                todo="Install a newer taketwo (pip install --upgrade taketwo), or use another store.",
            )
        self._checked = True

    def prepare(self) -> None:
        """Create what is missing of a store, private to its owner."""
        if self._prepared:
            return
        self.check()
        with disk_errors(f"no store can be made at {self.root}"):
            self.root.parent.mkdir(parents=True, exist_ok=True)
            for directory in (self.root, self.temporary, self.blobs, self.manifests):
                make_directory(directory)
            ignore = self.root / ".gitignore"
            if not ignore.exists():  # a store inside a project is not part of its source
                write_durably(ignore, b"*\n", self.temporary, mode=0o644)
            if not self.version.exists():
                write_durably(self.version, b"taketwo store %d\n" % VERSION, self.temporary)
        self._prepared = True

    def blob(self, sha256: str) -> Path:
        """The file of a blob, whose digest has been checked to be one."""
        return self.blobs / sha256[:2] / sha256[2:]
