"""Verifying: every kind of damage is found, and every run that it touches is named."""

from __future__ import annotations

import pytest

from taketwo.formats import listing
from taketwo.model.data import Input
from taketwo.model.manifest import Streams
from tests.support.fake_store import FakeStore
from tests.support.manifests import small_manifest


@pytest.fixture
def store():
    return FakeStore()


def _runs_with_directory(store, content, count):
    blob = store.put_bytes(content)
    listed = store.put_bytes(listing.encode([listing.Listed("a", blob.sha256, blob.size)]))
    item = Input(name="d", path="$PROJECT/d", kind="directory", content=listed)
    runs = [store.add_manifest(small_manifest(inputs=(item,))).manifest.run_id for _ in range(count)]
    return blob, listed, tuple(sorted(runs))


def test_a_changed_blob_touches_the_runs_that_need_it_and_no_other(store):
    blob = store.put_bytes(b"kept")
    run_id = store.add_manifest(small_manifest(streams=Streams(stdout=blob))).manifest.run_id
    store.add_manifest(small_manifest())
    store.blobs[blob.sha256] = b"KEPT"
    (damage,) = store.verify()
    assert (damage.kind, damage.sha256, damage.runs) == ("tampered blob", blob.sha256, (run_id,))


def test_a_changed_file_of_a_directory_touches_every_run_with_that_directory(store):
    blob, _, runs = _runs_with_directory(store, b"kept", 3)
    store.blobs[blob.sha256] = b"KEPT"
    (damage,) = store.verify()
    assert (damage.kind, damage.runs) == ("tampered blob", runs)


def test_a_changed_listing_is_named_once_and_its_files_are_not_guessed(store):
    _, listed, runs = _runs_with_directory(store, b"kept", 2)
    store.blobs[listed.sha256] = b"changed"
    (damage,) = store.verify()
    assert (damage.kind, damage.sha256, damage.runs) == ("tampered blob", listed.sha256, runs)


def test_a_changed_blob_that_nobody_needs_is_found_too(store):
    blob = store.put_bytes(b"kept")
    store.blobs[blob.sha256] = b"KEPT"
    (damage,) = store.verify()
    assert (damage.kind, damage.runs) == ("tampered blob", ())


def test_a_lost_blob_touches_the_runs_that_need_it(store):
    blob, _, runs = _runs_with_directory(store, b"kept", 2)
    del store.blobs[blob.sha256]
    (damage,) = store.verify()
    assert (damage.kind, damage.sha256, damage.runs) == ("missing blob", blob.sha256, runs)


def test_everything_that_is_wrong_is_told_at_once(store):
    blob, listed, _ = _runs_with_directory(store, b"kept", 1)
    other = store.put_bytes(b"other")
    broken = store.add_manifest(small_manifest()).manifest.run_id
    store.manifests[broken] = b"{}"
    del store.blobs[blob.sha256]
    store.blobs[other.sha256] = b""
    found = {(damage.kind, damage.sha256) for damage in store.verify()}
    assert found == {
        ("tampered manifest", ""),
        ("missing blob", blob.sha256),
        ("tampered blob", other.sha256),
    }
    assert listed.sha256 in store.blobs
