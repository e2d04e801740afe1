"""What was proven holds as long as the files that it was proven on are as they were."""

import os

import pytest

from taketwo.errors import Tampered
from taketwo.vcs.git_vault import GitVault
from taketwo.vcs.object_files import intact, seen


def vault_of(tmp_path):
    return GitVault(tmp_path / "store" / "source.git", lambda path: None)


@pytest.fixture
def captured(tmp_path):
    project = tmp_path / "study"
    project.mkdir()
    (project / "train.py").write_text("print('a long enough line of source code')\n" * 50)
    vault = vault_of(tmp_path)
    source = vault.snapshot(project)
    assert source.proven
    return project, source


def objects_of(tmp_path):
    return tmp_path / "store" / "source.git" / "objects"


def big_object(tmp_path):
    files = [
        path for path in objects_of(tmp_path).rglob("*") if path.is_file() and path.suffix in {"", ".pack"}
    ]
    return max(files, key=lambda path: path.stat().st_size)


def flip(path):
    before, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.chmod(0o644)
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_byte_that_rotted_since_the_proof_is_not_called_proven(tmp_path, captured):
    project, source = captured
    flip(big_object(tmp_path))
    vault = vault_of(tmp_path)
    try:
        again = vault.snapshot(project)
    except Tampered:
        return  # git has the object already, and will not write it anew
    assert again.tree == source.tree
    vault.materialise(again.tree, tmp_path / "rebuilt")
    assert (tmp_path / "rebuilt" / "train.py").read_bytes() == (project / "train.py").read_bytes()


def test_objects_that_are_gone_are_kept_again(tmp_path, captured):
    project, source = captured
    for path in list(objects_of(tmp_path).rglob("*")):
        if path.is_file():
            path.unlink()
    vault = vault_of(tmp_path)
    again = vault.snapshot(project)
    assert (again.tree, again.proven) == (source.tree, True)
    vault.materialise(again.tree, tmp_path / "rebuilt")


def test_what_others_add_does_not_matter_and_what_changes_does(tmp_path):
    (tmp_path / "pack").mkdir()
    (tmp_path / "ab").mkdir()
    (tmp_path / "info").mkdir()
    for name in ("pack/p.pack", "ab/cdef", "info/packs"):
        (tmp_path / name).write_text(name)
    before = seen(tmp_path)
    assert set(before) == {"pack/p.pack", "ab/cdef"}
    (tmp_path / "ab" / "more").write_text("x")
    assert intact(tmp_path, before)
    flip(tmp_path / "pack" / "p.pack")
    assert not intact(tmp_path, before)
    (tmp_path / "ab" / "cdef").unlink()
    assert not intact(tmp_path, {"ab/cdef": before["ab/cdef"]})
    assert seen(tmp_path / "nowhere") == {}
