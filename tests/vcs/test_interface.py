"""What every source vault promises, tried on the real one and on the fake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taketwo.errors import SourceError, Tampered
from taketwo.vcs.git_vault import GitVault
from taketwo.vcs.interface import FileChange, SourceVault
from tests.support.fake_vault import FakeVault
from tests.vcs.conftest import Blobs, Project, contents

_NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=12).filter(
    lambda name: (
        name not in {".", "..", ".gitignore", ".gitattributes"}
        and name.lower() != ".git"
        and len(name.encode()) < 200
    )
)
_CONTENT = st.one_of(
    st.binary(max_size=200),
    st.tuples(st.just("x"), st.binary(max_size=50)),
    st.tuples(
        st.just("->"), st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30)
    ),
)
_TREES = st.recursive(
    st.dictionaries(_NAMES, _CONTENT, max_size=4),
    lambda inner: st.dictionaries(_NAMES, st.one_of(_CONTENT, inner), max_size=4),
    max_leaves=12,
)


@pytest.fixture(params=["git", "fake"])
def vault(request: pytest.FixtureRequest, tmp_path: Path, blobs: Blobs) -> SourceVault:
    return (
        FakeVault()
        if request.param == "fake"
        else GitVault(tmp_path / "store" / "source.git", blobs.put_file)
    )


class TestSourceVault:
    def test_a_snapshot_comes_back_as_it_was(
        self, vault: SourceVault, plain: Project, tmp_path: Path
    ) -> None:
        plain.write("train.py", "print('hello')\r\n")
        plain.write("run.sh", "#!/bin/sh\n").chmod(0o755)
        plain.write("data/empty")
        plain.write("data/binary", bytes(range(256)))
        (plain.path / "link").symlink_to("data/binary")
        (plain.path / "dangling").symlink_to("no/such/place")
        source = vault.snapshot(plain.path)
        vault.materialise(source.tree, tmp_path / "rebuilt")
        assert contents(tmp_path / "rebuilt") == contents(plain.path)
        assert (source.files, source.proven, source.repository) == (6, True, None)
        assert source.size == 16 + 10 + 8 + 256 + len("data/binary") + len("no/such/place")

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(tree=_TREES)
    def test_any_small_tree_survives_the_round_trip(
        self, vault: SourceVault, tmp_path_factory: pytest.TempPathFactory, tree: dict[str, object]
    ) -> None:
        place = tmp_path_factory.mktemp("any")
        (place / "project").mkdir()
        _write(place / "project", tree)
        source = vault.snapshot(place / "project")
        vault.materialise(source.tree, place / "rebuilt")
        assert contents(place / "rebuilt") == contents(place / "project")
        assert source.proven
        assert source.files == len(contents(place / "project")) == len(vault.files(source.tree))
        assert set(vault.paths(source.tree)) == {path for _, _, path in vault.files(source.tree)}

    def test_equal_directories_have_equal_trees(
        self, vault: SourceVault, make_project: Callable[..., Project]
    ) -> None:
        trees = set()
        for name in ("one", "two"):
            directory = make_project(name, git=False)
            directory.write("a/b.py", "x = 1\n")
            trees.add(vault.keep_directory(directory.path))
        assert len(trees) == 1

    def test_an_empty_directory_is_a_tree_too(
        self, vault: SourceVault, plain: Project, tmp_path: Path
    ) -> None:
        source = vault.snapshot(plain.path)
        vault.materialise(source.tree, tmp_path / "rebuilt")
        assert list((tmp_path / "rebuilt").iterdir()) == []
        assert source.files == source.size == 0

    def test_files_are_listed_by_path_with_mode_and_id(self, vault: SourceVault, plain: Project) -> None:
        plain.write("b", "hello\n")
        plain.write("a/x", "").chmod(0o755)
        (plain.path / "a.link").symlink_to("b")
        files = vault.files(vault.keep_directory(plain.path))
        assert [(mode, path) for mode, _, path in files] == [
            ("120000", "a.link"),
            ("100755", "a/x"),
            ("100644", "b"),
        ]
        assert files[2][1] == "ce013625030ba8dba906f756967f9e9ca394464a"

    def test_the_paths_are_those_of_the_tree_that_is_asked_for(
        self, vault: SourceVault, plain: Project
    ) -> None:
        plain.write("kept.py", "x = 1\n")
        plain.write("removed.py", "x = 2\n")
        before = vault.snapshot(plain.path).tree
        (plain.path / "removed.py").unlink()
        plain.write("added.py", "x = 3\n")
        after = vault.snapshot(plain.path).tree
        assert set(vault.paths(before)) == {"kept.py", "removed.py"}
        assert set(vault.paths(after)) == {"kept.py", "added.py"}

    def test_changes_and_diff_tell_what_happened_between_two_trees(
        self, vault: SourceVault, plain: Project
    ) -> None:
        plain.write("changed.py", "one\n")
        plain.write("gone.py", "gone\n")
        plain.write("binary", b"\0\1")
        plain.write("becomes-a-link", "text\n")
        plain.write("mode.sh", "x\n")
        before = vault.keep_directory(plain.path)
        plain.write("changed.py", "two\n")
        plain.write("binary", b"\0\2")
        plain.write("new.py", "new\n")
        (plain.path / "gone.py").unlink()
        (plain.path / "mode.sh").chmod(0o755)
        (plain.path / "becomes-a-link").unlink()
        (plain.path / "becomes-a-link").symlink_to("changed.py")
        after = vault.keep_directory(plain.path)
        assert list(vault.changes(before, after)) == [
            FileChange(status="T", path="becomes-a-link"),
            FileChange(status="M", path="binary"),
            FileChange(status="M", path="changed.py"),
            FileChange(status="D", path="gone.py"),
            FileChange(status="M", path="mode.sh"),
            FileChange(status="A", path="new.py"),
        ]
        assert list(vault.changes(after, after)) == []
        text = vault.diff(before, after)
        assert "-one\n+two\n" in text
        assert "Binary files a/binary and b/binary differ" in text
        assert vault.diff(after, after) == ""

    def test_a_destination_that_holds_something_is_refused(
        self, vault: SourceVault, plain: Project, tmp_path: Path
    ) -> None:
        plain.write("a")
        tree = vault.keep_directory(plain.path)
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / "mine").write_text("mine")
        with pytest.raises(SourceError):
            vault.materialise(tree, tmp_path / "full")
        assert contents(tmp_path / "full") == {"mine": b"mine"}

    def test_an_empty_destination_is_used(self, vault: SourceVault, plain: Project, tmp_path: Path) -> None:
        plain.write("a")
        (tmp_path / "empty").mkdir()
        vault.materialise(vault.keep_directory(plain.path), tmp_path / "empty")
        assert contents(tmp_path / "empty") == {"a": b"content\n"}

    def test_a_flipped_bit_is_noticed_and_nothing_is_left_behind(
        self, vault: SourceVault, plain: Project, tmp_path: Path
    ) -> None:
        plain.write("a", "first\n")
        plain.write("b", "second\n")
        tree = vault.keep_directory(plain.path)
        _damage(vault, tree, "b")
        with pytest.raises(Tampered):
            vault.materialise(tree, tmp_path / "rebuilt")
        assert not (tmp_path / "rebuilt").exists()

    def test_an_unknown_tree_is_a_source_error(
        self, vault: SourceVault, plain: Project, tmp_path: Path
    ) -> None:
        plain.write("a")
        known = vault.keep_directory(plain.path)
        unknown = "0123456789" * 4
        for attempt in (
            lambda: vault.materialise(unknown, tmp_path / "rebuilt"),
            lambda: vault.files(unknown),
            lambda: vault.changes(unknown, known),
            lambda: vault.diff(known, unknown),
        ):
            with pytest.raises(SourceError):
                attempt()

    def test_a_missing_project_is_a_source_error(self, vault: SourceVault, tmp_path: Path) -> None:
        with pytest.raises(SourceError):
            vault.snapshot(tmp_path / "nowhere")

    def test_what_is_not_kept_is_dropped(self, vault: SourceVault, plain: Project, blobs: Blobs) -> None:
        plain.write("a", "first\n")
        first = vault.keep_directory(plain.path)
        plain.write("a", "second\n")
        second = vault.keep_directory(plain.path)
        vault = _later(vault, blobs)
        vault.keep_only([second])
        assert [path for _, _, path in vault.files(second)] == ["a"]
        with pytest.raises(SourceError):
            vault.files(first)
        plain.write("a", "first\n")
        assert vault.keep_directory(plain.path) == first
        assert [path for _, _, path in vault.files(first)] == ["a"]


def _later(vault: SourceVault, blobs: Blobs) -> SourceVault:
    """The vault as the next process sees it, when the one that captured has ended."""
    if isinstance(vault, FakeVault):
        return vault
    assert isinstance(vault, GitVault)
    vault.release()
    return vault


def _damage(vault: SourceVault, tree: str, path: str) -> None:
    if isinstance(vault, FakeVault):
        vault.damage(tree, path)
        return
    assert isinstance(vault, GitVault)
    for pack in vault.root.glob("objects/pack/*.pack"):
        content = bytearray(pack.read_bytes())
        content[-25] ^= 1  # the last object's bytes stand before the pack's own checksum
        pack.chmod(0o644)
        pack.write_bytes(content)


def _write(directory: Path, tree: dict[str, object]) -> None:
    for name, content in tree.items():
        path = directory / name
        match content:
            case dict():
                path.mkdir()
                _write(path, content)
            case ("->", str(target)):
                path.symlink_to(target)
            case ("x", bytes(script)):
                path.write_bytes(script)
                path.chmod(0o755)
            case bytes(plain):
                path.write_bytes(plain)
