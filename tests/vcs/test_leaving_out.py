"""Untracked secrets and untracked big files stay out of the tree, and every one of them is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from taketwo.vcs.git_vault import GitVault
from tests.vcs.conftest import Blobs, Project

Rebuild = Callable[[GitVault, str], dict[str, object]]
MakeProject = Callable[..., Project]


@pytest.mark.parametrize("git", [True, False])
def test_untracked_files_that_may_hold_secrets_are_left_out_and_named(
    vault: GitVault, make_project: MakeProject, rebuild: Rebuild, git: bool
) -> None:
    place = make_project("place", git=git)
    for name in ("train.py", ".env", "keys/id_rsa", "keys/id_rsa.pub"):
        place.write(name)
    source = vault.snapshot(place.path)
    assert set(rebuild(vault, source.tree)) == {"train.py", "keys/id_rsa.pub"}
    (notice,) = source.notices
    assert notice.topic == "source"
    assert notice.text.startswith(
        "not in the source, because they are untracked and may hold secrets: .env, keys/id_rsa;"
    )


def test_tracked_files_that_may_hold_secrets_are_kept_and_named(
    vault: GitVault, project: Project, rebuild: Rebuild
) -> None:
    project.write(".env")
    project.commit()
    source = vault.snapshot(project.path)
    assert set(rebuild(vault, source.tree)) == {".env"}
    (notice,) = source.notices
    assert "because git tracks them, although they may hold secrets: .env;" in notice.text


def test_untracked_files_above_the_limit_are_left_out_and_named_with_their_size(
    tmp_path: Path, blobs: Blobs, project: Project, rebuild: Rebuild
) -> None:
    vault = GitVault(tmp_path / "store" / "source.git", blobs.put_file, largest_untracked=1000)
    project.write("tracked.bin", b"\0" * 1001)
    project.commit()
    project.write("at.bin", b"\0" * 1000)
    project.write("above.bin", b"\0" * 1001)
    source = vault.snapshot(project.path)
    assert set(rebuild(vault, source.tree)) == {"tracked.bin", "at.bin"}
    (notice,) = source.notices
    assert "above `input_limit`: above.bin (1,001 bytes);" in notice.text
    assert source.repository is not None
    assert source.repository.changed == ("at.bin",)


def test_files_of_nested_repositories_are_named_from_the_root_and_long_lists_are_cut(
    vault: GitVault, project: Project, make_project: MakeProject
) -> None:
    inner = make_project("project/inner")
    for number in range(7):
        inner.write(f"{number}.pem")
    (notice,) = vault.snapshot(project.path).notices
    assert ": inner/0.pem, inner/1.pem, inner/2.pem, inner/3.pem, inner/4.pem and 2 more;" in notice.text


def test_nothing_is_said_about_other_files(vault: GitVault, project: Project) -> None:
    project.write("train.py")
    project.write("data.csv")
    assert vault.snapshot(project.path).notices == ()
