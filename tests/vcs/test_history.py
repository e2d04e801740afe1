"""Unpushed commits are counted and travel with the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from taketwo.model.source import Repository
from taketwo.vcs.git_vault import GitVault
from tests.vcs.conftest import Blobs, Project


@pytest.fixture
def clone(project: Project, tmp_path: Path) -> Project:
    project.write("a", "pushed\n")
    project.commit("pushed")
    project.git("clone", "--quiet", str(project.path), str(tmp_path / "clone"))
    clone = Project(tmp_path / "clone")
    clone.git("config", "remote.origin.url", "https://alice:secret@git.example/study.git")
    return clone


def _repository(vault: GitVault, project: Project) -> Repository:
    repository = vault.snapshot(project.path).repository
    assert repository is not None
    return repository


def test_nothing_travels_when_everything_is_pushed(vault: GitVault, clone: Project, blobs: Blobs) -> None:
    repository = _repository(vault, clone)
    assert (repository.unpushed, repository.history) == (0, None)
    assert repository.remote == "https://git.example/study.git"
    assert blobs.kept == {}


def test_unpushed_commits_travel_and_complete_a_clone_of_the_remote(
    vault: GitVault, clone: Project, project: Project, blobs: Blobs, tmp_path: Path
) -> None:
    clone.write("a", "local\n")
    clone.commit("first")
    commit = clone.commit("second")
    repository = _repository(vault, clone)
    assert repository.unpushed == 2
    assert repository.history is not None
    bundle = tmp_path / "history.bundle"
    bundle.write_bytes(blobs.kept[repository.history.sha256])
    project.git("fetch", "--quiet", str(bundle), "HEAD")
    assert project.git("rev-parse", "FETCH_HEAD") == commit
    assert project.git("show", "FETCH_HEAD:a") == "local"


def test_the_same_commits_are_packed_once_and_kept_by_every_run(
    vault: GitVault, clone: Project, blobs: Blobs
) -> None:
    clone.commit("local")
    first = _repository(vault, clone).history
    blobs.kept.clear()
    clone.write("a", "dirty\n")
    assert _repository(vault, clone).history == first
    assert first is not None
    assert list(blobs.kept) == [first.sha256]
    clone.commit("more")
    assert _repository(vault, clone).history not in {first, None}


def test_pushing_ends_it(vault: GitVault, clone: Project) -> None:
    commit = clone.commit("local")
    assert _repository(vault, clone).unpushed == 1
    clone.git("update-ref", "refs/remotes/origin/main", commit)
    repository = _repository(vault, clone)
    assert (repository.unpushed, repository.history) == (0, None)


def test_without_a_remote_the_whole_history_travels(
    vault: GitVault, project: Project, blobs: Blobs, tmp_path: Path
) -> None:
    project.write("a")
    for message in ("first", "second", "third"):
        commit = project.commit(message)
    repository = _repository(vault, project)
    assert repository.unpushed == 3
    assert repository.history is not None
    bundle = tmp_path / "history.bundle"
    bundle.write_bytes(blobs.kept[repository.history.sha256])
    project.git("clone", "--quiet", "--no-checkout", str(bundle), str(tmp_path / "restored"))
    assert Project(tmp_path / "restored").git("rev-parse", "HEAD") == commit


def test_a_history_that_is_too_large_is_counted_only(project: Project, blobs: Blobs, tmp_path: Path) -> None:
    vault = GitVault(tmp_path / "store" / "source.git", blobs.put_file, largest_history=100)
    project.write("a")
    project.commit()
    for _ in range(2):
        repository = _repository(vault, project)
        assert (repository.unpushed, repository.history) == (1, None)
    assert blobs.kept == {}


@pytest.mark.parametrize(
    ("branch_remote", "expected"),
    [("lab", "https://lab.example/study"), (None, "https://origin.example/study")],
)
def test_the_remote_is_the_one_that_the_branch_follows_else_origin(
    vault: GitVault, project: Project, branch_remote: str | None, expected: str
) -> None:
    project.commit()
    project.git("remote", "add", "first", "https://first.example/study")
    project.git("remote", "add", "origin", "https://origin.example/study")
    project.git("remote", "add", "lab", "https://lab.example/study")
    if branch_remote:
        project.git("config", "branch.main.remote", branch_remote)
    assert _repository(vault, project).remote == expected
