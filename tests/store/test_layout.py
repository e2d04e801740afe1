"""The layout of a store: made by the first write, private, and refused when it is newer than we are."""

from __future__ import annotations

import contextlib
import subprocess

import pytest

from taketwo.errors import StoreError, TaketwoError
from taketwo.store.local import LocalStore
from tests.support.manifests import small_manifest

RUN = "20261123-114500-7fk3q9xw2m"


@pytest.fixture
def store(tmp_path):
    return LocalStore(tmp_path / "deep" / "store")


def _reads(store):
    yield lambda: store.has("0" * 64)
    yield lambda: store.read("0" * 64)
    yield lambda: store.manifest(RUN)
    yield lambda: store.resolve("latest")
    yield store.runs
    yield lambda: list(store.verify())
    yield store.collect_garbage
    yield store.rebuild_index


def test_reading_makes_no_store(store):
    for read in _reads(store):
        with contextlib.suppress(TaketwoError):
            read()
        assert not store.root.parent.exists()


@pytest.mark.parametrize("write", ["bytes", "manifest"])
def test_the_first_write_makes_the_store(store, write):
    if write == "bytes":
        store.put_bytes(b"x")
    else:
        store.add_manifest(small_manifest())
    assert (store.root / "version").read_text() == "taketwo store 1\n"


@pytest.mark.parametrize("content", [b"taketwo store 2\n", b"something else", b"", b"taketwo store 1"])
def test_a_layout_that_we_do_not_know_is_refused_by_every_read_and_write(store, content):
    LocalStore(store.root).put_bytes(b"x")
    (store.root / "version").chmod(0o600)
    (store.root / "version").write_bytes(content)
    acts = [*_reads(store), lambda: store.put_bytes(b"y"), lambda: store.add_manifest(small_manifest())]
    for act in acts:
        with pytest.raises(StoreError, match="does not know") as caught:
            act()
        assert caught.value.why
        assert "pip install" in caught.value.todo


def test_a_root_that_is_a_file_is_a_store_error(tmp_path):
    (tmp_path / "file").write_text("mine")
    store = LocalStore(tmp_path / "file")
    with pytest.raises(StoreError):
        store.put_bytes(b"x")
    with pytest.raises(StoreError):
        store.runs()


def test_what_others_keep_in_the_store_is_left_alone(store):
    (store.root / "source.git").mkdir(parents=True)
    (store.root / "source.git" / "HEAD").write_text("ref: refs/heads/main\n")
    store.put_bytes(b"x")
    store.collect_garbage()
    assert (store.root / "source.git" / "HEAD").read_text() == "ref: refs/heads/main\n"


def test_a_store_inside_a_project_is_not_seen_by_git(tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    LocalStore(tmp_path / ".taketwo").put_bytes(b"x")
    status = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    assert status.stdout == b""
