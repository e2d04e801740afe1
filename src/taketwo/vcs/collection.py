"""Dropping the objects that no run needs any more."""

from __future__ import annotations

import shutil
from collections.abc import Collection

from taketwo.vcs.database import Database, translated
from taketwo.vcs.lease import leased
from taketwo.vcs.worktree_index import remembered_tree

_PREFIX = "refs/taketwo/trees/"


def keep_only(database: Database, trees: Collection[str]) -> None:
    """Drop everything that neither ``trees`` nor a capture still under way needs.

    What is kept gets a reference first, then everything it reaches is packed, and only then are other
    objects removed: stopping at any moment loses nothing, and damage among what is kept stops it.
    A tree that is not there (its run came without its source) cannot be kept and is passed over.
    """
    with database.alone(), translated("objects of the source database cannot be dropped"):
        kept = _present(database, {*trees, *leased(database.leases)})
        _refer_to(database, kept)
        # An index that remembers a dropped tree would believe that its objects are there.
        for home in database.projects():
            if remembered_tree(home) not in kept:
                shutil.rmtree(home)
        shutil.rmtree(database.private / "tmp", ignore_errors=True)
        git = database.git()
        git.run("repack", "-a", "-d", "-q")
        git.run("prune", "--expire=now")


def _present(database: Database, trees: Collection[str]) -> set[str]:
    stdin = "".join(f"{tree}\n" for tree in sorted(trees)).encode()
    if not stdin:
        return set()
    lines = database.git().run("cat-file", "--batch-check", stdin=stdin).decode().splitlines()
    return {line.split()[0] for line in lines if line.split()[1] == "tree"}


def _refer_to(database: Database, trees: Collection[str]) -> None:
    git = database.git()
    wanted = {f"{_PREFIX}{tree}" for tree in trees}
    present = set(git.run("for-each-ref", "--format=%(refname)", _PREFIX).decode().split())
    orders = [f"update {name} {name.removeprefix(_PREFIX)}\n" for name in sorted(wanted)]
    orders += [f"delete {name}\n" for name in sorted(present - wanted)]
    if orders:
        git.run("update-ref", "--stdin", stdin="".join(orders).encode())
