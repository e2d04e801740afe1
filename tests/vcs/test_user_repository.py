"""What git says of the user's repository is read back exactly, whatever the files are called."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taketwo.errors import SourceError
from taketwo.vcs.user_repository import Status, find_repository, parse_status
from tests.vcs.conftest import Project

_PATHS = st.binary(min_size=1, max_size=30).filter(lambda path: b"\0" not in path)
_OID = b"0" * 40


@given(changed=st.lists(_PATHS), conflicted=st.lists(_PATHS))
def test_any_path_survives_in_a_status(changed: list[bytes], conflicted: list[bytes]) -> None:
    records = [b"# branch.oid " + _OID, b"# branch.head main"]
    records += [b"1 .M N... 100644 100644 100644 %s %s %s" % (_OID, _OID, path) for path in changed]
    records += [
        b"u UU N... 100644 100644 100644 100644 %s %s %s %s" % (_OID, _OID, _OID, path) for path in conflicted
    ]
    status = parse_status(b"".join(record + b"\0" for record in records))
    assert status == Status(_OID.decode(), "main", tuple(changed + conflicted))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=_PATHS.filter(
        lambda name: b"/" not in name and name not in {b".", b".."} and name.lower() != b".git"
    )
)
def test_git_and_the_reader_agree_on_a_path(tmp_path_factory: pytest.TempPathFactory, name: bytes) -> None:
    project = Project(tmp_path_factory.mktemp("any"))
    project.git("init", "--quiet")
    project.write(name)
    project.git("add", "--all")
    command = ["git", "status", "--porcelain=v2", "--branch", "-z", "--no-renames"]
    output = subprocess.run(command, cwd=project.path, capture_output=True, check=True).stdout
    assert parse_status(output).changed == (name,)


def test_the_root_is_found_from_below_and_its_settings_are_read(project: Project) -> None:
    project.write("deep/er/a")
    project.git("config", "remote.origin.url", "https://git.example/study")
    project.git("config", "filter.lfs.clean", "git-lfs clean")
    repository = find_repository(project.path / "deep" / "er")
    assert repository is not None
    assert (repository.root, repository.object_format, repository.shallow) == (
        project.path.resolve(),
        "sha1",
        False,
    )
    assert repository.remote("main") == "https://git.example/study"
    assert repository.git.settings["filter.lfs.clean"] == ""


def test_a_root_with_a_newline_in_its_name_is_found(tmp_path: Path) -> None:
    odd = Project(tmp_path / "odd\nname")
    odd.path.mkdir()
    odd.git("init", "--quiet")
    repository = find_repository(odd.path)
    assert repository is not None
    assert repository.root == odd.path.resolve()


def test_outside_a_working_tree_there_is_no_repository(plain: Project, tmp_path: Path) -> None:
    assert find_repository(plain.path) is None
    bare = Project(tmp_path / "bare.git")
    bare.path.mkdir()
    bare.git("init", "--quiet", "--bare")
    assert find_repository(bare.path) is None


def test_a_repository_that_git_cannot_read_is_an_error(project: Project) -> None:
    project.git("config", "core.repositoryformatversion", "99")
    with pytest.raises(SourceError, match="cannot read the repository"):
        find_repository(project.path)


def test_where_the_user_says_that_repositories_end_they_end(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = project.path / "inner"
    inner.mkdir()
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", os.fspath(project.path.resolve()))
    assert find_repository(inner) is None
