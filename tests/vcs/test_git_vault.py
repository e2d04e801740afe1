"""Every state that a working tree can be in is captured as it is on disk, and rebuilt."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from taketwo.errors import SourceError
from taketwo.vcs.git_vault import GitVault
from tests.vcs.conftest import Blobs, Project

Rebuild = Callable[[GitVault, str], dict[str, object]]
MakeProject = Callable[..., Project]


class TestWorkingTree:
    def test_a_clean_tree_has_the_id_that_git_gave_its_commit(
        self, vault: GitVault, project: Project
    ) -> None:
        project.write("src/train.py")
        project.write("run.sh", "#!/bin/sh\n").chmod(0o755)
        (project.path / "link").symlink_to("run.sh")
        commit = project.commit()
        source = vault.snapshot(project.path)
        assert source.tree == project.git("rev-parse", "HEAD^{tree}")
        assert source.object_format == "sha1"
        assert source.proven
        assert source.repository is not None
        assert source.repository.commit == commit
        assert source.repository.branch == "main"
        assert (source.repository.dirty, source.repository.changed) == (False, ())

    def test_what_is_on_disk_counts_when_the_same_file_is_staged_and_changed_again(
        self, vault: GitVault, project: Project, rebuild: Rebuild
    ) -> None:
        project.write("a.py", "committed\n")
        project.commit()
        project.write("a.py", "staged\n")
        project.git("add", "a.py")
        project.write("a.py", "on disk\n")
        source = vault.snapshot(project.path)
        assert rebuild(vault, source.tree) == {"a.py": b"on disk\n"}
        assert source.repository is not None
        assert (source.repository.dirty, source.repository.changed) == (True, ("a.py",))

    def test_renamed_deleted_and_added_files(
        self, vault: GitVault, project: Project, rebuild: Rebuild
    ) -> None:
        for name in ("renamed", "deleted", "deleted-in-the-index", "kept"):
            project.write(name, name)
        project.commit()
        project.git("mv", "renamed", "elsewhere")
        (project.path / "deleted").unlink()
        project.git("rm", "--quiet", "--cached", "deleted-in-the-index")
        project.write("new/untracked.py", "new")
        source = vault.snapshot(project.path)
        assert rebuild(vault, source.tree) == {
            "elsewhere": b"renamed",
            "kept": b"kept",
            "deleted-in-the-index": b"deleted-in-the-index",
            "new/untracked.py": b"new",
        }
        assert source.repository is not None
        assert source.repository.changed == (
            "deleted",
            "deleted-in-the-index",
            "elsewhere",
            "new/untracked.py",
            "renamed",
        )

    def test_ignored_files_are_left_out_whoever_says_so(
        self, vault: GitVault, project: Project, rebuild: Rebuild, own_configuration: Path
    ) -> None:
        everywhere = own_configuration.with_name("everywhere")
        everywhere.write_text("*.everywhere\n")
        with own_configuration.open("a") as configuration:
            configuration.write("[core]\n\texcludesFile = ~/everywhere\n")
        project.write(".gitignore", "*.log\n!kept.log\n")
        project.write(".git/info/exclude", "*.private\n")
        for name in ("a.log", "kept.log", "b.everywhere", "c.private", "d.py", "deep/e.log"):
            project.write(name, name)
        project.write("deep/.gitignore", "f.py\n")
        project.write("deep/f.py", "f")
        source = vault.snapshot(project.path)
        assert set(rebuild(vault, source.tree)) == {".gitignore", "deep/.gitignore", "kept.log", "d.py"}

    def test_a_tracked_file_is_kept_although_it_is_ignored(
        self, vault: GitVault, project: Project, rebuild: Rebuild
    ) -> None:
        project.write(".gitignore", "model.bin\n")
        project.write("model.bin", b"\0weights")
        project.git("add", "--force", "model.bin", ".gitignore")
        assert rebuild(vault, vault.snapshot(project.path).tree)["model.bin"] == b"\0weights"

    def test_a_file_that_becomes_ignored_leaves_the_tree(
        self, vault: GitVault, project: Project, rebuild: Rebuild
    ) -> None:
        project.write("notes.txt")
        project.write("a.py")
        vault.snapshot(project.path)
        project.write(".gitignore", "notes.txt\n")
        assert set(rebuild(vault, vault.snapshot(project.path).tree)) == {".gitignore", "a.py"}

    def test_a_change_of_type_is_followed(self, vault: GitVault, project: Project, rebuild: Rebuild) -> None:
        project.write("file-then-directory")
        project.write("directory-then-file/inner")
        project.write("directory-then-link/inner")
        project.write("file-then-link")
        project.write("file-then-pipe")
        project.commit()
        vault.snapshot(project.path)
        (project.path / "file-then-directory").unlink()
        project.write("file-then-directory/inner", "in")
        (project.path / "directory-then-file" / "inner").unlink()
        (project.path / "directory-then-file").rmdir()
        project.write("directory-then-file", "file")
        (project.path / "directory-then-link").rename(project.path / "moved")
        (project.path / "directory-then-link").symlink_to("moved")
        (project.path / "file-then-link").unlink()
        (project.path / "file-then-link").symlink_to("/nowhere")
        (project.path / "file-then-pipe").unlink()
        os.mkfifo(project.path / "file-then-pipe")
        source = vault.snapshot(project.path)
        assert rebuild(vault, source.tree) == {
            "file-then-directory/inner": b"in",
            "directory-then-file": b"file",
            "directory-then-link": "-> moved",
            "moved/inner": b"content\n",
            "file-then-link": "-> /nowhere",
        }
        assert source.proven

    def test_file_names_that_are_not_utf_8(self, vault: GitVault, project: Project, rebuild: Rebuild) -> None:
        name = os.fsdecode(b"caf\xe9 \n\t\"'*?[x]\\.py")
        project.write(name, "x")
        project.write("ünïcode.py", "y")
        source = vault.snapshot(project.path)
        assert rebuild(vault, source.tree) == {name: b"x", "ünïcode.py": b"y"}
        assert {path for _, _, path in vault.files(source.tree)} == {name, "ünïcode.py"}
        assert source.repository is not None
        assert "caf\\xe9 \n\t\"'*?[x]\\.py" in source.repository.changed
        empty = vault.keep_directory((project.path / "..").resolve() / "home")
        assert "caf\\xe9" in {change.path[:7] for change in vault.changes(empty, source.tree)}
        assert vault.diff(empty, source.tree)

    def test_bytes_are_exact_whatever_attributes_and_settings_say(
        self, vault: GitVault, project: Project, rebuild: Rebuild
    ) -> None:
        project.git("config", "core.autocrlf", "true")
        project.write(".gitattributes", "* text=auto eol=crlf ident working-tree-encoding=UTF-16\n")
        project.write("crlf.py", b"a\r\nb\n$Id$\r\n")
        project.write("utf16.txt", "text".encode("utf-16"))
        rebuilt = rebuild(vault, vault.snapshot(project.path).tree)
        assert rebuilt["crlf.py"] == b"a\r\nb\n$Id$\r\n"
        assert rebuilt["utf16.txt"] == "text".encode("utf-16")

    def test_files_that_the_user_told_git_not_to_look_at_are_looked_at(
        self, vault: GitVault, project: Project, rebuild: Rebuild
    ) -> None:
        project.write("assumed", "1")
        project.write("skipped", "1")
        project.commit()
        project.git("update-index", "--assume-unchanged", "assumed")
        project.git("update-index", "--skip-worktree", "skipped")
        project.write("assumed", "2")
        project.write("skipped", "2")
        assert rebuild(vault, vault.snapshot(project.path).tree) == {"assumed": b"2", "skipped": b"2"}


class TestRepositories:
    def test_an_empty_repository(self, vault: GitVault, project: Project) -> None:
        source = vault.snapshot(project.path)
        assert source.files == 0
        assert source.repository is not None
        assert source.repository.commit is None
        assert source.repository.branch == "main"
        assert source.repository.unpushed == 0

    def test_a_detached_head(self, vault: GitVault, project: Project) -> None:
        project.write("a")
        commit = project.commit()
        project.git("checkout", "--quiet", "--detach")
        repository = vault.snapshot(project.path).repository
        assert repository is not None
        assert (repository.commit, repository.branch) == (commit, None)

    def test_an_unfinished_merge(self, vault: GitVault, project: Project, rebuild: Rebuild) -> None:
        project.write("a", "base\n")
        project.commit()
        project.git("checkout", "--quiet", "-b", "other")
        project.write("a", "other\n")
        project.commit()
        project.git("checkout", "--quiet", "main")
        project.write("a", "ours\n")
        project.commit()
        subprocess.run(["git", "merge", "other"], cwd=project.path, capture_output=True, check=False)
        source = vault.snapshot(project.path)
        assert rebuild(vault, source.tree) == {"a": (project.path / "a").read_bytes()}
        assert source.repository is not None
        assert source.repository.changed == ("a",)

    def test_a_linked_worktree(
        self, vault: GitVault, project: Project, rebuild: Rebuild, tmp_path: Path
    ) -> None:
        project.write("a", "main")
        project.commit()
        project.git("worktree", "add", "--quiet", "-b", "linked", str(tmp_path / "linked"))
        (tmp_path / "linked" / "b").write_text("b")
        source = vault.snapshot(tmp_path / "linked")
        assert rebuild(vault, source.tree) == {"a": b"main", "b": b"b"}
        assert source.repository is not None
        assert source.repository.branch == "linked"

    def test_a_sparse_checkout_is_what_is_on_disk(
        self, vault: GitVault, project: Project, rebuild: Rebuild
    ) -> None:
        project.write("in/a")
        project.write("out/b")
        project.commit()
        project.git("sparse-checkout", "set", "in")
        assert rebuild(vault, vault.snapshot(project.path).tree) == {"in/a": b"content\n"}

    def test_shallow_and_partial_clones(
        self, vault: GitVault, project: Project, tmp_path: Path, rebuild: Rebuild, blobs: Blobs
    ) -> None:
        for text in ("first", "second"):
            project.write("a", text)
            project.commit(text)
        project.git("config", "uploadpack.allowFilter", "true")
        for name, option in (("shallow", "--depth=1"), ("partial", "--filter=blob:none")):
            project.git("clone", "--quiet", option, f"file://{project.path}", str(tmp_path / name))
            clone = Project(tmp_path / name)
            source = vault.snapshot(clone.path)
            assert rebuild(vault, source.tree) == {"a": b"second"}
            assert source.repository is not None
            assert (source.repository.unpushed, source.repository.history) == (0, None)
            clone.write("b", "local")
            clone.commit("local")
            described = vault.snapshot(clone.path).repository
            assert described is not None
            assert described.unpushed == 1
            assert described.history is not None
            assert described.history.sha256 in blobs.kept

    def test_a_project_in_a_larger_repository(
        self, vault: GitVault, project: Project, rebuild: Rebuild
    ) -> None:
        project.write("lib/shared.py")
        project.write("studies/one/train.py")
        project.commit()
        source = vault.snapshot(project.path / "studies" / "one")
        assert source.subdirectory == "studies/one"
        assert set(rebuild(vault, source.tree)) == {"lib/shared.py", "studies/one/train.py"}

    def test_a_project_that_the_repository_around_it_ignores_stands_alone(
        self, vault: GitVault, project: Project, rebuild: Rebuild
    ) -> None:
        project.write(".gitignore", "scratch/\n")
        project.write("scratch/try/train.py")
        project.write("other.py")
        source = vault.snapshot(project.path / "scratch" / "try")
        assert (source.repository, source.subdirectory) == (None, "")
        assert set(rebuild(vault, source.tree)) == {"train.py"}

    def test_a_repository_of_format_sha_256(
        self, vault: GitVault, make_project: MakeProject, rebuild: Rebuild, plain: Project
    ) -> None:
        modern = make_project("modern", "--object-format=sha256")
        modern.write("a/b", "text\n")
        modern.commit()
        source = vault.snapshot(modern.path)
        assert source.object_format == "sha256"
        assert source.tree == modern.git("rev-parse", "HEAD^{tree}")
        assert source.proven
        assert rebuild(vault, source.tree) == {"a/b": b"text\n"}
        plain.write("a/b", "other\n")
        other = vault.keep_directory(plain.path)
        assert [(change.status, change.path) for change in vault.changes(other, source.tree)] == [
            ("M", "a/b")
        ]
        assert "-text\n+other\n" in vault.diff(source.tree, other)
        vault.release()
        vault.keep_only([other])
        with pytest.raises(SourceError):
            vault.files(source.tree)

    def test_a_repository_of_somebody_else(self, vault: GitVault, project: Project, rebuild: Rebuild) -> None:
        if os.geteuid() != 0:
            pytest.skip("only root can give files away")
        project.write(".gitignore", "*.log\n")
        project.write("a.log")
        project.commit()
        for path in (project.path, *project.path.rglob("*")):
            os.chown(path, 12345, 12345)
        source = vault.snapshot(project.path)
        assert set(rebuild(vault, source.tree)) == {".gitignore"}
        assert source.repository is not None
        assert source.repository.branch == "main"

    def test_a_broken_repository_is_an_error_and_not_a_plain_directory(
        self, vault: GitVault, project: Project
    ) -> None:
        project.write("a")
        project.commit()
        (project.path / ".git" / "index").write_bytes(b"nonsense")
        with pytest.raises(SourceError, match="index"):
            vault.snapshot(project.path)
        (project.path / ".git" / "config").write_text("[nonsense")
        with pytest.raises(SourceError, match="config"):
            vault.snapshot(project.path)

    def test_a_commit_hook_that_captures_sees_the_working_tree(
        self, vault: GitVault, project: Project, rebuild: Rebuild, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        project.write("a", "on disk")
        monkeypatch.setenv("GIT_DIR", "/nowhere")
        monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
        monkeypatch.setenv("GIT_WORK_TREE", "/nowhere")
        assert rebuild(vault, vault.snapshot(project.path).tree) == {"a": b"on disk"}


def test_part_of_a_repository_is_kept_by_the_rules_of_the_repository(
    vault: GitVault, project: Project, rebuild: Rebuild
) -> None:
    project.write(".gitignore", "*.log\nignored/\n")
    project.write("package/a.py")
    project.write("package/a.log")
    project.write("ignored/b.py")
    project.write("ignored/b.pyc")
    assert set(rebuild(vault, vault.keep_directory(project.path / "package"))) == {"a.py"}
    assert set(rebuild(vault, vault.keep_directory(project.path / "ignored"))) == {"b.py"}


def test_a_missing_git_is_said_in_words(
    vault: GitVault, plain: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match="git was not found"):
        vault.snapshot(plain.path)


class TestPrivacy:
    @pytest.mark.parametrize("umask", [0, 0o22])
    def test_other_users_cannot_read_what_is_kept_whatever_the_umask_is(
        self, vault: GitVault, plain: Project, umask: int
    ) -> None:
        plain.write("grades.csv").chmod(0o600)
        before = os.umask(umask)
        try:
            vault.snapshot(plain.path)
        finally:
            os.umask(before)
        for private in (vault.root, vault.root.parent):
            assert private.stat().st_mode & 0o777 == 0o700
