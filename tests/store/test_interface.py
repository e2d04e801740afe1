"""The contract of a store of runs, kept by the store on disk and by the fake alike."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from taketwo.errors import AmbiguousRun, MissingBlob, StoreError, UnknownRun
from taketwo.formats import listing
from taketwo.model.base import Blob
from taketwo.model.data import Input
from taketwo.model.manifest import Invocation, ReplayOf, Sealing, Streams
from taketwo.store.local import LocalStore
from tests.support.fake_store import FakeStore
from tests.support.manifests import NOON, full_manifest, small_manifest

NOWHERE = "0" * 64


class StoreContract:
    """What every store does. Subclasses give the fixture ``store``."""

    @pytest.mark.parametrize("content", [b"", b"x", b"\0\r\n\xff", b"long" * 5000])
    def test_bytes_come_back_under_their_digest(self, store, content):
        blob = store.put_bytes(content)
        assert blob == Blob(sha256=hashlib.sha256(content).hexdigest(), size=len(content))
        assert store.read(blob.sha256) == content
        assert store.put_bytes(content) == blob

    @pytest.mark.parametrize("size", [0, 1, 1024 * 1024 - 1, 1024 * 1024, 3 * 1024 * 1024 + 7])
    def test_a_file_comes_back_whatever_its_size(self, store, tmp_path, size):
        content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
        path = tmp_path / "source"
        path.write_bytes(content)
        blob = store.put_file(path)
        assert blob == Blob(sha256=hashlib.sha256(content).hexdigest(), size=size)
        store.check(blob.sha256)
        with store.open(blob.sha256) as stream:
            assert stream.read() == content
        store.copy_out(blob.sha256, tmp_path / "deep" / "copy")
        assert (tmp_path / "deep" / "copy").read_bytes() == content

    def test_the_same_content_is_one_blob_however_it_comes(self, store, tmp_path):
        (tmp_path / "a").write_bytes(b"same")
        assert store.put_file(tmp_path / "a") == store.put_bytes(b"same")
        assert list(store.digests()) == [hashlib.sha256(b"same").hexdigest()]

    def test_a_copy_may_be_changed_without_changing_the_store(self, store, tmp_path):
        blob = store.put_bytes(b"kept")
        store.copy_out(blob.sha256, tmp_path / "copy")
        (tmp_path / "copy").write_bytes(b"edited")
        assert store.read(blob.sha256) == b"kept"

    def test_a_source_may_be_changed_afterwards_without_changing_the_store(self, store, tmp_path):
        (tmp_path / "source").write_bytes(b"kept")
        blob = store.put_file(tmp_path / "source")
        with (tmp_path / "source").open("r+b") as file:
            file.write(b"KEPT")
        assert store.read(blob.sha256) == b"kept"

    def test_nothing_is_copied_over_a_file_that_is_there(self, store, tmp_path):
        (tmp_path / "mine").write_bytes(b"mine")
        with pytest.raises(StoreError):
            store.copy_out(store.put_bytes(b"theirs").sha256, tmp_path / "mine")
        assert (tmp_path / "mine").read_bytes() == b"mine"

    def test_only_what_is_there_is_there(self, store):
        assert store.has(store.put_bytes(b"x").sha256)
        assert not store.has(NOWHERE)

    @pytest.mark.parametrize("sha256", [NOWHERE, "", "../../version", "A" * 64, "0" * 63, "0" * 64 + "\n"])
    def test_what_is_not_there_is_a_missing_blob(self, store, tmp_path, sha256):
        store.put_bytes(b"x")
        assert not store.has(sha256)
        for act in (store.read, store.check, store.open, lambda s: store.copy_out(s, tmp_path / "copy")):
            with pytest.raises(MissingBlob):
                act(sha256)
        assert not (tmp_path / "copy").exists()

    def test_more_than_the_limit_is_not_read(self, store):
        blob = store.put_bytes(b"12345")
        assert store.read(blob.sha256, limit=5) == b"12345"
        with pytest.raises(StoreError, match="more than"):
            store.read(blob.sha256, limit=4)

    def test_a_source_that_cannot_be_read_is_a_store_error(self, store, tmp_path):
        for path in (tmp_path / "missing", tmp_path):
            with pytest.raises(StoreError):
                store.put_file(path)

    @pytest.mark.parametrize("make", [small_manifest, full_manifest])
    def test_a_manifest_comes_back_sealed(self, store, make):
        value = make()
        sealed = store.add_manifest(value)
        assert store.manifest(value.run_id) == sealed
        assert sealed.manifest == value
        assert store.add_manifest(value) == sealed

    def test_a_run_is_never_replaced(self, store):
        first = small_manifest()
        store.add_manifest(first)
        with pytest.raises(StoreError, match="already"):
            store.add_manifest(small_manifest(run_id=first.run_id, experiment="other"))
        assert store.manifest(first.run_id).manifest == first

    @pytest.mark.parametrize("run_id", ["../outside", "", "latest", "20261123-114500-7fk3q9xw2m/x", "r1"])
    def test_what_is_no_run_id_names_no_run_and_no_file(self, store, run_id):
        with pytest.raises(UnknownRun):
            store.manifest(run_id)
        with pytest.raises(StoreError, match="is not a run id"):
            store.add_manifest(_with_run_id(run_id))

    def test_an_unknown_run_is_unknown(self, store):
        with pytest.raises(UnknownRun):
            store.manifest("20261123-114500-7fk3q9xw2m")

    def test_runs_are_listed_newest_first(self, store):
        late = store.add_manifest(small_manifest(at=NOON + timedelta(days=2)))
        early = store.add_manifest(small_manifest(at=NOON - timedelta(days=2)))
        middle = store.add_manifest(small_manifest(at=NOON))
        found = [row.run_id for row in store.runs()]
        assert found == [sealed.manifest.run_id for sealed in (late, middle, early)]
        assert [row.run_id for row in store.runs(limit=2)] == found[:2]
        assert list(store.runs(limit=0)) == []

    def test_runs_of_one_experiment_are_listed_alone(self, store):
        store.add_manifest(small_manifest(experiment="a"))
        store.add_manifest(small_manifest(experiment="b"))
        assert [row.experiment for row in store.runs(experiment="b")] == ["b"]
        assert list(store.runs(experiment="c")) == []

    def test_a_row_says_what_the_manifest_says(self, store):
        replay = ReplayOf(run_id="r", manifest_sha256="a" * 64, sealing=Sealing(engine="venv", sealed=False))
        value = small_manifest(
            invocation=Invocation(argv=("$PYTHON", "my train.py", "caf\udce9")), parent="p", replay=replay
        )
        sealed = store.add_manifest(value)
        (row,) = store.runs()
        assert row.command == r"""'$PYTHON' 'my train.py' 'caf\udce9'"""
        assert (row.parent, row.replay_of, row.status) == ("p", "r", "completed")
        assert (row.started_at, row.manifest_sha256) == (value.started_at, sealed.sha256)

    def test_a_run_is_found_by_any_prefix_that_is_its_alone(self, store):
        one = store.add_manifest(small_manifest(at=NOON)).manifest.run_id
        other = store.add_manifest(small_manifest(at=NOON + timedelta(days=1))).manifest.run_id
        assert store.resolve(one) == one
        assert store.resolve(one[:8]) == one
        assert store.resolve("latest") == other
        with pytest.raises(AmbiguousRun, match="2 runs"):
            store.resolve(one[:6])
        with pytest.raises(UnknownRun):
            store.resolve("19991231")

    def test_latest_is_what_somebody_captured_and_never_a_replay(self, store):
        run = store.add_manifest(small_manifest(at=NOON)).manifest
        again = ReplayOf(
            run_id=run.run_id, manifest_sha256=NOWHERE, sealing=Sealing(engine="venv", sealed=False)
        )
        replay = store.add_manifest(small_manifest(at=NOON + timedelta(days=1), replay=again)).manifest
        assert store.resolve(" Latest ") == run.run_id
        assert store.resolve(replay.run_id) == replay.run_id

    def test_an_empty_store_has_nothing_and_nothing_wrong(self, store):
        assert list(store.runs()) == []
        assert list(store.verify()) == []
        assert store.collect_garbage().blobs == 0
        assert store.rebuild_index() == 0
        assert not store.has(NOWHERE)
        for typed in ("latest", "2026", ""):
            with pytest.raises(UnknownRun):
                store.resolve(typed)

    def test_a_sound_store_verifies(self, store):
        _add_run_with_directory(store, b"content of a file")
        assert list(store.verify()) == []

    def test_a_blob_that_a_run_needs_and_that_never_came_is_found(self, store):
        value = small_manifest(streams=Streams(stdout=Blob(sha256=NOWHERE, size=1)))
        store.add_manifest(value)
        (damage,) = store.verify()
        assert (damage.kind, damage.sha256, damage.runs) == ("missing blob", NOWHERE, (value.run_id,))

    def test_a_file_of_a_directory_that_never_came_is_found(self, store):
        listed = store.put_bytes(listing.encode([listing.Listed("a", NOWHERE, 1)]))
        runs = tuple(sorted(_add_run(store, listed) for _ in range(2)))
        (damage,) = store.verify()
        assert (damage.kind, damage.sha256, damage.runs) == ("missing blob", NOWHERE, runs)

    def test_a_listing_that_is_none_is_found(self, store):
        run_id = _add_run(store, store.put_bytes(b"not a listing"))
        (damage,) = store.verify()
        assert (damage.kind, damage.runs) == ("unreadable listing", (run_id,))

    def test_rebuilding_the_index_counts_the_runs(self, store):
        store.add_manifest(small_manifest())
        store.add_manifest(small_manifest())
        assert store.rebuild_index() == 2
        assert len(store.runs()) == 2


class TestFakeStore(StoreContract):
    @pytest.fixture
    def store(self):
        return FakeStore()


class TestLocalStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path):
        return LocalStore(tmp_path / "parent" / "store")


def _with_run_id(run_id):
    from msgspec.structs import replace

    return replace(small_manifest(), run_id=run_id)


def _add_run(store, content):
    item = Input(name="d", path="$PROJECT/d", kind="directory", content=content)
    return store.add_manifest(small_manifest(inputs=(item,))).manifest.run_id


def _add_run_with_directory(store, content):
    blob = store.put_bytes(content)
    listed = listing.encode([listing.Listed("sub/a", blob.sha256, blob.size)])
    return _add_run(store, store.put_bytes(listed))
