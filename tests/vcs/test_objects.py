"""Objects are believed only after they were hashed, and trees only when they can be written safely."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taketwo.errors import SourceError, Tampered
from taketwo.vcs.git_vault import GitVault
from taketwo.vcs.objects import parse_tree
from tests.vcs.conftest import Project

_OID = bytes(range(20))


def _row(name: bytes, mode: bytes = b"100644", oid: bytes = _OID) -> bytes:
    return mode + b" " + name + b"\0" + oid


def _plant(vault: GitVault, kind: bytes, content: bytes, *, under: str | None = None) -> str:
    """Write a loose object as an attacker would, under another id when ``under`` says so."""
    whole = kind + b" %d\0" % len(content) + content
    oid = under or hashlib.sha1(whole).hexdigest()
    path = vault.root / "objects" / oid[:2] / oid[2:]
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(zlib.compress(whole))
    return oid


@pytest.mark.parametrize("name", [b"..", b".", b".git", b".GIT", b"", b"a/b", b"/etc", b"../x"])
@pytest.mark.parametrize("mode", [b"100644", b"40000", b"120000"])
def test_a_name_that_leads_elsewhere_is_refused(name: bytes, mode: bytes) -> None:
    with pytest.raises(SourceError, match="cannot be written"):
        parse_tree(_row(name, mode), 20)


def test_a_name_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(SourceError):
        parse_tree(_row(b"a", b"120000") + _row(b"a", b"40000"), 20)


@pytest.mark.parametrize("mode", [b"160000", b"100664", b"040000", b"", b"100777"])
def test_a_mode_that_we_never_write_is_refused(mode: bytes) -> None:
    with pytest.raises(SourceError):
        parse_tree(_row(b"a", mode), 20)


@given(st.binary(max_size=200), st.sampled_from([20, 32]))
def test_any_bytes_are_a_tree_or_a_source_error(content: bytes, digest_size: int) -> None:
    try:
        entries = parse_tree(content, digest_size)
    except SourceError:
        return
    rows = (_row(entry.path, entry.mode, bytes.fromhex(entry.oid)) for entry in entries)
    assert b"".join(rows) == content


class TestForeignTrees:
    """Trees in the database that no capture of ours wrote."""

    @pytest.fixture
    def used(self, vault: GitVault, plain: Project) -> GitVault:
        plain.write("a")
        vault.snapshot(plain.path)
        return vault

    @pytest.mark.parametrize("name", [b"..", b".git"])
    def test_a_tree_that_leads_out_is_refused_and_writes_nothing(
        self, used: GitVault, tmp_path: Path, name: bytes
    ) -> None:
        blob = bytes.fromhex(_plant(used, b"blob", b"evil"))
        inner = bytes.fromhex(_plant(used, b"tree", _row(b"config", oid=blob)))
        tree = _plant(used, b"tree", _row(b"fine", oid=blob) + _row(name, b"40000", inner))
        with pytest.raises(SourceError, match="cannot be written"):
            used.materialise(tree, tmp_path / "rebuilt")
        assert not (tmp_path / "rebuilt").exists()

    def test_a_link_and_a_directory_of_one_name_do_not_let_a_file_out(
        self, used: GitVault, tmp_path: Path
    ) -> None:
        (tmp_path / "outside").mkdir()
        target = bytes.fromhex(_plant(used, b"blob", str(tmp_path / "outside").encode()))
        blob = bytes.fromhex(_plant(used, b"blob", b"evil"))
        inner = bytes.fromhex(_plant(used, b"tree", _row(b"x", oid=blob)))
        tree = _plant(used, b"tree", _row(b"a", b"120000", target) + _row(b"a", b"40000", inner))
        with pytest.raises(SourceError):
            used.materialise(tree, tmp_path / "rebuilt")
        assert list((tmp_path / "outside").iterdir()) == []

    def test_a_well_formed_object_under_the_id_of_another_is_tampering(
        self, used: GitVault, tmp_path: Path
    ) -> None:
        oid = _plant(used, b"blob", b"honest")
        tree = _plant(used, b"tree", _row(b"a", oid=bytes.fromhex(oid)))
        _plant(used, b"blob", b"forged", under=oid)
        with pytest.raises(Tampered, match=oid):
            used.materialise(tree, tmp_path / "rebuilt")
        assert not (tmp_path / "rebuilt").exists()

    def test_a_forged_tree_object_is_tampering(self, used: GitVault, tmp_path: Path) -> None:
        blob = bytes.fromhex(_plant(used, b"blob", b"text"))
        tree = _plant(used, b"tree", _row(b"a", oid=blob))
        _plant(used, b"tree", _row(b"b", oid=blob), under=tree)
        for attempt in (lambda: used.materialise(tree, tmp_path / "rebuilt"), lambda: used.files(tree)):
            with pytest.raises(Tampered, match=tree):
                attempt()

    def test_a_missing_object_is_tampering(self, used: GitVault, tmp_path: Path) -> None:
        tree = _plant(used, b"tree", _row(b"a", oid=_OID))
        with pytest.raises(Tampered, match="missing"):
            used.materialise(tree, tmp_path / "rebuilt")

    def test_an_object_of_another_kind_is_tampering(self, used: GitVault, tmp_path: Path) -> None:
        blob = bytes.fromhex(_plant(used, b"blob", b"text"))
        tree = _plant(used, b"tree", _row(b"a", b"40000", blob))
        with pytest.raises(Tampered, match="is a blob and not a tree"):
            used.materialise(tree, tmp_path / "rebuilt")

    @pytest.mark.parametrize("position", [0, 5, 20, -1])
    def test_any_flipped_byte_of_a_loose_object_is_noticed(
        self, used: GitVault, tmp_path: Path, position: int
    ) -> None:
        oid = _plant(used, b"blob", b"some text that is long enough to be compressed, compressed, compressed")
        tree = _plant(used, b"tree", _row(b"a", oid=bytes.fromhex(oid)))
        path = used.root / "objects" / oid[:2] / oid[2:]
        content = bytearray(path.read_bytes())
        content[position] ^= 0x40
        path.write_bytes(content)
        with pytest.raises(Tampered):
            used.materialise(tree, tmp_path / "rebuilt")

    def test_a_tree_that_unfolds_without_end_is_refused(
        self, used: GitVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("taketwo.vcs.walk.MOST_FILES", 10_000)
        tree = _plant(used, b"tree", b"".join(_row(b"%02d" % n) for n in range(50)))
        for _ in range(20):
            oid = bytes.fromhex(tree)
            tree = _plant(used, b"tree", b"".join(_row(b"%02d" % n, b"40000", oid) for n in range(50)))
        with pytest.raises(SourceError, match="more than"):
            used.materialise(tree, tmp_path / "rebuilt")

    def test_an_id_that_is_no_id_is_refused(self, used: GitVault, tmp_path: Path) -> None:
        for text in ("HEAD", "--batch", "0" * 39, "Z" * 40, ""):
            with pytest.raises(SourceError, match="not the id"):
                used.materialise(text, tmp_path / "rebuilt")

    def test_a_commit_is_not_a_tree(
        self, used: GitVault, tmp_path: Path, make_project: Callable[..., Project]
    ) -> None:
        blob = _plant(used, b"blob", b"text")
        with pytest.raises(Tampered):
            used.materialise(blob, tmp_path / "rebuilt")
