"""Keeping files of a directory as one tree: index, objects, proof, and what the next capture may build on."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from taketwo.errors import SourceError, Tampered
from taketwo.vcs.database import Database, translated
from taketwo.vcs.locks import locked
from taketwo.vcs.proof import Proof, prove, still_young
from taketwo.vcs.worktree_index import WorkTreeIndex

# A file that is being written while it is captured is read again; one that never rests is kept as it was
# at some moment, and the tree is then not called proven.
_ATTEMPTS = 4
# Captures of one working tree take turns, since the second finds everything done; but none waits for long.
_PATIENCE = 20.0


class Kept(msgspec.Struct, frozen=True):
    """A tree in the database, with its totals; ``home`` is where things about its working tree are kept."""

    tree: str
    object_format: str
    files: int
    size: int
    proven: bool
    home: Path


def keep(database: Database, work_tree: Path, paths: Sequence[bytes]) -> Kept:
    """Keep ``paths``, relative to ``work_tree``, as they are on disk, and prove it."""
    with database.workshop() as workshop, translated(f"the files of {work_tree} cannot be kept"):
        index = WorkTreeIndex(database, work_tree, workshop)
        with locked(index.home / "lock", exclusive=True, patience=_PATIENCE):
            index.load()
            try:
                return _keep(database, work_tree, paths, index, workshop)
            except (SourceError, Tampered):
                if index.remembered is None:
                    raise
                # What the last capture left may refer to objects that the disk has lost since.
                index.forget_everything()
                return _keep(database, work_tree, paths, index, workshop)


def _keep(
    database: Database, work_tree: Path, paths: Sequence[bytes], index: WorkTreeIndex, workshop: Path
) -> Kept:
    tree = index.bring_up_to_date(paths)
    known = index.remembered
    if known is not None and known.tree == tree:
        files, size, proven = known.files, known.size, True
        young = still_young(known.young, work_tree)
    else:
        proof = _proof(database, work_tree, workshop, known.tree if known else None, tree)
        for _ in range(_ATTEMPTS - 1):
            if not proof.elsewise:
                break
            tree = index.read_again(proof.elsewise)
            proof = _proof(database, work_tree, workshop, known.tree if known else None, tree)
        files, size = proof.files, proof.size
        if known is not None:
            files, size = files + known.files, size + known.size
        young = tuple({*proof.young, *proof.elsewise, *still_young(known.young if known else (), work_tree)})
        proven = not proof.elsewise
    # The objects gave back what they should even when a file has moved on since: the tree may be built on.
    index.keep(paths=paths, tree=tree, files=files, size=size, young=young)
    return Kept(tree, database.object_format, files, size, proven, index.home)


def _proof(database: Database, work_tree: Path, workshop: Path, before: str | None, after: str) -> Proof:
    with tempfile.TemporaryDirectory(dir=workshop) as scratch, database.reader() as reader:
        return prove(reader, before, after, work_tree, Path(scratch), object_format=database.object_format)
