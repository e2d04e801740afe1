"""The user's repository is looked at and never touched, and nothing of theirs is started."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from taketwo.errors import SourceError
from taketwo.vcs.command import Finished, Git
from taketwo.vcs.git_vault import GitVault
from tests.vcs.conftest import Project, contents

_CONTEXTS = ("system", "global", "local")


def test_the_repository_and_its_working_tree_are_bit_for_bit_as_before(
    vault: GitVault, project: Project, make_project: Callable[..., Project]
) -> None:
    library = make_project("library")
    library.write("lib.py")
    library.commit()
    project.write("a.py", "a\n")
    project.git("submodule", "--quiet", "add", str(library.path), "lib")
    project.commit()
    project.write("a.py", "staged\n")
    project.git("add", "a.py")
    project.write("a.py", "on disk\n")
    project.write("untracked.py")
    os.utime(project.path / ".gitmodules", (1, 1))  # git would like to refresh its index now
    project.git("config", "core.untrackedCache", "true")
    before = _fingerprint(project.path)
    for _ in range(2):
        vault.snapshot(project.path)
        vault.snapshot(project.path / "lib")
        vault.keep_directory(project.path)
    vault.keep_only([])
    assert _fingerprint(project.path) == before


@pytest.mark.parametrize("context", _CONTEXTS)
def test_no_program_of_the_user_is_started(
    context: str, vault: GitVault, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm = tmp_path / "alarm"
    alarm.write_text(f'#!/bin/sh\necho "$0 $@" >> {tmp_path}/fired\ncat\n')
    alarm.chmod(0o755)
    system = tmp_path / "system.gitconfig"
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", str(system))
    monkeypatch.delenv("GIT_CONFIG_NOSYSTEM")
    project.write(".gitattributes", "*.bin filter=lfs diff=lfs\n*.txt filter=proc\n")
    project.write("weights.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    project.write("a.txt")
    project.commit()
    for key, value in {
        "core.fsmonitor": alarm,
        "core.hooksPath": tmp_path / "hooks",
        "core.pager": alarm,
        "core.sshCommand": alarm,
        "core.editor": alarm,
        "diff.external": alarm,
        "diff.lfs.textconv": alarm,
        "filter.lfs.clean": alarm,
        "filter.lfs.smudge": alarm,
        "filter.lfs.required": "true",
        "filter.proc.process": alarm,
        "filter.proc.required": "true",
        "gpg.program": alarm,
        "alias.status": f"!{alarm}",
        "alias.ls-files": f"!{alarm}",
        "credential.helper": alarm,
        "log.showSignature": "true",
    }.items():
        project.git("config", f"--{context}", key, str(value))
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for place in (hooks, project.path / ".git" / "hooks"):
        for name in ("post-index-change", "post-checkout", "reference-transaction", "fsmonitor-watchman"):
            (place / name).symlink_to(alarm)
    project.write("weights.bin", b"\0the weights themselves")
    project.write("a.txt", "new\n")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(alarm))
    monkeypatch.setenv("GIT_PAGER", str(alarm))
    monkeypatch.setenv("GIT_SSH_COMMAND", str(alarm))
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "fired"))
    source = vault.snapshot(project.path)
    vault.materialise(source.tree, tmp_path / "rebuilt")
    vault.diff(vault.keep_directory(hooks), source.tree)
    assert not (tmp_path / "fired").exists()
    assert contents(tmp_path / "rebuilt")["weights.bin"] == b"\0the weights themselves"
    monkeypatch.delenv("GIT_TRACE")
    project.git("status")
    assert (tmp_path / "fired").exists(), "the alarms do go off when git is used as it is configured"


def test_a_pointer_of_large_file_storage_is_kept_as_the_pointer_that_it_is(
    vault: GitVault, project: Project, tmp_path: Path
) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    project.write(".gitattributes", "*.bin filter=lfs\n")
    project.write("weights.bin", pointer)
    project.commit()
    project.git("config", "filter.lfs.smudge", f"{sys.executable} -c 'raise SystemExit(1)'")
    project.git("config", "filter.lfs.required", "true")
    source = vault.snapshot(project.path)
    vault.materialise(source.tree, tmp_path / "rebuilt")
    assert (tmp_path / "rebuilt" / "weights.bin").read_bytes() == pointer


def test_a_failure_is_told_in_the_words_of_git(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="git cat-file failed: not a git repository"):
        Git(directory=tmp_path).run("cat-file", "-p", "HEAD")


def test_what_git_died_of_is_told_and_not_the_advice_behind_it() -> None:
    # In a directory of a file system that is mounted below the root, as /tmp often is.
    errors = (
        b"fatal: not a git repository (or any parent up to mount point /tmp)\n"
        b"Stopping at filesystem boundary (GIT_DISCOVERY_ACROSS_FILESYSTEM not set).\n"
    )
    told = Finished(128, b"", errors).complaint
    assert told == "not a git repository (or any parent up to mount point /tmp)"
    assert Finished(1, b"", b"warning: a\nerror: b\n").complaint == "b"
    assert Finished(3, b"", b"").complaint == "exit code 3"


def test_a_directory_that_is_gone_is_not_taken_for_a_missing_git(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no directory"):
        Git(directory=tmp_path / "gone").run("version")


def _fingerprint(root: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for path in sorted((root, *root.rglob("*"))):
        status = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path)] = (content, status.st_mode, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)
    return found
