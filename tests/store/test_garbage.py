"""Garbage collection: what a run needs stays, what a capture may be about to use stays, the rest goes."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taketwo.errors import StoreError
from taketwo.formats import listing
from taketwo.formats.run_id import RunIdSource
from taketwo.model.base import Blob
from taketwo.model.data import Input
from taketwo.model.environment import Environment, Interpreter
from taketwo.model.manifest import Streams
from taketwo.store.interface import Collected
from taketwo.store.local import LocalStore
from tests.support.fake_store import FakeStore
from tests.support.manifests import small_manifest

HOUR = 3600


@pytest.fixture
def store(tmp_path):
    return LocalStore(tmp_path / "store")


def _age(store, seconds, *blobs):
    then = time.time() - seconds
    for blob in blobs:
        os.utime(store.root / "blobs" / blob.sha256[:2] / blob.sha256[2:], (then, then))


def _directory(*blobs):
    return listing.encode([listing.Listed(str(number), b.sha256, b.size) for number, b in enumerate(blobs)])


def test_an_old_blob_that_no_run_needs_goes(store):
    needed, unneeded = store.put_bytes(b"needed"), store.put_bytes(b"unneeded")
    store.add_manifest(small_manifest(streams=Streams(stdout=needed)))
    _age(store, 2 * HOUR, needed, unneeded)
    assert store.collect_garbage() == Collected(blobs=1, size=len(b"unneeded"))
    assert list(store.digests()) == [needed.sha256]
    assert list(store.verify()) == []


def test_a_dry_run_counts_and_removes_nothing(store):
    blob = store.put_bytes(b"unneeded")
    _age(store, 2 * HOUR, blob)
    assert store.collect_garbage(dry_run=True) == Collected(blobs=1, size=8)
    assert store.has(blob.sha256)


def test_a_young_blob_stays_because_its_manifest_may_be_on_its_way(store):
    store.put_bytes(b"young")
    assert store.collect_garbage().blobs == 0


def test_the_files_of_listings_stay(store):
    files = [store.put_bytes(name) for name in (b"of a directory", b"of the overlay", b"only evidence")]
    listings = [store.put_bytes(_directory(blob)) for blob in files]
    store.add_manifest(
        small_manifest(
            inputs=(Input(name="d", path="$PROJECT/d", kind="directory", content=listings[0]),),
            environment=Environment(
                interpreter=Interpreter(implementation="cpython", version="3.11.7"),
                overlay=listings[1],
                listing=listings[2],
            ),
        )
    )
    _age(store, 2 * HOUR, *files, *listings)
    assert store.collect_garbage().blobs == 1
    assert not store.has(files[2].sha256)
    assert list(store.verify()) == []


@pytest.mark.parametrize("named", ["run id", "other name"])
def test_what_a_capture_in_progress_kept_stays_however_long_it_takes(store, named):
    before, during = store.put_bytes(b"before"), store.put_bytes(b"during")
    began = time.time() - 10 * HOUR
    name = RunIdSource().draw(datetime.fromtimestamp(began, UTC)) if named == "run id" else "capture"
    recording = store.recordings / name
    (recording / "events").mkdir(parents=True)
    if named == "other name":
        os.utime(recording / "events", (began, began))
    _age(store, 11 * HOUR, before)
    _age(store, 9 * HOUR, during)
    assert store.collect_garbage().blobs == 1
    assert store.has(during.sha256)


def test_an_abandoned_recording_holds_nothing_back(store):
    blob = store.put_bytes(b"old")
    long_ago = datetime.now(UTC) - timedelta(days=60)
    recording = store.recordings / RunIdSource().draw(long_ago)
    recording.mkdir(parents=True)
    os.utime(recording, (long_ago.timestamp(), long_ago.timestamp()))
    _age(store, 2 * HOUR, blob)
    assert store.collect_garbage().blobs == 1


@pytest.mark.parametrize("ask", ["put", "has"])
def test_a_blob_that_a_capture_asked_for_stays_although_it_is_old(store, ask):
    blob = store.put_bytes(b"old")
    _age(store, 1000 * HOUR, blob)
    assert store.put_bytes(b"old") == blob if ask == "put" else store.has(blob.sha256)
    assert store.collect_garbage().blobs == 0


@pytest.mark.parametrize("damage", ["manifest", "listing", "missing listing"])
def test_nothing_goes_when_what_a_run_needs_cannot_be_told(store, damage):
    unneeded = store.put_bytes(b"unneeded")
    content = store.put_bytes(b"nonsense" if damage == "listing" else b"")
    if damage == "missing listing":
        content = Blob(sha256="0" * 64, size=1)
    item = Input(name="d", path="$PROJECT/d", kind="directory", content=content)
    run_id = store.add_manifest(small_manifest(inputs=(item,))).manifest.run_id
    if damage == "manifest":
        (store.root / "manifests" / f"{run_id}.sha256").unlink()
    _age(store, 2 * HOUR, unneeded)
    with pytest.raises(StoreError, match=run_id):
        store.collect_garbage()
    assert store.has(unneeded.sha256)


def test_leftovers_of_interrupted_writes_go_when_they_are_old(store):
    store.put_bytes(b"x")
    old, young = store.root / "temporary" / "1-old", store.root / "temporary" / "1-young"
    for path in (old, young):
        path.write_bytes(b"cut off")
    os.utime(old, (1, 1))
    store.collect_garbage(dry_run=True)
    assert old.exists()
    store.collect_garbage()
    assert not old.exists()
    assert young.exists()


def test_collecting_from_a_store_that_is_not_there_does_not_make_one(store):
    assert store.collect_garbage() == Collected(blobs=0, size=0)
    assert not store.root.exists()


@settings(deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=3), st.booleans(), st.booleans()), max_size=12))
def test_whatever_is_kept_a_sound_store_is_sound_after_collecting(items):
    store = FakeStore()
    for content, used, as_directory in items:
        blob = store.put_bytes(content)
        if used and as_directory:
            listed = store.put_bytes(_directory(blob))
            item = Input(name="d", path="$PROJECT/d", kind="directory", content=listed)
            store.add_manifest(small_manifest(inputs=(item,)))
        elif used:
            store.add_manifest(small_manifest(streams=Streams(stderr=blob)))
    unused = len(store.blobs) - len({*_needed(store)})
    assert store.collect_garbage().blobs == unused
    assert list(store.verify()) == []
    assert store.collect_garbage().blobs == 0


def _needed(store):
    for run_id in store.run_ids():
        manifest = store.manifest(run_id).manifest
        if manifest.streams.stderr:
            yield manifest.streams.stderr.sha256
        for item in manifest.inputs:
            yield item.content.sha256
            yield from (file.sha256 for file in listing.decode(store.read(item.content.sha256)))
