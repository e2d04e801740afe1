"""Nested repositories are part of the tree, and what is nobody's source is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from taketwo.vcs.git_vault import GitVault
from tests.vcs.conftest import Blobs, Project, contents

Rebuild = Callable[[GitVault, str], dict[str, object]]
MakeProject = Callable[..., Project]


class TestNestedRepositories:
    def test_files_of_submodules_are_part_of_the_tree(
        self, vault: GitVault, project: Project, make_project: MakeProject, rebuild: Rebuild
    ) -> None:
        inner = make_project("inner")
        inner.write("deep.py", "deep\n")
        deep_commit = inner.commit()
        library = make_project("library")
        library.write("lib.py", "lib\n")
        library.git("submodule", "--quiet", "add", str(inner.path), "third/inner")
        library_commit = library.commit()
        project.write("train.py", "import lib\n")
        project.git("submodule", "--quiet", "add", str(library.path), "vendor/lib")
        project.git("submodule", "--quiet", "update", "--init", "--recursive")
        project.git(
            "config",
            "--file",
            ".git/modules/vendor/lib/config",
            "remote.origin.url",
            "https://u:p@x.example/l",
        )
        project.commit()
        source = vault.snapshot(project.path)
        assert source.repository is not None
        assert not source.repository.dirty
        assert [(s.path, s.commit, s.remote, s.dirty) for s in source.repository.submodules] == [
            ("vendor/lib", library_commit, "https://x.example/l", False),
            ("vendor/lib/third/inner", deep_commit, None, False),
        ]
        project.write("vendor/lib/lib.py", "changed\n")
        project.write("vendor/lib/third/inner/new.py", "new\n")
        (project.path / "vendor/lib/third/inner/deep.py").unlink()
        source = vault.snapshot(project.path)
        rebuilt = rebuild(vault, source.tree)
        assert rebuilt == {
            name: content
            for name, content in contents(project.path).items()
            if ".git" not in Path(name).parts
        }
        assert rebuilt["vendor/lib/lib.py"] == b"changed\n"
        assert source.repository is not None
        assert source.repository.dirty
        assert {s.path: s.dirty for s in source.repository.submodules} == {
            "vendor/lib": True,
            "vendor/lib/third/inner": True,
        }
        assert {"vendor/lib/lib.py", "vendor/lib/third/inner/new.py"} <= set(source.repository.changed)

    def test_a_submodule_at_another_commit_makes_the_project_dirty(
        self, vault: GitVault, project: Project, make_project: MakeProject
    ) -> None:
        library = make_project("library")
        library.write("lib.py")
        library.commit()
        project.git("submodule", "--quiet", "add", str(library.path), "lib")
        project.commit()
        later = Project(project.path / "lib").commit("later")
        repository = vault.snapshot(project.path).repository
        assert repository is not None
        assert repository.changed == ("lib",)
        assert (repository.submodules[0].commit, repository.submodules[0].dirty) == (later, False)

    def test_submodules_that_are_not_checked_out(
        self, vault: GitVault, project: Project, make_project: MakeProject, rebuild: Rebuild, tmp_path: Path
    ) -> None:
        library = make_project("library")
        library.write("lib.py")
        commit = library.commit()
        for name in ("empty", "gone", "filled", "file"):
            project.git("submodule", "--quiet", "add", str(library.path), name)
        project.commit()
        project.git("clone", "--quiet", ".", str(tmp_path / "clone"))
        clone = Project(tmp_path / "clone")
        (clone.path / "gone").rmdir()
        clone.write("filled/copied.py", "copied")
        (clone.path / "file").rmdir()
        clone.write("file", "a file")
        source = vault.snapshot(clone.path)
        assert rebuild(vault, source.tree) == {
            ".gitmodules": (clone.path / ".gitmodules").read_bytes(),
            "filled/copied.py": b"copied",
            "file": b"a file",
        }
        assert source.repository is not None
        assert [(s.path, s.commit, s.dirty) for s in source.repository.submodules] == [
            ("empty", commit, False),
            ("filled", commit, True),
            ("gone", commit, True),
        ]

    def test_repositories_that_are_no_submodules(
        self, vault: GitVault, project: Project, plain: Project, rebuild: Rebuild
    ) -> None:
        for outer in (project, plain):
            outer.write("a.py", "a")
            nested = Project(outer.path / "cloned" / "tool")
            nested.path.mkdir(parents=True)
            nested.git("init", "--quiet")
            nested.write(".gitignore", "*.log\n")
            nested.write("tool.py", "tool")
            nested.write("tool.log", "log")
            empty = Project(outer.path / "fresh")
            empty.path.mkdir()
            empty.git("init", "--quiet")
            source = vault.snapshot(outer.path)
            assert set(rebuild(vault, source.tree)) == {
                "a.py",
                "cloned/tool/.gitignore",
                "cloned/tool/tool.py",
            }
        assert vault.snapshot(plain.path).repository is None


class TestPlainDirectories:
    def test_what_tools_leave_behind_is_left_out(
        self, vault: GitVault, plain: Project, rebuild: Rebuild
    ) -> None:
        for name in (
            "train.py",
            "__pycache__/train.pyc",
            "node_modules/x/index.js",
            ".taketwo/blobs/x",
            "deep/.taketwo/x",
            "environment/pyvenv.cfg",
            "environment/lib/site.py",
            "deep/other/pyvenv.cfg",
            "deep/other/bin/python",
            "deep/kept.py",
            ".pytest_cache/x",
        ):
            plain.write(name)
        assert set(rebuild(vault, vault.snapshot(plain.path).tree)) == {"train.py", "deep/kept.py"}

    def test_environments_and_the_store_are_left_out_of_repositories_too(
        self, vault: GitVault, project: Project, rebuild: Rebuild
    ) -> None:
        for name in (
            "train.py",
            "env/pyvenv.cfg",
            "env/lib/x.py",
            ".taketwo/x",
            "pkg/__pycache__/x.pyc",
            "pkg/y.py",
        ):
            project.write(name)
        assert set(rebuild(vault, vault.snapshot(project.path).tree)) == {"train.py", "pkg/y.py"}

    def test_a_store_inside_the_project_does_not_keep_itself(
        self, project: Project, plain: Project, blobs: Blobs
    ) -> None:
        for place in (project, plain):
            inside = GitVault(place.path / "my [store]" / "source.git", blobs.put_file)
            place.write("a.py")
            (place.path / "my [store]").mkdir()
            place.write("my [store]/blob")
            first = inside.snapshot(place.path)
            assert first.files == 1
            assert inside.snapshot(place.path) == first
