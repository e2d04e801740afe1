"""Captures that build on earlier ones miss nothing, cost what changed, and do not disturb each other."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from taketwo.errors import SourceError
from taketwo.vcs import worktree_index
from taketwo.vcs.git_vault import GitVault
from tests.vcs.conftest import Blobs, Project

_CAPTURE = """
import json, sys, pathlib
from taketwo.model.base import Blob
from taketwo.vcs.git_vault import GitVault
vault = GitVault(pathlib.Path(sys.argv[2]), lambda path: Blob(sha256="0" * 64, size=path.stat().st_size))
source = vault.snapshot(pathlib.Path(sys.argv[1]))
print(json.dumps([source.tree, source.files, source.size, source.proven]))
"""


def _content(vault: GitVault, project: Project, name: str) -> bytes:
    source = vault.snapshot(project.path)
    assert source.proven
    oid = next(oid for _, oid, path in vault.files(source.tree) if path == name)
    command = ["git", "--git-dir", str(vault.root), "cat-file", "blob", oid]
    return subprocess.run(command, capture_output=True, check=True).stdout


def test_a_change_of_the_same_size_at_once_is_not_missed(vault: GitVault, project: Project) -> None:
    for number in range(30):
        text = b"%04d" % number
        project.write("a.py", text)
        assert _content(vault, project, "a.py") == text


def test_a_change_with_all_times_put_back_is_not_missed(vault: GitVault, project: Project) -> None:
    path = project.write("a.py", b"0000")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    for number in range(10):
        text = b"%04d" % number
        path.write_bytes(text)
        os.utime(path, (1_000_000_000, 1_000_000_000))
        assert _content(vault, project, "a.py") == text


def test_a_change_of_the_executable_bit_is_not_missed(vault: GitVault, project: Project) -> None:
    path = project.write("run.sh")
    first = vault.snapshot(project.path)
    path.chmod(0o755)
    second = vault.snapshot(project.path)
    assert [change.path for change in vault.changes(first.tree, second.tree)] == ["run.sh"]


def test_files_that_have_come_to_rest_are_not_read_again(
    vault: GitVault, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        project.write(f"{number}.py", f"{number}")
    first = vault.snapshot(project.path)
    later = time.time() + 10
    monkeypatch.setattr(time, "time", lambda: later)
    assert vault.snapshot(project.path) == first
    forgotten: list[bytes] = []
    original = worktree_index.WorkTreeIndex._forget
    monkeypatch.setattr(
        worktree_index.WorkTreeIndex,
        "_forget",
        lambda self, paths: (forgotten.extend(paths), original(self, paths)),
    )
    assert vault.snapshot(project.path) == first
    assert forgotten == []


def test_totals_follow_every_change(vault: GitVault, project: Project, tmp_path: Path, blobs: Blobs) -> None:
    for number in range(5):
        project.write(f"{number}.py", "x" * number)
    vault.snapshot(project.path)
    (project.path / "4.py").unlink()
    project.write("3.py", "longer than before")
    project.write("new/5.py", "12345")
    fresh = GitVault(tmp_path / "other" / "source.git", blobs.put_file)
    source = vault.snapshot(project.path)
    assert (source.files, source.size) == (5, 0 + 1 + 2 + 18 + 5)
    assert source == fresh.snapshot(project.path)


@pytest.mark.parametrize("victim", ["index", "remembered"])
@pytest.mark.parametrize("how", ["gone", "cut", "empty", "nonsense"])
def test_what_is_remembered_may_be_damaged_without_harm(
    vault: GitVault, project: Project, victim: str, how: str
) -> None:
    project.write("a.py")
    first = vault.snapshot(project.path)
    (path,) = vault.root.glob(f"taketwo/projects/*/{victim}")
    content = path.read_bytes()
    path.write_bytes(
        {"gone": b"", "cut": content[:-7], "empty": b"", "nonsense": b"\xff" * len(content)}[how]
    )
    if how == "gone":
        path.unlink()
    assert vault.snapshot(project.path) == first


def test_a_file_that_never_rests_is_kept_and_the_tree_is_not_called_proven(
    vault: GitVault, project: Project, tmp_path: Path
) -> None:
    project.write("a.py", "at rest")
    log = project.write("run.log", "0")
    done = threading.Event()

    def scribble() -> None:
        with log.open("ab", buffering=0) as file:
            while not done.is_set():
                file.write(b"one more line\n")

    writer = threading.Thread(target=scribble)
    writer.start()
    try:
        source = vault.snapshot(project.path)
    finally:
        done.set()
        writer.join()
    assert not source.proven
    vault.materialise(source.tree, tmp_path / "rebuilt")
    assert (tmp_path / "rebuilt" / "a.py").read_text() == "at rest"
    assert vault.snapshot(project.path).proven


def test_a_capture_that_was_killed_leaves_nothing_in_the_way(vault: GitVault, project: Project) -> None:
    project.write("a.py")
    first = vault.snapshot(project.path)
    (home,) = vault.root.glob("taketwo/projects/*")
    (home / "index.lock").write_bytes(b"")
    shutil.copytree(home, vault.root / "taketwo" / "tmp" / "left-behind")
    assert vault.snapshot(project.path) == first


def test_objects_that_the_disk_has_lost_are_written_again(
    vault: GitVault, project: Project, tmp_path: Path
) -> None:
    project.write("a.py", "a")
    project.write("deep/b.py", "b")
    vault.snapshot(project.path)
    shutil.rmtree(vault.root / "objects")
    (vault.root / "objects" / "pack").mkdir(parents=True)
    project.write("a.py", "changed")
    source = vault.snapshot(project.path)
    assert source.proven
    vault.materialise(source.tree, tmp_path / "rebuilt")
    assert (tmp_path / "rebuilt" / "deep" / "b.py").read_text() == "b"


def test_a_name_that_git_refuses_is_an_error_and_not_an_omission(vault: GitVault, project: Project) -> None:
    project.write(".GIT/config", "text")
    with pytest.raises(SourceError, match=r"\.GIT/config"):
        vault.snapshot(project.path)


def test_many_first_files_become_one_pack_and_one_changed_file_a_loose_object(
    vault: GitVault, project: Project
) -> None:
    for number in range(50):
        project.write(f"{number}.py", f"print({number})\n")
    vault.snapshot(project.path)
    assert len(list(vault.root.glob("objects/pack/*.pack"))) == 1
    project.write("0.py", "print('changed')\n")
    vault.snapshot(project.path)
    assert len(list(vault.root.glob("objects/pack/*.pack"))) == 1


@pytest.mark.parametrize("processes", [6, pytest.param(24, marks=pytest.mark.slow)])
def test_many_processes_at_once_give_one_tree(vault: GitVault, project: Project, processes: int) -> None:
    for number in range(200):
        project.write(f"package{number % 7}/{number}.py", f"print({number})\n")
    project.commit()
    command = [sys.executable, "-c", _CAPTURE, str(project.path), str(vault.root)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        for _ in range(processes)
    ]
    results = []
    for process in running:
        output, errors = process.communicate()
        assert process.returncode == 0, errors.decode()
        results.append(json.loads(output))
    assert results == [results[0]] * processes
    tree, files, size, proven = results[0]
    assert (tree, files, proven) == (project.git("rev-parse", "HEAD^{tree}"), 200, True)
    source = vault.snapshot(project.path)
    assert (source.tree, source.files, source.size) == (tree, files, size)
    assert list((vault.root / "taketwo" / "tmp").iterdir()) == []
