"""Our own bare repository: exact bytes, nothing optional, one object database per object format."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import msgspec

from taketwo.errors import SourceError, StoreError
from taketwo.vcs.command import Git
from taketwo.vcs.locks import locked
from taketwo.vcs.objects import ObjectReader

# The highest precedence that attributes can have: whatever a project's .gitattributes says, no program
# is started, no line ending is touched and no keyword is filled in on the way to our objects or back.
_ATTRIBUTES = "* -text -eol -filter -ident -working-tree-encoding !diff !merge\n"

# Loose objects are forced to disk with one flush per batch, and packs always; what a manifest refers to
# is therefore on disk before the manifest is (docs/decisions/0008-source.md).
_CONFIGURATION = """
[core]
	autocrlf = false
	safecrlf = false
	fileMode = true
	symlinks = true
	ignoreCase = false
	precomposeUnicode = false
	protectHFS = false
	protectNTFS = false
	trustctime = true
	checkStat = default
	untrackedCache = false
	splitIndex = false
	logAllRefUpdates = false
	compression = 1
	bigFileThreshold = 32m
	fsync = committed,loose-object
	fsyncMethod = batch
[gc]
	auto = 0
	pruneExpire = never
[maintenance]
	auto = false
"""
FORMATS = ("sha1", "sha256")
_LENGTHS = {40: "sha1", 64: "sha256"}
_BUSY = 600.0


def format_of(tree: str) -> str:
    """The object format that an id belongs to; anything but a full id is a ``SourceError``."""
    object_format = _LENGTHS.get(len(tree))
    if object_format is None or any(character not in "0123456789abcdef" for character in tree):
        raise SourceError(
            f"{tree!r} is not the id of a git tree",
            why="The source of a run is named by the full id of its tree.",
            todo="Check that the manifest has not been edited",
        )
    return object_format


class Database(msgspec.Struct, frozen=True, dict=True):
    """One bare repository of ours; ``place`` is its git directory."""

    place: Path
    object_format: str

    @property
    def exists(self) -> bool:
        """Whether anything was ever kept in this format."""
        return (self.place / "HEAD").is_file()

    @cached_property
    def private(self) -> Path:
        """Our own folder in it, for locks, caches and temporary files; git takes no notice of it."""
        return self.place / "taketwo"

    @property
    def objects(self) -> Path:
        """Where git keeps packs and loose objects."""
        return self.place / "objects"

    def git(self, *, work_tree: Path | None = None, index: Path | None = None) -> Git:
        """The git program on this database, over a work tree of somebody else's when one is given."""
        variables = {"GIT_DIR": os.fspath(self.place.absolute())}
        if work_tree is not None:
            variables["GIT_WORK_TREE"] = os.fspath(work_tree)
        if index is not None:
            variables["GIT_INDEX_FILE"] = os.fspath(index.absolute())
        return Git(directory=work_tree or self.place, variables=variables)

    def reader(self) -> ObjectReader:
        """A reader of verified objects; use it as a context."""
        return ObjectReader(self.git(), self.object_format)

    @property
    def leases(self) -> Path:
        """Where living captures say which trees they need."""
        return self.private / "leases"

    def projects(self) -> list[Path]:
        """The folders in which things about each captured working tree are remembered."""
        parent = self.private / "projects"
        return sorted(parent.iterdir()) if parent.is_dir() else []

    def create(self) -> None:
        """Make the repository unless it is there; any number of processes may try at once."""
        if self.exists:
            return
        with translated(f"the source database at {self.place} cannot be made"):
            # Whoever comes first makes the store: sources may hold what their files keep from others.
            self.place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = Path(tempfile.mkdtemp(prefix=".source-", dir=self.place.parent))
            try:
                self._initialise(draft)
                self._publish(draft)
            finally:
                shutil.rmtree(draft, ignore_errors=True)

    def _initialise(self, draft: Path) -> None:
        arguments = ("init", "--quiet", "--bare", "--template=", f"--object-format={self.object_format}")
        Git(directory=draft).run(*arguments, ".")
        with (draft / "config").open("a", encoding="utf-8") as config:
            config.write(_CONFIGURATION)
        (draft / "info").mkdir(exist_ok=True)
        (draft / "info" / "attributes").write_text(_ATTRIBUTES, encoding="utf-8")
        (draft / "taketwo").mkdir()
        draft.chmod(0o700)

    def _publish(self, draft: Path) -> None:
        try:
            draft.rename(self.place)
        except OSError:
            if not self.exists:
                raise

    @contextlib.contextmanager
    def shared(self) -> Iterator[None]:
        """Work with objects, which nobody drops meanwhile."""
        with locked(self.private / "lock", exclusive=False, patience=_BUSY) as obtained:
            self._insist(obtained)
            yield

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Drop objects, which nobody works with meanwhile."""
        with locked(self.private / "lock", exclusive=True, patience=_BUSY) as obtained:
            self._insist(obtained)
            yield

    def _insist(self, obtained: bool) -> None:
        if not obtained:
            raise SourceError(
                f"the source database at {self.place} has been busy for ten minutes",
                why="Objects must not be dropped while somebody reads or writes them.",
                todo="Find the process that holds taketwo/lock there (`fuser` names it) and end it",
            )

    @contextlib.contextmanager
    def workshop(self) -> Iterator[Path]:
        """A directory for temporary files on the disk of the store, removed afterwards."""
        with translated("there is no room for temporary files in the store"):
            parent = self.private / "tmp"
            parent.mkdir(parents=True, exist_ok=True)
            directory = Path(tempfile.mkdtemp(dir=parent))
        try:
            yield directory
        finally:
            shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn what the disk refuses into a ``SourceError`` that begins with ``what``."""
    try:
        yield
    except StoreError:
        raise
    except OSError as exc:
        raise SourceError(
            f"{what}: {exc.strerror or exc}",
            why="The source of a run must be kept and rebuilt exactly.",
            todo="Check free space and permissions there, then try again",
        ) from exc
