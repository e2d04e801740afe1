"""Dropping objects keeps every tree that somebody needs, finished or not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from taketwo.errors import SourceError, TaketwoError
from taketwo.vcs.git_vault import GitVault
from tests.vcs.conftest import Blobs, Project


def _objects(vault: GitVault) -> set[str]:
    command = [
        "git",
        "--git-dir",
        str(vault.root),
        "cat-file",
        "--batch-all-objects",
        "--batch-check=%(objectname)",
    ]
    return set(subprocess.run(command, capture_output=True, check=True, text=True).stdout.split())


def test_a_tree_whose_manifest_is_still_to_be_written_is_spared(
    vault: GitVault, plain: Project, blobs: Blobs
) -> None:
    plain.write("a")
    tree = vault.snapshot(plain.path).tree
    other = GitVault(vault.root, blobs.put_file)
    other.keep_only([])
    assert vault.files(tree)
    vault.release()
    other.keep_only([])
    with pytest.raises(SourceError):
        vault.files(tree)
    assert _objects(vault) == set()


def test_a_process_that_died_protects_nothing(vault: GitVault, plain: Project) -> None:
    plain.write("a")
    code = (
        "import sys, os, pathlib\nfrom taketwo.vcs.git_vault import GitVault\n"
        "vault = GitVault(pathlib.Path(sys.argv[1]), None)\n"
        "print(vault.keep_directory(pathlib.Path(sys.argv[2])))\n"
        "sys.stdout.flush()\nos._exit(9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(vault.root), str(plain.path)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    tree = done.stdout.decode().strip()
    assert vault.files(tree)
    vault.keep_only([])
    with pytest.raises(SourceError):
        vault.files(tree)


def test_what_is_kept_is_whole_afterwards(vault: GitVault, project: Project, tmp_path: Path) -> None:
    trees = []
    for number in range(4):
        project.write("shared/same.py", "same\n")
        project.write(f"{number}.py", f"{number}\n")
        trees.append(vault.snapshot(project.path).tree)
    vault.release()
    before = _objects(vault)
    vault.keep_only(trees[1:3])
    assert _objects(vault) < before
    for tree in trees[1:3]:
        vault.materialise(tree, tmp_path / tree)
    for tree in (trees[0], trees[3]):
        with pytest.raises(SourceError):
            vault.materialise(tree, tmp_path / tree)
    again = vault.snapshot(project.path)
    assert (again.tree, again.proven) == (trees[3], True)
    vault.materialise(again.tree, tmp_path / "again")


def test_the_index_of_a_project_whose_tree_is_kept_stays(vault: GitVault, project: Project) -> None:
    project.write("a")
    tree = vault.snapshot(project.path).tree
    vault.release()
    vault.keep_only([tree])
    assert list(vault.root.glob("taketwo/projects/*/index"))
    vault.keep_only([])
    assert not list(vault.root.glob("taketwo/projects/*"))


def test_damage_among_what_is_kept_stops_it_before_anything_is_dropped(
    vault: GitVault, plain: Project
) -> None:
    plain.write("a", "first\n")
    first = vault.keep_directory(plain.path)
    plain.write("a", "second\n")
    second = vault.keep_directory(plain.path)
    vault.release()
    oid = vault.files(second)[0][1]
    (vault.root / "objects" / oid[:2] / oid[2:]).unlink()
    with pytest.raises(TaketwoError):
        vault.keep_only([second])
    assert vault.files(first)


def test_a_tree_that_never_was_here_does_not_matter(vault: GitVault, plain: Project) -> None:
    plain.write("a")
    tree = vault.keep_directory(plain.path)
    vault.release()
    vault.keep_only([tree, "0123456789" * 4, "01234567" * 8])
    assert vault.files(tree)


def test_a_store_that_was_never_used_has_nothing_to_drop(vault: GitVault) -> None:
    vault.keep_only([])
    assert not vault.root.exists()
