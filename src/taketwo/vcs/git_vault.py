"""The source vault on git: working trees of any project as trees in a bare repository of our own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from taketwo.errors import SourceError
from taketwo.model.base import Blob
from taketwo.model.source import Repository, Source, Submodule
from taketwo.vcs import checkout, comparison
from taketwo.vcs.collection import keep_only
from taketwo.vcs.database import FORMATS, Database, format_of, translated
from taketwo.vcs.history import History
from taketwo.vcs.interface import FileChange, SourceVault
from taketwo.vcs.keeping import Kept, keep
from taketwo.vcs.lease import Lease
from taketwo.vcs.names import printable
from taketwo.vcs.survey import Survey, Surveyor
from taketwo.vcs.user_repository import Status, UserRepository, find_repository
from taketwo.vcs.walk import files_of

_PLAIN_FORMAT = "sha1"


class GitVault(SourceVault):
    """Keeps trees in the bare repository ``root``; those of format SHA-256 in one of their own inside it.

    ``put_file`` keeps a file as a blob of the store (the bundle of unpushed commits). The directory that
    ``root`` lies in is the store and never part of a tree, nor are untracked files that may hold secrets or
    have more than ``largest_untracked`` bytes: the notices of a snapshot name them. While this object
    lives, ``keep_only`` of any process spares the trees that it has captured: their manifests are still to
    be written.
    """

    def __init__(
        self,
        root: Path,
        put_file: Callable[[Path], Blob],
        *,
        largest_history: int = 64 << 20,
        largest_untracked: int | None = None,
    ) -> None:
        self.root = root.absolute()
        self._largest_untracked = largest_untracked
        self._history = History(put_file, largest_history)
        self._leases: dict[str, Lease] = {}
        self._captured: tuple[str, Sequence[bytes]] = ("", ())

    def snapshot(self, project: Path) -> Source:
        """Keep the exact working tree that ``project`` lies in, prove it by rebuilding, describe it."""
        project = _directory(project)
        repository = find_repository(project)
        if repository is not None:
            with self._writing(repository.object_format) as database:
                survey = self._surveyor(database).repository(repository, repository.root)
                inner = os.path.relpath(project, repository.root)
                if inner == os.curdir or _has_files(survey, inner):
                    return self._described(database, repository, survey, "" if inner == os.curdir else inner)
        # A project that the repository around it ignores is a project without a repository.
        with self._writing(_PLAIN_FORMAT) as database:
            survey = self._surveyor(database).directory(project)
            return _source(self._kept(database, project, survey), survey)

    def keep_directory(self, directory: Path) -> str:
        """Keep any directory as a tree and return its tree id; ignore rules hold as in ``snapshot``."""
        directory = _directory(directory)
        repository = find_repository(directory)
        with self._writing(repository.object_format if repository else _PLAIN_FORMAT) as database:
            surveyor = self._surveyor(database)
            survey = surveyor.repository(repository, directory) if repository else Survey()
            if not survey.paths:
                survey = surveyor.directory(directory)
            return self._kept(database, directory, survey).tree

    def materialise(self, tree: str, destination: Path) -> None:
        """Write the tree into the empty or missing directory ``destination``, every object checked."""
        with self._reading(tree) as database, database.reader() as reader:
            checkout.materialise(reader, tree, destination)

    def files(self, tree: str) -> Sequence[tuple[str, str, str]]:
        """``(mode, object id, path)`` of every file, by path; names as ``os.fsdecode`` has them."""
        with self._reading(tree) as database, database.reader() as reader:
            entries = sorted(files_of(reader, tree), key=lambda entry: entry.path)
        return [(entry.mode.decode(), entry.oid, os.fsdecode(entry.path)) for entry in entries]

    def paths(self, tree: str) -> Collection[str]:
        """The path of every file; those of the last capture are known and need no reading of the tree."""
        captured, paths = self._captured
        return {os.fsdecode(path) for path in paths} if captured == tree else super().paths(tree)

    def changes(self, before: str, after: str) -> Sequence[FileChange]:
        """What differs between two trees, by path; a rename is a deletion and an addition."""
        with self._comparing(before, after) as (database, left, right):
            return comparison.changes(database, left, right)

    def diff(self, before: str, after: str) -> str:
        """The unified diff of two trees, binary files named only."""
        with self._comparing(before, after) as (database, left, right):
            return comparison.diff(database, left, right)

    def keep_only(self, trees: Sequence[str]) -> None:
        """Drop every object that none of ``trees`` needs, nor a capture that is still under way."""
        wanted = {tree: format_of(tree) for tree in trees}
        for object_format in FORMATS:
            database = self._database(object_format)
            if database.exists:
                keep_only(database, {tree for tree, its in wanted.items() if its == object_format})

    def release(self) -> None:
        """Give up the protection of what this object captured: the manifests are written."""
        while self._leases:
            _, lease = self._leases.popitem()
            lease.release()

    def _described(
        self, database: Database, repository: UserRepository, survey: Survey, subdirectory: str
    ) -> Source:
        kept = self._kept(database, repository.root, survey)
        status = survey.status or Status(None, None, ())
        with database.workshop() as workshop, translated("the history of the project cannot be kept"):
            unpushed, history = self._history.unpushed(
                repository, status.commit, survey.remotes, kept.home, workshop
            )
        described = Repository(
            commit=status.commit,
            branch=status.branch,
            remote=repository.remote(status.branch),
            dirty=bool(survey.changed),
            changed=tuple(printable(path) for path in survey.changed),
            unpushed=unpushed,
            history=history,
            submodules=tuple(
                Submodule(
                    path=printable(found.path), commit=found.commit, remote=found.remote, dirty=found.dirty
                )
                for found in survey.nested
            ),
        )
        return _source(kept, survey, subdirectory=subdirectory, repository=described)

    def _kept(self, database: Database, directory: Path, survey: Survey) -> Kept:
        kept = keep(database, directory, survey.paths)
        if kept.files == len(survey.paths):  # no path had vanished: the tree holds exactly these
            self._captured = kept.tree, survey.paths
        with translated("the captured tree cannot be protected"):
            if database.object_format not in self._leases:
                self._leases[database.object_format] = Lease(database.leases)
            self._leases[database.object_format].add(kept.tree)
        return kept

    def _surveyor(self, database: Database) -> Surveyor:
        return Surveyor(
            plain=database.git(), avoid=(self.root, self.root.parent), largest=self._largest_untracked
        )

    def _database(self, object_format: str) -> Database:
        place = self.root if object_format == _PLAIN_FORMAT else self.root / f"{object_format}.git"
        return Database(place, object_format)

    @contextmanager
    def _writing(self, object_format: str) -> Iterator[Database]:
        self._database(_PLAIN_FORMAT).create()  # the other lies inside it
        database = self._database(object_format)
        database.create()
        with database.shared():
            yield database

    @contextmanager
    def _reading(self, tree: str) -> Iterator[Database]:
        database = self._database(format_of(tree))
        if not database.exists:
            raise _unknown(tree)
        with database.shared():
            if database.git().attempt("cat-file", "-e", tree).code:
                raise _unknown(tree)
            yield database

    @contextmanager
    def _comparing(self, before: str, after: str) -> Iterator[tuple[Database, str, str]]:
        """Both trees in one database: that of ``after``, into which ``before`` is copied if it must be."""
        if format_of(before) == format_of(after):
            with self._reading(before), self._reading(after) as database:
                yield database, before, after
            return
        with self._reading(after) as database, database.workshop() as workshop:
            self.materialise(before, workshop / "before")
            paths = [os.fsencode(path) for _, _, path in self.files(before)]
            kept = keep(database, workshop / "before", paths)
            shutil.rmtree(kept.home)
            yield database, kept.tree, after


def _directory(place: Path) -> Path:
    try:
        real = place.resolve(strict=True)
    except OSError as exc:
        raise _no_directory(place) from exc
    if not real.is_dir():
        raise _no_directory(place)
    return real


def _no_directory(place: Path) -> SourceError:
    return SourceError(
        f"there is no directory {place}",
        why="The source of a run is a directory with everything in it.",
        todo="Name the directory that the project lies in",
    )


def _unknown(tree: str) -> SourceError:
    return SourceError(
        f"the source tree {tree} is not in this store",
        why="A run cannot be replayed without its source.",
        todo="Import the run together with its source: a bundle of it holds both",
    )


def _has_files(survey: Survey, subdirectory: str) -> bool:
    prefix = os.fsencode(subdirectory) + b"/"
    return any(path.startswith(prefix) for path in survey.paths)


def _source(
    kept: Kept, survey: Survey, *, subdirectory: str = "", repository: Repository | None = None
) -> Source:
    return Source(
        tree=kept.tree,
        object_format=kept.object_format,
        subdirectory=subdirectory,
        files=kept.files,
        size=kept.size,
        proven=kept.proven,
        repository=repository,
        notices=survey.left_out.notices(),
    )
