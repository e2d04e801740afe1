"""The proof finds every way in which what was kept could differ from what is on disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from taketwo.errors import Tampered
from taketwo.vcs.database import Database
from taketwo.vcs.git_vault import GitVault
from taketwo.vcs.proof import prove, still_young
from taketwo.vcs.rehash import file_id, tree_id
from tests.vcs.conftest import Project


@pytest.fixture
def database(vault: GitVault) -> Database:
    return Database(vault.root, "sha1")


def test_a_conversion_on_the_way_in_would_be_found(vault: GitVault, plain: Project) -> None:
    plain.write("before.py")
    vault.snapshot(plain.path)
    (vault.root / "info" / "attributes").write_text("* text eol=lf\n")
    plain.write("crlf.txt", b"a\r\nb\r\n")
    assert not vault.snapshot(plain.path).proven


@pytest.mark.parametrize("change", ["content", "mode", "kind", "gone"])
def test_a_file_that_is_no_longer_what_was_kept_is_named(
    vault: GitVault, database: Database, plain: Project, tmp_path: Path, change: str
) -> None:
    path = plain.write("deep/a.py", "a")
    plain.write("b.py", "b")
    tree = vault.keep_directory(plain.path)
    if change == "content":
        path.write_text("b")
    elif change == "mode":
        path.chmod(0o755)
    else:
        path.unlink()
        if change == "kind":
            path.symlink_to("a")
    (tmp_path / "scratch").mkdir()
    with database.reader() as reader:
        proof = prove(reader, None, tree, plain.path, tmp_path / "scratch", object_format="sha1")
    assert proof.elsewise == (b"deep/a.py",)
    assert (proof.files, proof.size) == (2, 2)


def test_an_object_that_was_damaged_since_is_found(
    vault: GitVault, database: Database, plain: Project, tmp_path: Path
) -> None:
    plain.write("a.py", "a")
    before = vault.keep_directory(plain.path)
    plain.write("b.py", "b")
    after = vault.keep_directory(plain.path)
    oid = next(oid for _, oid, path in vault.files(after) if path == "b.py")
    (vault.root / "objects" / oid[:2] / oid[2:]).unlink()
    (tmp_path / "scratch").mkdir()
    with database.reader() as reader, pytest.raises(Tampered, match=oid):
        prove(reader, before, after, plain.path, tmp_path / "scratch", object_format="sha1")


def test_only_what_was_touched_just_now_is_young(plain: Project) -> None:
    plain.write("now")
    old = plain.write("old")
    assert still_young([b"now", b"old", b"gone"], plain.path) == (b"now", b"old")
    os.utime(old, (1, 1))  # changes the change time, which cannot be put back
    assert b"old" in still_young([b"old"], plain.path)


def test_a_file_that_is_neither_file_nor_link_has_no_id(plain: Project) -> None:
    os.mkfifo(plain.path / "pipe")
    with pytest.raises(OSError, match="neither"):
        file_id(os.fsencode(plain.path / "pipe"), "sha1")


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_ids_are_those_of_git(plain: Project, object_format: str) -> None:
    for name in ("a/x", "a.b", "a-b/c", "a0", "é/z"):
        plain.write(name, name)
    plain.write("x/run", "").chmod(0o700)
    (plain.path / "empty").mkdir()
    (plain.path / "link").symlink_to("a.b")
    ours = tree_id(os.fsencode(plain.path), object_format)
    plain.git("init", "--quiet", f"--object-format={object_format}")
    plain.git("add", "--all")
    assert ours == plain.git("write-tree")
