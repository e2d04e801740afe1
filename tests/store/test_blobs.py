"""Blobs on disk: private, read-only, whole or absent, and never wrong without being noticed."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
import time

import pytest

from taketwo.errors import StoreError, Tampered
from taketwo.model.manifest import Streams
from taketwo.store.local import LocalStore
from tests.support.manifests import small_manifest


@pytest.fixture
def store(tmp_path):
    return LocalStore(tmp_path / "store")


def _file(store, blob):
    return store.root / "blobs" / blob.sha256[:2] / blob.sha256[2:]


def _overwrite(path, content):
    path.chmod(0o600)
    path.write_bytes(content)


def test_blobs_are_read_only_and_directories_private(store):
    path = _file(store, store.put_bytes(b"x"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    for directory in (store.root, path.parent, path.parent.parent, store.root / "temporary"):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_nothing_temporary_is_left(store, tmp_path):
    (tmp_path / "a").write_bytes(b"a" * 100)
    store.put_file(tmp_path / "a")
    store.put_bytes(b"b")
    with pytest.raises(StoreError):
        store.put_file(tmp_path)
    assert list((store.root / "temporary").iterdir()) == []


def test_a_blob_is_never_a_hard_link(store, tmp_path):
    (tmp_path / "a").write_bytes(b"a")
    blob = store.put_file(tmp_path / "a")
    store.copy_out(blob.sha256, tmp_path / "b")
    assert [p.stat().st_nlink for p in (tmp_path / "a", tmp_path / "b", _file(store, blob))] == [1, 1, 1]


@pytest.mark.parametrize("change", [b"kEpt", b"", b"kept!"], ids=["flipped", "truncated", "longer"])
def test_a_changed_blob_is_noticed_by_every_reader_that_checks(store, tmp_path, change):
    blob = store.put_bytes(b"kept")
    _overwrite(_file(store, blob), change)
    for act in (store.read, store.check, lambda s: store.copy_out(s, tmp_path / "copy")):
        with pytest.raises(Tampered, match=blob.sha256):
            act(blob.sha256)
    assert not (tmp_path / "copy").exists()


def test_a_changed_blob_names_the_runs_that_use_it(store):
    blob = store.put_bytes(b"kept")
    used = store.add_manifest(small_manifest(streams=Streams(stdout=blob))).manifest.run_id
    unused = store.add_manifest(small_manifest()).manifest.run_id
    _overwrite(_file(store, blob), b"KEPT")
    with pytest.raises(Tampered) as caught:
        store.read(blob.sha256)
    assert used in str(caught.value)
    assert unused not in str(caught.value)


def test_a_blob_cut_short_is_whole_again_when_its_content_is_kept_again(store, tmp_path):
    blob = store.put_bytes(b"kept")
    _overwrite(_file(store, blob), b"ke")
    store.put_bytes(b"kept")
    assert store.read(blob.sha256) == b"kept"
    _overwrite(_file(store, blob), b"")
    (tmp_path / "source").write_bytes(b"kept")
    store.put_file(tmp_path / "source")
    assert store.read(blob.sha256) == b"kept"


def test_keeping_the_same_bytes_again_does_not_write_them_again(store):
    path = _file(store, store.put_bytes(b"kept"))
    before = path.stat().st_ino
    store.put_bytes(b"kept")
    assert path.stat().st_ino == before


@pytest.mark.parametrize("ask", ["put", "has"])
def test_asking_for_a_blob_makes_it_young(store, ask):
    blob = store.put_bytes(b"kept")
    os.utime(_file(store, blob), (1, 1))
    if ask == "put":
        store.put_bytes(b"kept")
    else:
        assert store.has(blob.sha256)
    assert time.time() - _file(store, blob).stat().st_mtime < 60


def test_a_file_that_changes_while_it_is_read_is_noticed(store, tmp_path):
    path = tmp_path / "growing"
    path.write_bytes(b"x" * 50_000_000)
    stop = threading.Event()

    def grow():
        with path.open("ab", buffering=0) as file:
            while not stop.wait(0.001):
                file.write(b"x")

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        with pytest.raises(StoreError, match="changed while it was being read"):
            store.put_file(path)
    finally:
        stop.set()
        writer.join()
    assert list(store.digests()) == []


def test_a_named_pipe_is_refused_at_once(store, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreError, match="not a regular file"):
        store.put_file(tmp_path / "pipe")


def test_a_symbolic_link_is_kept_as_what_it_leads_to(store, tmp_path):
    (tmp_path / "target").write_bytes(b"target")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    assert store.put_file(tmp_path / "link").sha256 == hashlib.sha256(b"target").hexdigest()


def test_a_copy_does_not_follow_a_link_that_leads_elsewhere(store, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "victim")
    with pytest.raises(StoreError):
        store.copy_out(store.put_bytes(b"x").sha256, tmp_path / "link")
    assert not (tmp_path / "victim").exists()


def test_files_that_are_no_blobs_are_passed_over(store):
    blob = store.put_bytes(b"x")
    (_file(store, blob).parent / "notes.txt").write_text("mine")
    (store.root / "blobs" / "README").write_text("mine")
    assert list(store.digests()) == [blob.sha256]
